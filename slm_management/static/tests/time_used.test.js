import {defineModels, fields, models, mountView} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {
    formatSeconds,
    prepareShares,
} from "@slm_management/time_used/time_used.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {queryAllTexts} from "@odoo/hoot-dom";

class Ticket extends models.Model {
    used = fields.Json();

    _records = [
        {
            id: 1,
            used: [
                {party: "team", name: "Desk", seconds: 5400, percent: 37.5},
                {party: "team", name: "Network", seconds: 1800, percent: 12.5},
                {party: "supplier", name: "ACME", seconds: 7190, percent: 49.9},
                {party: "customer", name: "Customer", seconds: 10, percent: 0.1},
            ],
        },
        {id: 2, used: []},
        {id: 3, used: false},
    ];
}

defineMailModels();
defineModels([Ticket]);

function show(resId) {
    return mountView({
        type: "form",
        resModel: "ticket",
        resId,
        arch: `<form><field name="used" widget="slm_time_used"/></form>`,
    });
}

test("every party has a share of the bar, and its words in the legend", async () => {
    await show(1);
    expect(".o_slm_bar > span").toHaveCount(4);
    const widths = [...document.querySelectorAll(".o_slm_bar > span")].map(
        ({style}) => style.flexGrow
    );
    expect(widths).toEqual(["5400", "1800", "7190", "10"]);
    expect(queryAllTexts(".o_slm_time_used tbody td")).toEqual([
        "1h 30m",
        "37.5%",
        "30m",
        "12.5%",
        "1h 59m",
        "49.9%",
        "<1m",
        "0.1%",
    ]);
    expect(".o_slm_time_used tfoot td:first").toHaveText("4h");
});

test("who does not see the bar hears it", async () => {
    await show(1);
    expect(".o_slm_bar").toHaveAttribute("role", "img");
    expect(".o_slm_bar").toHaveAttribute(
        "aria-label",
        "Desk: 1h 30m (37.5%), Network: 30m (12.5%), ACME: 1h 59m (49.9%), " +
            "Customer: <1m (0.1%)"
    );
    expect(".o_slm_time_used tbody i:eq(2)").toHaveAttribute("title", "Supplier");
});

test("nothing is shown of nothing", async () => {
    await show(2);
    expect(".o_slm_time_used").toHaveCount(0);
    await show(3);
    expect(".o_slm_time_used").toHaveCount(0);
});

test("no two neighbours have one colour; who used nothing is left out", () => {
    const party = (name, seconds, kind = "team") => ({name, seconds, party: kind});
    const shares = prepareShares([
        party("A", 60),
        party("B", 0),
        party("C", 60),
        party("D", 60, "supplier"),
        party("E", 60, "supplier"),
    ]);
    expect(shares.map(({name}) => name)).toEqual(["A", "C", "D", "E"]);
    expect(new Set(shares.map(({color}) => color)).size).toBe(4);
    expect(prepareShares(null)).toEqual([]);
});

test("seconds are told in whole minutes", () => {
    expect(formatSeconds(0)).toBe("0m");
    expect(formatSeconds(59)).toBe("<1m");
    expect(formatSeconds(3661)).toBe("1h 1m");
});
