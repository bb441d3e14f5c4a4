/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {prepareBar} from "./contract_bar.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * The dates of a contract as a bar, to scale: where it stands when, and what happens on
 * which day. The field holds what `slm.contract.timeline` says; where there is no room
 * for labels beside each other they are a list.
 */
export class SlmContractBarField extends Component {
    static template = "slm_management.ContractBarField";
    static props = {...standardFieldProps};

    get bar() {
        return prepareBar(this.props.record.data[this.props.name]);
    }
}

export const slmContractBarField = {
    component: SlmContractBarField,
    displayName: _t("Bar of Dates"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_contract_bar", slmContractBarField);
