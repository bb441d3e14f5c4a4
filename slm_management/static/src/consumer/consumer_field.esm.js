/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Many2OneField, buildM2OFieldDescription} from "@web/views/fields/many2one/many2one_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * A contact to whom something is published; no contact means everybody, and says so.
 */
export class SlmConsumerField extends Many2OneField {
    static template = "slm_management.ConsumerField";

    get isEverybody() {
        return this.props.readonly && !this.props.record.data[this.props.name];
    }

    get m2oProps() {
        return {...super.m2oProps, placeholder: _t("Everybody")};
    }
}

export const slmConsumerField = {
    ...buildM2OFieldDescription(SlmConsumerField),
    displayName: _t("Consumer"),
};

registry.category("fields").add("slm_consumer", slmConsumerField);
