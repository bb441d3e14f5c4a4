import {describe, expect, test} from "@odoo/hoot";
import {
    DurationError,
    formatDuration,
    parseDuration,
} from "@slm_management/duration/duration.esm";

describe.current.tags("headless");

test("durations are read as people write them", () => {
    const cases = [
        ["", 0],
        ["45", 45],
        ["30m", 30],
        ["1h 30m", 90],
        ["1h30", 90],
        ["1.5h", 90],
        ["1,5 h", 90],
        ["2d", 960],
        ["2 天 4 小时", 1200],
        ["1工作日", 480],
        ["３０分钟", 30],
        ["1 Day, 2 Hours", 600],
        ["1天，2小时、5分", 605],
    ];
    for (const [text, minutes] of cases) {
        expect(parseDuration(text, 480)).toBe(minutes, {message: `“${text}”`});
    }
    expect(parseDuration("2d", 1440)).toBe(2880);
});

test("what is no duration is refused", () => {
    for (const text of ["soon", "-5", "1h 2h", "0.5", "1w", "h", "5 5"]) {
        expect(() => parseDuration(text, 480)).toThrow(DurationError, {
            message: `“${text}”`,
        });
    }
    expect(() => parseDuration("1d", 0)).toThrow(DurationError);
});

test("what is shown can be read back", () => {
    expect(formatDuration(90, 480)).toBe("1h 30m");
    expect(formatDuration(960, 480)).toBe("2d");
    expect(formatDuration(2160, 480)).toBe("4d 4h");
    expect(formatDuration(960, 0)).toBe("16h");
    expect(formatDuration(0, 480)).toBe("0m");
    expect(formatDuration(-90, 480)).toBe("-1h 30m");
    for (let minutes = 0; minutes < 5000; minutes += 7) {
        expect(parseDuration(formatDuration(minutes, 450), 450)).toBe(minutes);
    }
});
