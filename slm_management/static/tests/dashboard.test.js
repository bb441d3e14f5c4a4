import {contains, getService, mountWithCleanup, onRpc} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {drawShares, drawVolume} from "@slm_management/dashboard/pictures.esm";
import {
    getArrivalDomain,
    getHours,
    getLegend,
    getStep,
} from "@slm_management/dashboard/arrivals.esm";
import {WebClient} from "@web/webclient/webclient";
import {animationFrame} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {getInk} from "@slm_management/scorecard/pictures.esm";
import {queryAllTexts} from "@odoo/hoot-dom";

defineMailModels();
describe.current.tags("desktop");

function figure(count, values = {}) {
    return {
        of: "clocks",
        count,
        text: `${count}`,
        domain: [["count", "=", count]],
        name: `Figure ${count}`,
        ...values,
    };
}

function share(count, value) {
    const text = value === null ? "–" : `${value} %`;
    return figure(count, {value, text});
}

function cells(seed, value) {
    return {
        share: share(seed, value),
        met: figure(seed + 1),
        missed: figure(seed + 2),
        excluded: figure(0),
        late: figure(seed + 3),
        reached: figure(1, {of: "agreements", text: "0 of 1", is_short: true}),
    };
}

const TREND = {
    months: [
        {label: "Dec 2023", month: "Dec", year: "2023"},
        {label: "Jan 2024", month: "Jan", year: "2024"},
    ],
    metrics: [
        {metric: "response", label: "Response", cells: [share(0, null), share(4, 75)]},
    ],
    volume: ["opened", "closed", "open_at_end"].map((part, rank) => ({
        part,
        label: part,
        cells: [figure(50 + rank), figure(60 + rank, {of: "tickets"})],
    })),
};

const ROW = {
    kind: "sla",
    kind_text: "SLA",
    metric: "response",
    text: "Response",
    now: cells(10, 75),
    before: cells(20, 80),
    change: -5,
    change_text: "−5.0",
};

const DATA = {
    company: "Desk",
    day: "01/31/2024",
    is_empty: false,
    models: {
        clocks: "slm.clock.statistics",
        tickets: "slm.ticket.statistics",
        shares: "slm.time.share",
        agreements: "slm.agreement",
    },
    domains: {
        clocks: [["company_id", "=", 1]],
        tickets: [["company_id", "=", 1]],
        shares: [],
        agreements: [],
    },
    today: {
        due: figure(3, {name: "Due Today", note: "on 2 tickets", is_open: true}),
        late: figure(0, {name: "Overdue Now", note: "on 0 tickets"}),
        breached: figure(1, {name: "Breached Today", note: ""}),
    },
    compliance: {now: "Jan 2024", before: "Dec 2023", total: ROW, rows: [ROW]},
    volume: {
        now: "Jan 2024",
        before: "Dec 2023",
        open: figure(62, {of: "tickets", is_open: true}),
        age: "3 d",
        rows: [
            {part: "opened", label: "Opened", now: figure(60), before: figure(50)},
        ],
    },
    trend: TREND,
    services: {
        more: 0,
        rows: [
            {id: 0, name: "No service", share: share(4, 50), missed: figure(2), decided: 4},
        ],
    },
    time: {
        more: 0,
        rows: [
            {
                party: "team",
                label: "Team",
                name: "Network",
                percent: "100.0 %",
                width: 100,
                used: figure(7200, {of: "shares", text: "2 h"}),
            },
        ],
        total: figure(7200, {of: "shares", text: "2 h"}),
    },
    arrivals: {
        since: "Feb 2023",
        count: 7,
        steps: [1, 2, 4],
        domain: [["opened_count", "=", 1]],
        rows: ["Monday", "Tuesday"].map((label, day) => ({
            weekday: `${day}`,
            label,
            counts: [...Array(24).keys()].map((hour) => (day ? 0 : hour === 9 ? 5 : hour === 10 ? 2 : 0)),
        })),
    },
};

async function openDashboard(data = DATA, params = {}) {
    const asked = [];
    onRpc("slm.dashboard", "get_dashboard", ({args}) => {
        asked.push(args[0]);
        return data;
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "slm_dashboard",
        context: {params},
    });
    return asked;
}

/** What the screen asks to be opened, from now on. */
function watchActions() {
    const opened = [];
    const action = getService("action");
    action.doAction = (request) => opened.push(request);
    return opened;
}

