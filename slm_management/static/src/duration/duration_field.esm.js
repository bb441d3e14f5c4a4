/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, useState} from "@odoo/owl";
import {formatDuration, normalize, parseDuration} from "./duration.esm";
import {_t} from "@web/core/l10n/translation";
import {evaluateExpr} from "@web/core/py_js/py";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useInputField} from "@web/views/fields/input_field_hook";
import {useService} from "@web/core/utils/hooks";

/** What a day is where days stay days: only used to check the text. */
const SOME_DAY = 480;

/**
 * A duration: whole minutes (or seconds, to be read only) in an integer field, or the
 * text itself in a char field, which keeps days as days.
 */
export class SlmDurationField extends Component {
    static template = "slm_management.DurationField";
    static props = {
        ...standardFieldProps,
        dayMinutes: {type: String, optional: true},
        days: {type: Boolean, optional: true},
        seconds: {type: Boolean, optional: true},
        placeholder: {type: String, optional: true},
    };
    static defaultProps = {dayMinutes: "day_minutes", days: true, seconds: false};

    setup() {
        this.notification = useService("notification");
        this.state = useState({error: ""});
        this.refused = null;
        useInputField({
            getValue: () => this.value,
            parse: (text) => this.parse(text),
        });
    }

    get isText() {
        return this.props.record.fields[this.props.name].type === "char";
    }

    /** Minutes of a day, or 0 if the view does not know them. */
    get dayMinutes() {
        if (!this.props.days) {
            return 0;
        }
        try {
            const context = this.props.record.evalContextWithVirtualIds;
            return evaluateExpr(this.props.dayMinutes, context) || 0;
        } catch {
            return 0;
        }
    }

    /** The text to edit. */
    get value() {
        const raw = this.props.record.data[this.props.name];
        if (this.props.seconds) {
            return formatDuration(Math.trunc(raw / 60), this.dayMinutes);
        }
        return raw && !this.isText ? formatDuration(raw, this.dayMinutes) : raw || "";
    }

    get tooltip() {
        if (this.state.error) {
            return this.state.error;
        }
        if (!this.dayMinutes || this.isText) {
            return "";
        }
        return _t("1d = %s", formatDuration(this.dayMinutes, 0));
    }

    parse(text) {
        try {
            const minutes = parseDuration(text, this.isText ? SOME_DAY : this.dayMinutes);
            this.state.error = "";
            this.refused = null;
            return this.isText ? normalize(text) : minutes;
        } catch (error) {
            this.refuse(text);
            throw error;
        }
    }

    /** Say once why a text is not taken. */
    refuse(text) {
        this.state.error = _t(
            "“%s” is not a duration. Write for example 30m, 1h 30m or 2d.",
            text
        );
        if (this.refused !== text) {
            this.refused = text;
            this.notification.add(this.state.error, {type: "danger"});
        }
    }
}

export const slmDurationField = {
    component: SlmDurationField,
    displayName: _t("Duration of Service Time"),
    supportedTypes: ["integer", "char"],
    supportedOptions: [
        {
            label: _t("Minutes of a day"),
            name: "day_minutes",
            type: "string",
            help: _t("A field, or an expression such as parent.day_minutes."),
        },
        {label: _t("Show days"), name: "days", type: "boolean", default: true},
        {
            label: _t("Unit"),
            name: "unit",
            type: "string",
            help: _t("“seconds” if the field holds seconds; they can only be shown."),
        },
    ],
    isEmpty: () => false,
    extractProps: ({options, placeholder}) => ({
        dayMinutes: options.day_minutes,
        days: options.days,
        seconds: options.unit === "seconds",
        placeholder,
    }),
};

registry.category("fields").add("slm_duration", slmDurationField);
