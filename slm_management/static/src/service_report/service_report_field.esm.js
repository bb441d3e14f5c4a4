/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {drawShares, drawVolume} from "./pictures.esm";
import {Component} from "@odoo/owl";
import {SlmChart} from "../scorecard/chart.esm";
import {_t} from "@web/core/l10n/translation";
import {cookie} from "@web/core/browser/cookie";
import {getInk} from "../scorecard/pictures.esm";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const VERDICTS = {good: "text-success", bad: "text-danger"};
const REACHED = {yes: "text-bg-success", no: "text-bg-danger"};

/**
 * A service report as a screen. The field holds the document as the PDF and the portal
 * tell it; nothing is counted here.
 */
export class SlmServiceReportField extends Component {
    static template = "slm_management.ServiceReportField";
    static components = {SlmChart};
    static props = {...standardFieldProps};

    get report() {
        return this.props.record.data[this.props.name];
    }

    /** The same objects as long as the document is the same: a chart is drawn once. */
    get pictures() {
        const {report} = this;
        if (this.drawn?.report !== report) {
            const ink = getInk(cookie.get("color_scheme"));
            this.drawn = {
                report,
                volume: drawVolume(report.trend, ink),
                shares: drawShares(report.trend, ink),
            };
        }
        return this.drawn;
    }

    get hasVolume() {
        return this.report.trend.tickets.some(({values}) => values.some(Boolean));
    }

    /** While the period goes on, the form says so. */
    get showNotices() {
        return this.props.record.data.is_period_over;
    }

    getVerdictClass({verdict}) {
        return VERDICTS[verdict] || "text-muted";
    }

    getReachedClass({reached}) {
        return REACHED[reached] || "text-bg-light";
    }
}

export const slmServiceReportField = {
    component: SlmServiceReportField,
    displayName: _t("Service Report"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_service_report", slmServiceReportField);
