/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const WAYS = {
    item: {title: _t("Covers the configuration item"), icon: "fa-server"},
    service: {title: _t("Covers the service"), icon: "fa-cogs"},
    supplier: {title: _t("Was concluded with the supplier"), icon: "fa-truck"},
};

/** Colour and sign of a warranty: who does not see colours sees the sign. */
const WARRANTIES = {
    in: {color: "text-bg-success", icon: "fa-check"},
    out: {color: "text-bg-danger", icon: "fa-exclamation-triangle"},
    open: {color: "text-bg-info", icon: "fa-hourglass-half"},
    none: {color: "text-bg-light border", icon: "fa-minus"},
};

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
        this.ways = WAYS;
    }

    get briefs() {
        const briefs = this.props.record.data[this.props.name] || [];
        return briefs.map((brief) => ({
            ways: [],
            ...brief,
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
