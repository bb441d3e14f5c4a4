/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {formatDateTime} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/**
 * An instant as text, in a time zone that is said.
 *
 * @param {Number|luxon.DateTime} moment seconds since 1970, or a moment
 * @param {String} timezone
 * @returns {String}
 */
export function formatMoment(moment, timezone) {
    const at = typeof moment === "number" ? DateTime.fromSeconds(moment) : moment;
    const zone = timezone || at.zoneName;
    return `${formatDateTime(at, {tz: zone})} (${zone})`;
}
