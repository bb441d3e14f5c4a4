/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A selection of classes of Font Awesome, shown and chosen as pictures. */
export class SlmIconField extends Component {
    static template = "slm_management.IconField";
    static components = {Dropdown, DropdownItem};
    static props = {...standardFieldProps};

    get value() {
        return this.props.record.data[this.props.name];
    }

    get options() {
        return this.props.record.fields[this.props.name].selection;
    }

    get label() {
        const chosen = this.options.find(([value]) => value === this.value);
        return chosen ? chosen[1] : "";
    }

    choose(value) {
        this.props.record.update({[this.props.name]: value});
    }
}

export const slmIconField = {
    component: SlmIconField,
    displayName: _t("Icon"),
    supportedTypes: ["selection"],
};

registry.category("fields").add("slm_icon", slmIconField);
