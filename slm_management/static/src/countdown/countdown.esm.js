/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {_t} from "@web/core/l10n/translation";
import {formatDuration} from "../duration/duration.esm";

/**
 * A clock as `slm.clock.countdown` describes it, read at any later moment: pure
 * functions, so that what is shown can be tested without waiting.
 */

/**
 * Seconds of service time between two instants (seconds since 1970).
 *
 * @param {[Number, Number][]} hours stretches of service time
 * @param {Number} start
 * @param {Number} end
 * @returns {Number}
 */
export function elapsed(hours, start, end) {
    let total = 0;
    for (const [opens, closes] of hours) {
        total += Math.max(0, Math.min(closes, end) - Math.max(opens, start));
    }
    return total;
}

/**
 * @param {Object} clock
 * @param {Number} now seconds since 1970
 * @returns {{status: String, used: Number, remaining: Number, isOpen: Boolean,
 *     opens: Number|null}} `opens` is when service time runs next, if it does not now
 */
export function readClock(clock, now) {
    const used = clock.used + elapsed(clock.hours, clock.now, now);
    const remaining = clock.target - used;
    const next = clock.hours.find(([, closes]) => now < closes);
    const isOpen = Boolean(next) && next[0] <= now;
    return {
        status: getStatus(clock, now, remaining),
        used,
        remaining,
        isOpen,
        opens: next && !isOpen ? next[0] : null,
    };
}

function getStatus(clock, now, remaining) {
    if (clock.state === "cancelled") {
        return "cancelled";
    }
    if (clock.state === "stopped") {
        return clock.outcome;
    }
    if (clock.late || remaining < 0) {
        return "breached";
    }
    if (clock.state === "paused") {
        return "paused";
    }
    return clock.at_risk_at && clock.at_risk_at <= now ? "at_risk" : "on_track";
}

/** Below an hour people want to see the seconds go. */
export function formatSeconds(seconds, dayMinutes) {
    const total = Math.floor(Math.abs(seconds));
    if (total >= 3600) {
        return formatDuration(Math.floor(total / 60), dayMinutes);
    }
    const minutes = Math.floor(total / 60);
    return minutes ? `${minutes}m ${total % 60}s` : `${total}s`;
}

/** The sentence beside the status of a clock, such as "3h 20m left". */
export function tellClock(clock, {status, remaining}) {
    const live = clock.state === "running";
    const time = live
        ? formatSeconds(remaining, clock.day_minutes)
        : formatDuration(Math.floor(Math.abs(remaining) / 60), clock.day_minutes);
    if (status === "cancelled") {
        return _t("does not count");
    }
    if (status === "met") {
        return _t("%s to spare", time);
    }
    if (status === "missed" || status === "excluded") {
        return _t("late by %s", time);
    }
    if (status === "breached" && clock.state === "paused") {
        return _t("paused, overdue by %s", time);
    }
    return remaining < 0 ? _t("overdue by %s", time) : _t("%s left", time);
}

export function getStatusLabels() {
    return {
        on_track: _t("On Track"),
        at_risk: _t("At Risk"),
        breached: _t("Breached"),
        paused: _t("Paused"),
        met: _t("Met"),
        missed: _t("Missed"),
        excluded: _t("Excluded"),
        cancelled: _t("Cancelled"),
    };
}

export const STATUS_COLOURS = {
    on_track: "success",
    at_risk: "warning",
    breached: "danger",
    paused: "info",
    met: "success",
    missed: "danger",
    excluded: "secondary",
    cancelled: "secondary",
};