test("a count has the colour of its step", () => {
    expect([0, 1, 2, 3, 4, 9].map((count) => getStep(count, [1, 2, 4]))).toEqual([
        0, 1, 2, 2, 3, 3,
    ]);
    expect(getLegend([1, 2, 4]).map(({text}) => text)).toEqual(["1", "2–3", "≥ 4"]);
    expect(getLegend([1])).toEqual([{step: 1, text: "≥ 1"}]);
});

test("an hour of a weekday, and all of it", () => {
    const hours = getHours();
    expect(hours.length).toBe(24);
    expect(hours[9].label).toBe("09:00–10:00");
    expect(hours[23].label).toBe("23:00–24:00");
    expect(getArrivalDomain(DATA.arrivals, "0", "09")).toEqual([
        ["opened_count", "=", 1],
        ["weekday", "=", "0"],
        ["hour", "=", "09"],
    ]);
    expect(getArrivalDomain(DATA.arrivals, "0").length).toBe(2);
});

test("pictures draw what the table says, and open it", () => {
    const picked = [];
    const shares = drawShares(TREND, getInk("light"), (cell) => picked.push(cell));
    expect(shares.data.datasets[0].data).toEqual([null, 75]);
    shares.options.onClick({}, [{datasetIndex: 0, index: 1}]);
    const volume = drawVolume(TREND, getInk("light"), (cell) => picked.push(cell));
    expect(volume.data.datasets.map(({data}) => data)).toEqual([
        [50, 60],
        [51, 61],
        [52, 62],
    ]);
    volume.options.onClick({}, [{datasetIndex: 2, index: 0}]);
    expect(picked.map(({count}) => count)).toEqual([4, 52]);
});

test("the screen says what the server says", async () => {
    const asked = await openDashboard();
    expect(asked).toEqual([{services: [], customers: [], teams: []}]);
    expect("[data-card=due]").toHaveText(/Due Today\s*3\s*on 2 tickets/);
    expect("[data-card=late] button").toHaveCount(0);
    expect("[data-card=share]").toHaveText(/75 %\s*last month 80 %/);
    expect(queryAllTexts("[data-section=compliance] tbody td")).toEqual([
        "75 %",
        "80 %",
        "−5.0",
        "11",
        "12",
        "0",
        "13",
        "0 of 1",
    ]);
    expect(".o_slm_chart canvas").toHaveCount(2);
    expect(queryAllTexts(".o_slm_months tbody:eq(0) td")).toEqual(["–", "75 %"]);
    expect(".o_slm_arrivals tbody tr:first td[data-step='3']").toHaveText("5");
    expect(".o_slm_arrivals tbody tr:first td:last").toHaveText("7");
    expect(".o_slm_arrivals tbody tr:first td[data-step='0']").toHaveCount(22);
});

test("figures open what is behind them", async () => {
    await openDashboard();
    const opened = watchActions();
    await contains("[data-card=due] button").click();
    await contains("[data-card=open] button").click();
    await contains("[data-section=compliance] td button:last").click();
    await contains("[data-section=time] tbody button").click();
    await contains(".o_slm_arrivals td[data-step='3'] button").click();
    expect(opened.map(({res_model}) => res_model)).toEqual([
        "slm.clock.statistics",
        "slm.ticket.statistics",
        "slm.agreement",
        "slm.time.share",
        "slm.ticket.statistics",
    ]);
    expect(opened[0].domain).toEqual([
        ["company_id", "=", 1],
        ["count", "=", 3],
    ]);
    expect(opened[0].name).toBe("Due Today");
    expect(opened[0].context.list_view_ref).toMatch(/view_list_open$/);
    expect(opened[4].name).toBe("Monday 09:00–10:00: 5 tickets");
    expect(opened[4].domain).toEqual([
        ["company_id", "=", 1],
        ["opened_count", "=", 1],
        ["weekday", "=", "0"],
        ["hour", "=", "09"],
    ]);
});

test("filters of the address are asked for, and can be cleared", async () => {
    onRpc("res.partner", "web_search_read", () => ({
        length: 1,
        records: [{id: 7, display_name: "Customer"}],
    }));
    const asked = await openDashboard(DATA, {customers: "7"});
    expect(asked).toEqual([{services: [], customers: [7], teams: []}]);
    await contains(".o_slm_clear").click();
    await animationFrame();
    expect(asked[1]).toEqual({services: [], customers: [], teams: []});
    expect(".o_slm_clear").toHaveCount(0);
});

test("nothing is there yet", async () => {
    await openDashboard({...DATA, is_empty: true});
    expect(".o_slm_nothing").toHaveText(/Nothing to show yet/);
    expect(".o_slm_dashboard table").toHaveCount(0);
});
