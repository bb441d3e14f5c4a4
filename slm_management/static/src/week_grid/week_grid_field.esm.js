/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatDuration} from "../duration/duration.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const {Info} = luxon;

/**
 * The week of a calendar, for quick reading: seven rows of 24 hours. The field holds
 * `[{name, rows}]`, where a cell is the share of its hour that is worked; a calendar of
 * two weeks has two of them.
 */
export class SlmWeekGridField extends Component {
    static template = "slm_management.WeekGridField";
    static props = {...standardFieldProps};

    setup() {
        this.hours = [...Array(24).keys()];
    }

    get weeks() {
        const grids = this.props.record.data[this.props.name] || [];
        return grids.map(({name, rows}, index) => ({
            key: index,
            name,
            total: this.formatHours(rows.flat()),
            days: rows.map((row, day) => this.prepareDay(row, day)),
        }));
    }

    prepareDay(row, day) {
        const name = Info.weekdays("long")[day];
        return {
            key: day,
            name,
            short: Info.weekdays("short")[day],
            total: this.formatHours(row),
            cells: row.map((share, hour) => this.prepareCell(name, share, hour)),
        };
    }

    prepareCell(day, share, hour) {
        const label = this.getLabel(share);
        const from = String(hour).padStart(2, "0");
        const to = String(hour + 1).padStart(2, "0");
        return {
            key: hour,
            label,
            title: `${day} ${from}:00–${to}:00: ${label}`,
            state: share >= 1 ? "full" : share > 0 ? "part" : "none",
            style: share > 0 && share < 1 ? `--slm-share: ${share * 100}%` : "",
        };
    }

    getLabel(share) {
        if (share > 0 && share < 1) {
            return _t("%s minutes of service", Math.round(share * 60));
        }
        return share ? _t("service hours") : _t("no service");
    }

    formatHours(shares) {
        const hours = shares.reduce((sum, share) => sum + share, 0);
        return hours ? formatDuration(Math.round(hours * 60), 0) : "–";
    }
}

export const slmWeekGridField = {
    component: SlmWeekGridField,
    displayName: _t("Week of Service Hours"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_week_grid", slmWeekGridField);
