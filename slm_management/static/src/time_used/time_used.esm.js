/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {formatDuration} from "../duration/duration.esm";

/**
 * Colours of Okabe and Ito, which people tell apart whatever colours they see, and
 * which stand out from white as from black. Each kind of party has its own, and its
 * own pattern besides (see the styles), so that a print without colours can be read.
 */
const COLORS = {
    team: ["#0072b2", "#56b4e9", "#009e73", "#8c6bb1"],
    supplier: ["#e69f00", "#d55e00"],
    customer: ["#8a9099"],
};

/** Whole minutes as everywhere; what is less than one is not nothing. */
export function formatSeconds(seconds) {
    if (seconds > 0 && seconds < 60) {
        return "<1m";
    }
    return formatDuration(Math.trunc((seconds || 0) / 60), 0);
}

/**
 * @param {Array} shares `{party, name, seconds, percent}` of each, in order
 * @returns {Array} the same, with `key`, `color` and the `duration` as text; parties
 *     that used nothing are left out
 */
export function prepareShares(shares) {
    const seen = {};
    return (shares || [])
        .filter(({seconds}) => seconds > 0)
        .map((share, key) => {
            const colors = COLORS[share.party] || COLORS.customer;
            const rank = seen[share.party] || 0;
            seen[share.party] = rank + 1;
            return {
                ...share,
                key,
                color: colors[rank % colors.length],
                duration: formatSeconds(share.seconds),
            };
        });
}

export function sumSeconds(shares) {
    return shares.reduce((sum, {seconds}) => sum + seconds, 0);
}
