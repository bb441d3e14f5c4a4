/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** Through what a contract was found, in this order. */
const WAYS = {
    item: {title: _t("Configuration items"), icon: "fa-server"},
    service: {title: _t("Service"), icon: "fa-cogs"},
    supplier: {title: _t("Supplier of the ticket"), icon: "fa-truck"},
};

/** Colour and sign of a warranty: who does not see colours sees the sign. */
const WARRANTIES = {
    in: {color: "text-bg-success", icon: "fa-check"},
    out: {color: "text-bg-danger", icon: "fa-exclamation-triangle"},
    open: {color: "text-bg-info", icon: "fa-hourglass-half"},
    none: {color: "text-bg-light border", icon: "fa-minus"},
};

/**
 * @param {Array} ways `{kind, name}` of each; a supplier has no name
 * @returns {Array} one of each kind, with all `names`, its `title` and `icon`
 */
export function groupWays(ways) {
    return Object.entries(WAYS)
        .map(([kind, way]) => ({
            ...way,
            kind,
            found: (ways || []).filter((other) => other.kind === kind),
        }))
        .filter(({found}) => found.length)
        .map(({found, ...way}) => ({
            ...way,
            names: found
                .map(({name}) => name)
                .filter(Boolean)
                .join(", "),
        }));
}

class SlmSupportHours extends Component {
    static template = "slm_management.SupportHours";
    static props = {hours: Array};
}

/**
 * What an agent wants to know of contracts, a card for each. The field holds what
 * `_get_briefs` of `slm.contract` tells: plain values and sentences.
 */
export class SlmContractBriefsField extends Component {
    static template = "slm_management.ContractBriefsField";
    static components = {SlmSupportHours};
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get briefs() {
        const briefs = this.props.record.data[this.props.name] || [];
        return briefs.map((brief) => ({
            ...brief,
            ways: groupWays(brief.ways),
            warranty: {...WARRANTIES[brief.warranty.state], ...brief.warranty},
        }));
    }

    open(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

export const slmContractBriefsField = {
    component: SlmContractBriefsField,
    displayName: _t("Contracts in Brief"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_contract_briefs", slmContractBriefsField);
