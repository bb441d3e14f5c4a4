/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

/**
 * Which colour a count has: 0 for none, else from 1 on.
 *
 * @param {Number} count
 * @param {Number[]} steps the least count of each colour, in order
 */
export function getStep(count, steps) {
    return count ? steps.filter((least) => least <= count).length : 0;
}

/**
 * What each colour stands for, as `{step, text}`.
 *
 * @param {Number[]} steps
 */
export function getLegend(steps) {
    return steps.map((least, rank) => {
        const next = steps[rank + 1];
        const most = next === undefined ? "" : next - 1;
        const range = least === most ? `${least}` : `${least}–${most}`;
        return {step: rank + 1, text: most ? range : `≥ ${least}`};
    });
}

/** The hours of a day as `{hour, short, label}`. */
export function getHours() {
    return [...Array(24).keys()].map((number) => {
        const [from, to] = [number, number + 1].map((h) => String(h).padStart(2, "0"));
        return {hour: from, short: from, label: `${from}:00–${to}:00`};
    });
}

/** Which tickets came on a weekday, and in an hour of it if one is given. */
export function getArrivalDomain({domain}, weekday, hour) {
    const found = [...domain, ["weekday", "=", weekday]];
    return hour ? [...found, ["hour", "=", hour]] : found;
}
