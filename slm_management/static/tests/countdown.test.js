import {describe, expect, test} from "@odoo/hoot";
import {elapsed, formatSeconds, readClock} from "@slm_management/countdown/countdown.esm";

describe.current.tags("headless");

test("a clock ticks in service hours only", () => {
    const hours = [
        [100, 200],
        [300, 400],
    ];
    expect(elapsed(hours, 150, 350)).toBe(100);
    const clock = {
        now: 150,
        state: "running",
        outcome: "pending",
        used: 10,
        target: 70,
        late: false,
        at_risk_at: 190,
        hours,
    };
    expect(readClock(clock, 160)).toEqual({
        status: "on_track",
        used: 20,
        remaining: 50,
        isOpen: true,
        opens: null,
    });
    expect(readClock(clock, 250)).toEqual({
        status: "at_risk",
        used: 60,
        remaining: 10,
        isOpen: false,
        opens: 300,
    });
    expect(readClock(clock, 310).status).toBe("at_risk", {message: "just met"});
    expect(readClock(clock, 311).status).toBe("breached");
});

test("a clock that is left out of reports still says how late it was", () => {
    const clock = {
        now: 100,
        state: "stopped",
        outcome: "excluded",
        used: 7200,
        target: 3600,
        late: true,
        at_risk_at: null,
        day_minutes: 480,
        hours: [],
    };
    const reading = readClock(clock, 200);
    expect(reading.status).toBe("excluded");
    expect(reading.remaining).toBe(-3600);
    const cancelled = {...clock, state: "cancelled"};
    expect(readClock(cancelled, 200).status).toBe("cancelled");
});

test("seconds show below an hour", () => {
    expect(formatSeconds(59, 480)).toBe("59s");
    expect(formatSeconds(3599, 480)).toBe("59m 59s");
    expect(formatSeconds(3661, 480)).toBe("1h 1m");
});
