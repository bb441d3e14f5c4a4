/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {getLine, getOptions} from "../scorecard/pictures.esm";

const nowhere = () => undefined;

/**
 * Tickets from period to period: what came and went as bars, what is open as a line.
 *
 * @param {Object} trend as `_get_document` gives it
 * @param {Object} ink see `getInk`
 */
export function drawVolume({periods, tickets}, ink) {
    const datasets = tickets
        .filter(({name}) => name !== "reopened")
        .map(({name, label, values}, rank) => ({
            ...getLine(label, values, rank),
            type: name === "open_at_end" ? "line" : "bar",
            order: name === "open_at_end" ? 0 : 1,
            ...(name === "open_at_end" ? {} : {borderWidth: 0, borderDash: []}),
        }));
    return {
        type: "bar",
        data: {labels: periods.map((period) => period.short), datasets},
        options: getOptions(
            ink,
            {min: 0, ticks: {precision: 0, color: ink.text}},
            nowhere
        ),
    };
}

/**
 * Shares of promised times that were kept, by metric, from period to period: a picture
 * for each kind of agreement.
 *
 * @param {Object} trend as `_get_document` gives it
 * @param {Object} ink see `getInk`
 * @returns {Object[]} `{kind, config}`
 */
export function drawShares({periods, shares}, ink) {
    const kinds = [...new Set(shares.map(({kind}) => kind))];
    return kinds.map((kind) => ({
        kind,
        config: {
            type: "line",
            data: {
                labels: periods.map((period) => period.short),
                datasets: shares
                    .filter((row) => row.kind === kind)
                    .map(({label, values}, rank) => getLine(label, values, rank)),
            },
            options: getOptions(ink, {min: 0, max: 100}, nowhere),
        },
    }));
}
