/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {deserializeDate, formatDate} from "@web/core/l10n/dates";

/** Spans that are shorter, in percent of the bar, have no room for words. */
const ROOM = 12;

function prepareSpan(span, key) {
    const length = span.end - span.start;
    const from = formatDate(deserializeDate(span.from));
    const to = formatDate(deserializeDate(span.to));
    return {
        ...span,
        key,
        style: `left: ${span.start}%; width: ${length}%`,
        text: length < ROOM ? "" : span.label,
        title: `${span.label}: ${from} – ${to}`,
    };
}

function prepareMark(mark, key) {
    const label = mark.labels.join(", ");
    return {
        ...mark,
        key,
        label,
        style: `left: ${mark.at}%; --slm-row: ${mark.row}`,
        title: `${label}: ${mark.text}`,
    };
}

function prepareToday(today) {
    const arrows = {before: "‹ ", after: " ›"};
    const {side, label} = today;
    const arrow = arrows[side] || "";
    return {
        ...today,
        shown: side === "before" ? arrow + label : label + arrow,
        style: `left: ${today.at}%`,
        title: `${label}: ${today.text}`,
    };
}

/**
 * What is drawn of the dates of a contract.
 *
 * @param {Object} timeline as `slm.contract.timeline` has it, or false
 * @returns {Object} `{spans, marks, today, rows, isOpen, label}`, or null
 */
export function prepareBar(timeline) {
    if (!timeline) {
        return null;
    }
    const marks = timeline.marks.map(prepareMark);
    const today = prepareToday(timeline.today);
    const spans = timeline.spans.map(prepareSpan);
    const said = [...marks, today, ...spans].map(({title}) => title);
    return {
        marks,
        today,
        spans,
        rows: timeline.rows,
        isOpen: timeline.is_open,
        label: said.join("; "),
    };
}
