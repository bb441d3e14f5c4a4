/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {formatSeconds, prepareShares, sumSeconds} from "./time_used.esm";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatPercentage} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const PARTIES = {
    team: {title: _t("Team"), icon: "fa-users"},
    supplier: {title: _t("Supplier"), icon: "fa-truck"},
    customer: {title: _t("Customer"), icon: "fa-user"},
};

/**
 * Who used the time: a bar of all parties, side by side, and a legend that says the
 * same in words. The field holds `[{party, name, seconds, percent}]`.
 */
export class SlmTimeUsedField extends Component {
    static template = "slm_management.TimeUsedField";
    static props = {...standardFieldProps};

    get shares() {
        return prepareShares(this.props.record.data[this.props.name]).map((share) => ({
            ...share,
            ...PARTIES[share.party],
            share: formatPercentage(share.percent / 100, {digits: [16, 1]}),
        }));
    }

    get total() {
        return formatSeconds(sumSeconds(this.shares));
    }

    /** All of it, for those who do not see the bar. */
    get label() {
        return this.shares
            .map(({name, duration, share}) => `${name}: ${duration} (${share})`)
            .join(", ");
    }
}

export const slmTimeUsedField = {
    component: SlmTimeUsedField,
    displayName: _t("Who Used the Time"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_time_used", slmTimeUsedField);
// For sums of seconds in lists, pivot tables and graphs.
registry.category("formatters").add("slm_duration", formatSeconds);
