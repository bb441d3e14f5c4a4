/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {
    deserializeDate,
    deserializeDateTime,
    serializeDateTime,
} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/** Longer values are folded. */
export const FOLDED_FROM = 160;
/** Lists with more names are folded. */
const FOLDED_NAMES = 6;

/**
 * The domain of a period.
 *
 * @param {String} period `all`, `week`, `month`, `year` or `custom`
 * @param {String} from first day of a custom period, as `2026-03-02`, or empty
 * @param {String} to its last day, or empty
 * @returns {Array} on the field `at`
 */
export function getPeriodDomain(period, from = "", to = "") {
    const today = DateTime.local().startOf("day");
    const starts = {
        week: () => today.minus({days: 6}),
        month: () => today.minus({days: 29}),
        year: () => today.startOf("year"),
        custom: () => from && deserializeDate(from).startOf("day"),
    };
    const domain = [];
    const start = starts[period]?.();
    if (start) {
        domain.push(["at", ">=", serializeDateTime(start)]);
    }
    if (period === "custom" && to) {
        const end = deserializeDate(to).startOf("day").plus({days: 1});
        domain.push(["at", "<", serializeDateTime(end)]);
    }
    return domain;
}

/**
 * How a value is shown: whole, or folded behind its beginning.
 */
export function prepareValue(text, separator = ", ") {
    const lines = (text || "").split("\n").filter(Boolean);
    const whole = lines.join("\n");
    const folded = whole.length > FOLDED_FROM || lines.length > FOLDED_NAMES;
    const start = lines.slice(0, FOLDED_NAMES).join(separator);
    return {
        whole,
        folded,
        start: start.length > FOLDED_FROM ? start.slice(0, FOLDED_FROM) : start,
    };
}

/**
 * What has come and what has gone, of two lists of names, one a line.
 */
function compareLists(before, after) {
    const left = [];
    const come = (after || "").split("\n").filter(Boolean);
    for (const name of (before || "").split("\n").filter(Boolean)) {
        const at = come.indexOf(name);
        if (at >= 0) {
            come.splice(at, 1);
        } else {
            left.push(name);
        }
    }
    return {gone: prepareValue(left.join("\n")), come: prepareValue(come.join("\n"))};
}

function prepareChange(line) {
    const change = {key: line.id, kind: line.kind, what: line.what, isList: line.is_list};
    if (line.is_list) {
        return {...change, ...compareLists(line.old_value, line.new_value)};
    }
    return {
        ...change,
        from: prepareValue(line.old_value, " · "),
        to: prepareValue(line.new_value, " · "),
    };
}

/**
 * Lines of the history as people tell it: by day, and by save.
 *
 * @param {Array} lines as the server gives them, the newest first
 * @returns {Array} `[{key, label, saves: [{key, at, time, user, changes}]}]`
 */
export function groupRevisions(lines) {
    const days = [];
    for (const line of lines) {
        const at = deserializeDateTime(line.at);
        const day = at.toISODate();
        if (days.at(-1)?.key !== day) {
            const label = at.toLocaleString(DateTime.DATE_HUGE);
            days.push({key: day, label, saves: []});
        }
        const {saves} = days.at(-1);
        const user = line.user_id?.display_name || "";
        const key = `${line.at} ${line.user_id?.id || 0}`;
        if (saves.at(-1)?.key !== key) {
            const time = at.toLocaleString(DateTime.TIME_SIMPLE);
            saves.push({key, at: at.toISO(), time, user, changes: []});
        }
        saves.at(-1).changes.push(prepareChange(line));
    }
    return days;
}
