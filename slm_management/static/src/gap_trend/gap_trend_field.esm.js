/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** The lowest share that has a bar of its own height: below, differences do not matter. */
const FLOOR = 50;
/** In percent of the height, so that also the worst can be seen. */
const LEAST = 8;

/**
 * @param {Object} picture `{target, points: [{label, share, text}]}`, shares in percent
 *     or null, target 0 if there is none
 * @returns {Object[]} `{height, state, title}`: percent, `none`, `met` or `missed`
 */
export function prepareBars(picture) {
    const {target, points} = picture || {target: 0, points: []};
    return points.map(({label, share, text}) => ({
        height:
            share === null
                ? 0
                : Math.max(LEAST, ((share - FLOOR) / (100 - FLOOR)) * 100),
        state: share === null ? "none" : target && share < target ? "missed" : "met",
        title: `${label}: ${text}`,
    }));
}

/** Shares of the last periods as small bars, and as words for who can not see them. */
export class SlmGapTrendField extends Component {
    static template = "slm_management.GapTrendField";
    static props = {...standardFieldProps};

    get bars() {
        return prepareBars(this.props.record.data[this.props.name]);
    }

    get hasBars() {
        return this.bars.some((bar) => bar.state !== "none");
    }

    get told() {
        return this.bars.map((bar) => bar.title).join("\n");
    }
}

export const slmGapTrendField = {
    component: SlmGapTrendField,
    displayName: _t("Trend of Shares"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_gap_trend", slmGapTrendField);
