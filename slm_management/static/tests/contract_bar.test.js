import {defineModels, fields, models, mountView} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {queryAll, queryAllTexts, queryRect} from "@odoo/hoot-dom";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {prepareBar} from "@slm_management/contract_bar/contract_bar.esm";

function mark(kind, label, date, at, row) {
    return {kind, labels: [label], date, text: date, at, row};
}

function span(kind, label, days, places) {
    const [from, to] = days;
    const [start, end] = places;
    return {kind, label, from, to, start, end};
}

const WHOLE = {
    first: "2024-01-01",
    last: "2026-01-01",
    is_open: false,
    rows: 2,
    label_width: 20,
    spans: [
        span("in_force", "In Force", ["2024-01-01", "2024-02-29"], [0, 8]),
        span("in_warranty", "In Warranty", ["2024-03-01", "2025-12-31"], [8, 100]),
    ],
    marks: [
        mark("effective", "Effective on", "2024-01-01", 0, 1),
        mark("final", "Final Acceptance", "2024-03-01", 8, 0),
        mark("warranty", "Warranty until", "2025-12-31", 100, 0),
    ],
    today: {label: "Today", date: "2025-01-01", text: "2025-01-01", at: 50, side: ""},
};
const OPEN = {
    ...WHOLE,
    is_open: true,
    rows: 1,
    spans: [span("in_force", "In Force", ["2024-01-01", "2026-01-01"], [0, 100])],
    marks: [
        {...mark("effective", "Effective on", "2024-01-01", 0, 0), labels: ["A", "B"]},
    ],
    today: {...WHOLE.today, at: 0, side: "before"},
};

class Contract extends models.Model {
    timeline = fields.Json();

    _records = [
        {id: 1, timeline: WHOLE},
        {id: 2, timeline: OPEN},
        {id: 3, timeline: false},
    ];
}

defineMailModels();
defineModels([Contract]);

function show(resId, width = 900) {
    return mountView({
        type: "form",
        resModel: "contract",
        resId,
        arch: `
            <form>
                <div style="width: ${width}px">
                    <field name="timeline" widget="slm_contract_bar"/>
                </div>
            </form>`,
    });
}

test("spans and marks are drawn to scale", async () => {
    await show(1);
    const bar = queryRect(".o_slm_spans");
    const lengths = queryAll(".o_slm_span").map((node) =>
        Math.round((100 * node.getBoundingClientRect().width) / bar.width)
    );
    expect(lengths).toEqual([8, 92]);
    const places = queryAll(".o_slm_mark, .o_slm_today").map((node) =>
        Math.round((100 * (node.getBoundingClientRect().left - bar.left)) / bar.width)
    );
    expect(places).toEqual([0, 8, 100, 50]);
});

test("what has no room is told by its title only", async () => {
    await show(1);
    expect(queryAllTexts(".o_slm_span")).toEqual(["", "In Warranty"]);
    expect(".o_slm_span:first").toHaveAttribute("title", /^In Force: .*–/);
});

test("labels do not lie on each other, nor beside the sheet", async () => {
    await show(1);
    const boxes = queryAll(".o_slm_label").map((node) => node.getBoundingClientRect());
    for (const [number, one] of boxes.entries()) {
        for (const other of boxes.slice(number + 1)) {
            const apart = one.right <= other.left || other.right <= one.left;
            expect(apart || one.bottom <= other.top || other.bottom <= one.top).toBe(true);
        }
    }
    const {right} = queryRect(".o_slm_contract_bar");
    expect(Math.max(...boxes.map((box) => box.right)) <= right).toBe(true);
});

test("on a narrow screen the dates are a list", async () => {
    await show(1, 320);
    expect(".o_slm_label").not.toBeVisible();
    expect(queryAllTexts(".o_slm_dates dd")).toEqual([
        "2024-01-01",
        "2024-03-01",
        "2025-12-31",
    ]);
});

test("who does not see the bar hears it", async () => {
    await show(1);
    expect(".o_slm_drawing").toHaveAttribute("role", "img");
    expect(".o_slm_drawing").toHaveAttribute(
        "aria-label",
        /^Effective on: 2024-01-01; Final Acceptance: .*; Today: .*; In Force: .*$/
    );
});

test("dates of one day share a mark; today may be beyond the bar", async () => {
    await show(2);
    expect(".o_slm_spans").toHaveClass("o_slm_open");
    expect(".o_slm_label span").toHaveText("A, B");
    expect(".o_slm_today").toHaveText("‹ Today");
    const today = {...OPEN.today, side: "after"};
    expect(prepareBar({...OPEN, today}).today.shown).toBe("Today ›");
});

test("nothing is drawn of nothing", async () => {
    await show(3);
    expect(".o_slm_contract_bar").toHaveCount(0);
    expect(prepareBar(false)).toBe(null);
});
