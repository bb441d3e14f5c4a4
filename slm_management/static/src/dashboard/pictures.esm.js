/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {getLine, getOptions} from "../scorecard/pictures.esm";

/**
 * The share of times that were kept, by metric, month by month.
 *
 * @param {Object} trend as `get_dashboard` gives it
 * @param {Object} ink see `getInk`
 * @param {Function} onPick called with the figure that was clicked
 */
export function drawShares({months, metrics}, ink, onPick) {
    const datasets = metrics.map(({label, cells}, rank) => ({
        ...getLine(
            label,
            cells.map(({value}) => value),
            rank
        ),
        spanGaps: true,
        // what is all met is not cut off at the edge
        clip: 8,
    }));
    return {
        type: "line",
        data: {labels: months.map(({label}) => label), datasets},
        options: getOptions(ink, {min: 0, max: 100}, (at) =>
            onPick(metrics[at.datasetIndex].cells[at.index])
        ),
    };
}

/**
 * How many tickets came, went and were open at the end, month by month.
 *
 * @param {Object} trend as `get_dashboard` gives it
 * @param {Object} ink see `getInk`
 * @param {Function} onPick called with the figure that was clicked
 */
export function drawVolume({months, volume}, ink, onPick) {
    const datasets = volume.map(({part, label, cells}, rank) => {
        const line = getLine(
            label,
            cells.map(({count}) => count),
            rank
        );
        return part === "open_at_end"
            ? {...line, type: "line", order: 0}
            : {...line, type: "bar", borderWidth: 0, borderDash: [], order: 1};
    });
    return {
        type: "bar",
        data: {labels: months.map(({label}) => label), datasets},
        options: getOptions(ink, {min: 0, ticks: {precision: 0, color: ink.text}}, (at) =>
            onPick(volume[at.datasetIndex].cells[at.index])
        ),
    };
}
