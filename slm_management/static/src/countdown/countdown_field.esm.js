/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {
    Component,
    onWillDestroy,
    onWillUpdateProps,
    toRaw,
    useState,
} from "@odoo/owl";
import {STATUS_COLOURS, getStatusLabels, readClock, tellClock} from "./countdown.esm";
import {_t} from "@web/core/l10n/translation";
import {formatDuration} from "../duration/duration.esm";
import {formatMoment} from "./deadline.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** One timer for all clocks on the screen. */
const watchers = new Set();
let timer = null;

function watch(callback) {
    watchers.add(callback);
    timer ??= setInterval(() => watchers.forEach((tick) => tick()), 1000);
    return () => {
        watchers.delete(callback);
        if (!watchers.size) {
            clearInterval(timer);
            timer = null;
        }
    };
}

/** When each description of a clock came in, by this computer's time. */
const arrivals = new WeakMap();

function secondsSinceArrival(clock) {
    const raw = toRaw(clock);
    if (!arrivals.has(raw)) {
        arrivals.set(raw, Date.now());
    }
    return Math.floor((Date.now() - arrivals.get(raw)) / 1000);
}

/**
 * A clock that ticks, but only while service hours run. Modes: `line` (status and
 * sentence), `text` (the sentence alone, coloured) and `card` (everything).
 */
export class SlmCountdownField extends Component {
    static template = "slm_management.CountdownField";
    static props = {...standardFieldProps, mode: {type: String, optional: true}};
    static defaultProps = {mode: "line"};

    setup() {
        this.state = useState(this.read(this.props));
        onWillUpdateProps((next) => Object.assign(this.state, this.read(next)));
        onWillDestroy(watch(() => this.tick()));
    }

    get clock() {
        return this.props.record.data[this.props.name] || null;
    }

    /** Only what has changed is drawn again. */
    tick() {
        if (this.clock?.state === "running") {
            Object.assign(this.state, this.read(this.props));
        }
    }

    read(props) {
        const clock = props.record.data[props.name];
        if (!clock) {
            return {status: "", text: ""};
        }
        const now = clock.now + secondsSinceArrival(clock);
        const reading = readClock(clock, now);
        return {
            status: reading.status,
            label: getStatusLabels()[reading.status],
            colour: STATUS_COLOURS[reading.status],
            text: this.tell(clock, reading),
            percent: Math.min(100, Math.floor((100 * reading.used) / clock.target)),
            used: this.tellUsed(clock, reading.used),
            hint: this.tellHours(clock, reading),
        };
    }

    tell(clock, reading) {
        const text = tellClock(clock, reading);
        const alone = this.props.mode === "text" && reading.status === "paused";
        return alone ? _t("paused, %s", text) : text;
    }

    tellUsed(clock, used) {
        return _t("%(used)s of %(target)s used", {
            used: formatDuration(Math.floor(used / 60), clock.day_minutes),
            target: formatDuration(Math.floor(clock.target / 60), clock.day_minutes),
        });
    }

    /** Why the clock does not tick although it runs. */
    tellHours(clock, reading) {
        if (clock.state !== "running" || reading.isOpen || !reading.opens) {
            return "";
        }
        return _t(
            "Outside service hours until %s",
            formatMoment(reading.opens, clock.timezone)
        );
    }

    get deadline() {
        const {deadline, timezone} = this.clock;
        return deadline ? formatMoment(deadline, timezone) : "";
    }

    get dayHint() {
        return _t("1d = %s", formatDuration(this.clock.day_minutes, 0));
    }

    get title() {
        const parts = [this.state.hint];
        if (this.deadline) {
            parts.unshift(_t("Deadline: %s", this.deadline));
        }
        if (this.props.mode === "text") {
            parts.unshift(this.state.label);
        }
        return parts.filter(Boolean).join("\n");
    }
}

export const slmCountdownField = {
    component: SlmCountdownField,
    displayName: _t("Service Time Countdown"),
    supportedTypes: ["json"],
    supportedOptions: [
        {
            label: _t("Mode"),
            name: "mode",
            type: "selection",
            choices: [
                {label: _t("Status and time"), value: "line"},
                {label: _t("Time only"), value: "text"},
                {label: _t("Card"), value: "card"},
            ],
            default: "line",
        },
    ],
    listViewWidth: ({options}) => (options.mode === "text" ? [150, 180] : [210, 260]),
    extractProps: ({options}) => ({mode: options.mode}),
};

registry.category("fields").add("slm_countdown", slmCountdownField);
