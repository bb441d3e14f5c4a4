/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * A selection of a few marks, each given with one click also in a line of a list that
 * is not being edited. The same mark again takes it back.
 */
export class SlmScoreField extends Component {
    static template = "slm_management.ScoreField";
    static props = {...standardFieldProps};

    get value() {
        return this.props.record.data[this.props.name];
    }

    get options() {
        return this.props.record.fields[this.props.name].selection;
    }

    get title() {
        return this.props.record.fields[this.props.name].string;
    }

    get label() {
        const chosen = this.options.find(([value]) => value === this.value);
        return chosen ? chosen[1] : "";
    }

    choose(value) {
        const chosen = value === this.value ? false : value;
        return this.props.record.update({[this.props.name]: chosen});
    }
}

export const slmScoreField = {
    component: SlmScoreField,
    displayName: _t("Score"),
    supportedTypes: ["selection"],
    extractProps: (_info, dynamicInfo) => ({readonly: dynamicInfo.readonly}),
};

registry.category("fields").add("slm_score", slmScoreField);
