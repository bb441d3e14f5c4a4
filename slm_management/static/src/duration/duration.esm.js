/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

/**
 * Durations as people write them: the same grammar and rounding as
 * `slm_management/engine/duration.py`, which is the one to look at.
 */

const UNITS = {
    m: "m",
    min: "m",
    mins: "m",
    minute: "m",
    minutes: "m",
    分: "m",
    分钟: "m",
    h: "h",
    hr: "h",
    hrs: "h",
    hour: "h",
    hours: "h",
    小时: "h",
    d: "d",
    day: "d",
    days: "d",
    天: "d",
    工作日: "d",
};
const PART = /^(\d+(?:[.,]\d+)?)\s*(\p{L}*)[\s,，、]*/u;

export class DurationError extends Error {}

/** A text without blanks around it, full-width digits and letters made plain ones. */
export function normalize(text) {
    return (text || "").normalize("NFKC").trim();
}

/**
 * @param {String} text
 * @param {Number} dayMinutes what a day is, in minutes; 0: nobody knows, so days are
 *     no duration
 * @returns {Number} whole minutes, at least 0
 * @throws {DurationError} the text is no duration
 */
export function parseDuration(text, dayMinutes) {
    let rest = normalize(text).toLowerCase();
    const sizes = {m: 1, h: 60, d: dayMinutes};
    const seen = new Set();
    let total = 0;
    while (rest) {
        const match = PART.exec(rest);
        const unit = match && UNITS[match[2] || "m"];
        if (!unit || seen.has(unit) || !sizes[unit]) {
            throw new DurationError(text);
        }
        seen.add(unit);
        total += Number(match[1].replace(",", ".")) * sizes[unit];
        rest = rest.slice(match[0].length);
    }
    if (Math.abs(total - Math.round(total)) > 1e-6) {
        throw new DurationError(text);
    }
    return Math.round(total);
}

/**
 * @param {Number} minutes
 * @param {Number} dayMinutes what a day is, in minutes; 0: do not use days
 * @returns {String} text that `parseDuration` reads back, such as "1h 30m"
 */
export function formatDuration(minutes, dayMinutes) {
    const sign = minutes < 0 ? "-" : "";
    let rest = Math.abs(minutes);
    const days = dayMinutes ? Math.floor(rest / dayMinutes) : 0;
    rest -= days * dayMinutes;
    const parts = [
        [days, "d"],
        [Math.floor(rest / 60), "h"],
        [rest % 60, "m"],
    ];
    const text = parts
        .filter(([count]) => count)
        .map(([count, unit]) => `${count}${unit}`)
        .join(" ");
    return sign + (text || "0m");
}
