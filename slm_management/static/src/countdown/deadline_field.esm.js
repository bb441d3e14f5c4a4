/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatMoment} from "./deadline.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A deadline, in the time zone of its service hours and with that zone's name. */
export class SlmDeadlineField extends Component {
    static template = "slm_management.DeadlineField";
    static props = {
        ...standardFieldProps,
        timezoneField: {type: String, optional: true},
    };

    get deadline() {
        return this.props.record.data[this.props.name];
    }

    get timezone() {
        return this.props.record.data[this.props.timezoneField];
    }

    get text() {
        return this.deadline ? formatMoment(this.deadline, this.timezone, true) : "";
    }

    /** The zone's name, and the same instant on the clock of whoever looks. */
    get title() {
        if (!this.deadline) {
            return "";
        }
        const there = formatMoment(this.deadline, this.timezone);
        const here = _t("Your time: %s", formatMoment(this.deadline));
        return `${there}\n${here}`;
    }
}

export const slmDeadlineField = {
    component: SlmDeadlineField,
    displayName: _t("Deadline with Time Zone"),
    supportedTypes: ["datetime"],
    supportedOptions: [
        {
            label: _t("Time zone"),
            name: "timezone",
            type: "field",
            availableTypes: ["selection"],
        },
    ],
    listViewWidth: [195, 230],
    extractProps: ({options}) => ({timezoneField: options.timezone}),
};

registry.category("fields").add("slm_deadline", slmDeadlineField);
