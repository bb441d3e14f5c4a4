/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {toLocaleDateTimeString} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/**
 * An instant as text, in a time zone that is said.
 *
 * @param {Number|luxon.DateTime} moment seconds since 1970, or a moment
 * @param {String} [timezone] empty: the one of whoever looks
 * @param {Boolean} [short] say the zone's offset, not its name
 * @returns {String}
 */
export function formatMoment(moment, timezone, short = false) {
    const at = typeof moment === "number" ? DateTime.fromSeconds(moment) : moment;
    const local = timezone ? at.setZone(timezone) : at;
    const text = toLocaleDateTimeString(local, {tz: local.zoneName});
    return `${text} (${short ? local.offsetNameShort : local.zoneName})`;
}
