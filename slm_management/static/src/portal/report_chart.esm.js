/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Interaction} from "@web/public/interaction";
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";

/**
 * Colours of Okabe and Ito, which people tell apart whatever colours they see, with
 * dashes and points besides, as colours alone say nothing to some.
 */
const SERIES = [
    {color: "#0072b2", dash: [], point: "circle"},
    {color: "#d55e00", dash: [6, 3], point: "rect"},
    {color: "#009e73", dash: [2, 2], point: "triangle"},
];
const INK = {text: "#374151", grid: "rgba(0,0,0,.1)"};

/** A line or bars of a picture, as Chart.js takes them. */
export function getSeries({label, kind, data}, rank) {
    const {color, dash, point} = SERIES[rank % SERIES.length];
    const line = {borderDash: dash, pointStyle: point, pointRadius: 4, borderWidth: 2};
    return {
        label,
        data,
        type: kind,
        // Points at the very top are whole
        clip: false,
        // Lines before bars
        order: kind === "line" ? 0 : 1,
        borderColor: color,
        backgroundColor: color,
        ...(kind === "line" ? line : {pointStyle: "rect"}),
    };
}

/** The picture of what a page has sent: `{labels, series, max}`. */
export function getConfig({labels, series, max}) {
    const ticks = {color: INK.text};
    const unit = max ? {callback: (value) => `${value} %`} : {precision: 0};
    return {
        type: "bar",
        data: {labels, datasets: series.map(getSeries)},
        options: {
            animation: false,
            maintainAspectRatio: false,
            plugins: {
                legend: {labels: {color: INK.text, usePointStyle: true, boxHeight: 6}},
            },
            scales: {
                x: {ticks, grid: {display: false}},
                y: {min: 0, max, ticks: {...ticks, ...unit}, grid: {color: INK.grid}},
            },
        },
    };
}

/** A picture by Chart.js. It is for those who see it: a table stands beside it. */
export class ReportChart extends Interaction {
    static selector = ".o_slm_report_chart";

    async willStart() {
        await loadBundle("web.chartjs_lib");
    }

    start() {
        const canvas = this.el.querySelector("canvas");
        const chart = new Chart(canvas, getConfig(JSON.parse(this.el.dataset.picture)));
        this.registerCleanup(() => chart.destroy());
    }
}

registry.category("public.interactions").add("slm_management.report_chart", ReportChart);
