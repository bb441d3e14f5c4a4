/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {getCustomColor} from "@web/core/colors/colors";

/**
 * Colours of Okabe and Ito, which people tell apart whatever colours they see, with
 * dashes and points besides, as colours alone say nothing to some.
 */
const SERIES = [
    {color: "#0072b2", dash: [], point: "circle"},
    {color: "#d55e00", dash: [6, 3], point: "rect"},
    {color: "#009e73", dash: [2, 2], point: "triangle"},
    {color: "#cc79a7", dash: [8, 2, 2, 2], point: "rectRot"},
    {color: "#e69f00", dash: [4, 4], point: "crossRot"},
    {color: "#56b4e9", dash: [1, 3], point: "star"},
];

/** Text and lines of a picture, by the colours of the screen. */
export function getInk(scheme) {
    return {
        text: getCustomColor(scheme, "#111827", "#e4e4e4"),
        total: getCustomColor(scheme, "#111827", "#ffffff"),
        grid: getCustomColor(scheme, "rgba(0,0,0,.1)", "rgba(255,255,255,.15)"),
    };
}

export function getLine(label, data, rank) {
    const {color, dash, point} = SERIES[rank % SERIES.length];
    return {
        label,
        data,
        borderColor: color,
        backgroundColor: color,
        borderDash: dash,
        pointStyle: point,
        pointRadius: 4,
        borderWidth: 2,
        spanGaps: false,
    };
}

export function getOptions(ink, scale, onPick) {
    const ticks = {color: ink.text};
    return {
        animation: false,
        maintainAspectRatio: false,
        onClick: (ev, elements) => elements.length && onPick(elements[0]),
        onHover: (ev, elements) => {
            ev.native.target.style.cursor = elements.length ? "pointer" : "default";
        },
        plugins: {
            legend: {labels: {color: ink.text, usePointStyle: true, boxHeight: 6}},
        },
        scales: {
            x: {ticks, grid: {display: false}},
            y: {ticks, grid: {color: ink.grid}, ...scale},
        },
    };
}

/**
 * Scores by criterion and in all, from evaluation to evaluation.
 *
 * @param {Object} evaluations as `get_scorecard` gives it
 * @param {Object} words `{total}`
 * @param {Object} ink see `getInk`
 * @param {Function} onPick called with the row of the evaluation that was clicked
 */
export function drawEvaluations({criteria, rows}, words, ink, onPick) {
    const total = {
        ...getLine(
            words.total,
            rows.map((row) => row.total),
            0
        ),
        borderColor: ink.total,
        backgroundColor: ink.total,
        borderWidth: 4,
    };
    const lines = criteria.map(({name}, rank) =>
        getLine(
            name,
            rows.map((row) => row.scores[rank]),
            rank
        )
    );
    return {
        type: "line",
        data: {labels: rows.map((row) => row.short), datasets: [total, ...lines]},
        options: getOptions(ink, {min: 1, max: 5, ticks: {stepSize: 1, color: ink.text}}, (at) =>
            onPick(rows[at.index])
        ),
    };
}

/**
 * The share of times that were kept, by metric and month, in percent.
 *
 * @param {Object} compliance as `get_scorecard` gives it
 * @param {Object} ink see `getInk`
 * @param {Function} onPick called with the metric and the month that were clicked
 */
export function drawCompliance({months, metrics}, ink, onPick) {
    const datasets = metrics.map(({label, months: cells}, rank) => ({
        ...getLine(
            label,
            cells.map((cell) => cell.share),
            rank
        ),
        borderDash: [],
        borderWidth: 0,
    }));
    return {
        type: "bar",
        data: {labels: months.map((month) => month.label), datasets},
        options: getOptions(ink, {min: 0, max: 100}, (at) =>
            onPick(metrics[at.datasetIndex].metric, months[at.index])
        ),
    };
}

/** Which clocks the figures of a month are, or those of all months. */
export function getClockDomain({domain, months}, metric, month) {
    const {start} = month || months[0];
    const {end} = month || months[months.length - 1];
    return [
        ...domain,
        ["metric", "=", metric],
        ["stopped_at", ">=", start],
        ["stopped_at", "<", end],
    ];
}
