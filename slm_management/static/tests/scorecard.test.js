import {contains, getService, mountWithCleanup, onRpc} from "@web/../tests/web_test_helpers";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {
    drawCompliance,
    drawEvaluations,
    getClockDomain,
    getInk,
} from "@slm_management/scorecard/pictures.esm";
import {WebClient} from "@web/webclient/webclient";
import {queryAllTexts} from "@odoo/hoot-dom";

defineMailModels();
describe.current.tags("desktop");

const MONTHS = [
    {label: "Dec 2023", month: "Dec", year: "2023", start: "2023-11-30 23:00:00", end: "2023-12-31 23:00:00"},
    {label: "Jan 2024", month: "Jan", year: "2024", start: "2023-12-31 23:00:00", end: "2024-01-08 23:00:00"},
];

function figures(ended, missed, share, text) {
    return {
        ended,
        missed,
        met: ended - missed,
        share,
        share_text: text,
        median_text: "30 min",
        breaches: missed,
    };
}

const CARD = {
    supplier: {
        id: 7,
        name: "Vendor",
        category: "Network",
        status: "Approved",
        manager: "Mara",
        company: "Desk",
        day: "01/08/2024",
    },
    score: {
        id: 12,
        total: 4.2,
        text: "4.20",
        best: 5,
        period: "Q4",
        change: -0.3,
        change_text: "−0.30",
    },
    evaluations: {
        criteria: [
            {id: 1, name: "Quality"},
            {id: 2, name: "Price"},
        ],
        rows: [
            {id: 11, period: "Q3", short: "Sep 2023", scores: [5, 4], total: 4.5, text: "4.50"},
            {id: 12, period: "Q4", short: "Dec 2023", scores: [5, null], total: 4.2, text: "4.20"},
        ],
    },
    compliance: {
        from: "Dec 2023",
        months: MONTHS,
        metrics: [
            {
                metric: "response",
                label: "Response",
                months: [figures(0, 0, null, "–"), figures(4, 1, 75, "75.0 %")],
                total: figures(4, 1, 75, "75.0 %"),
            },
        ],
        domain: [["kind", "=", "uc"]],
    },
    contracts: {
        count: 1,
        ids: [31],
        rows: [
            {
                id: 31,
                name: "Care",
                state: "In Force",
                dates: [{label: "End of Term", text: "12/31/2024"}],
            },
        ],
    },
    follow_ups: {
        count: 1,
        rows: [
            {
                id: 41,
                model: "slm.supplier.interaction",
                res_id: 51,
                summary: "Send offer",
                document: "Visit",
                owner: "Mara",
                due: "01/05/2024",
                is_late: true,
            },
        ],
    },
    tickets: {count: 0, rows: [], domain: [["slm_supplier_id", "in", [7]]]},
};

async function openScorecard(card = CARD) {
    const asked = [];
    onRpc("slm.supplier.scorecard", "get_scorecard", ({args}) => {
        asked.push(args[0]);
        return card;
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "slm_supplier_scorecard",
        context: {active_id: 7},
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

test("pictures draw what the table says", () => {
    const ink = getInk("light");
    const evaluations = drawEvaluations(CARD.evaluations, {total: "Total"}, ink, () => {});
    expect(evaluations.data.labels).toEqual(["Sep 2023", "Dec 2023"]);
    expect(evaluations.data.datasets.map(({label, data}) => [label, data])).toEqual([
        ["Total", [4.5, 4.2]],
        ["Quality", [5, 5]],
        ["Price", [4, null]],
    ]);
    const compliance = drawCompliance(CARD.compliance, ink, () => {});
    expect(compliance.data.labels).toEqual(["Dec 2023", "Jan 2024"]);
    expect(compliance.data.datasets[0].data).toEqual([null, 75]);
});

test("no two lines of a picture look the same", () => {
    const criteria = [1, 2, 3, 4, 5].map((id) => ({id, name: `Criterion ${id}`}));
    const picture = drawEvaluations({criteria, rows: []}, {total: "Total"}, getInk(), () => {});
    const looks = picture.data.datasets.map(({borderDash, pointStyle, borderWidth}) =>
        [borderDash, pointStyle, borderWidth].join()
    );
    expect(new Set(looks).size).toBe(looks.length);
});

test("a click on a picture says what was picked", () => {
    const picked = [];
    const picture = drawCompliance(CARD.compliance, getInk(), (...what) =>
        picked.push(what)
    );
    picture.options.onClick({}, []);
    picture.options.onClick({}, [{datasetIndex: 0, index: 1}]);
    expect(picked).toEqual([["response", MONTHS[1]]]);
});

test("figures of a month, and of all months", () => {
    expect(getClockDomain(CARD.compliance, "response", MONTHS[0])).toEqual([
        ["kind", "=", "uc"],
        ["metric", "=", "response"],
        ["stopped_at", ">=", "2023-11-30 23:00:00"],
        ["stopped_at", "<", "2023-12-31 23:00:00"],
    ]);
    expect(getClockDomain(CARD.compliance, "response").slice(2)).toEqual([
        ["stopped_at", ">=", "2023-11-30 23:00:00"],
        ["stopped_at", "<", "2024-01-08 23:00:00"],
    ]);
});

test("the screen says what the server says", async () => {
    const asked = await openScorecard();
    expect(asked).toEqual([7]);
    expect(".o_slm_scorecard h1").toHaveText("Vendor");
    expect(".o_slm_score").toHaveText(/4\.20 \/ 5/);
    expect(".o_slm_score .fa-arrow-down").toHaveCount(1);
    expect(".o_slm_chart canvas").toHaveCount(2);
    const rows = queryAllTexts(".o_slm_pair tbody tr").map((text) => text.split(/\s+/));
    expect(rows).toEqual([
        ["Q3", "5", "4", "4.50"],
        ["Q4", "5", "–", "4.20"],
    ]);
    expect(queryAllTexts(".o_slm_months tbody tr:first-child td")).toEqual([
        "–",
        "75.0 %",
        "75.0 %",
    ]);
    expect(".o_slm_scorecard section:eq(3)").toHaveText(/Send offer\s+Visit\s+Mara/);
    expect(".o_slm_scorecard .text-danger").toHaveText("01/05/2024 (late)");
});

test("figures open what is behind them", async () => {
    await openScorecard();
    const opened = watchActions();
    await contains(".o_slm_score").click();
    await contains(".o_slm_months tbody td button:first").click();
    await contains(".o_slm_scorecard h2 button:contains(Contracts)").click();
    await contains(".o_slm_scorecard td button:contains(Visit)").click();
    expect(opened.map(({res_model, res_id}) => [res_model, res_id])).toEqual([
        ["slm.supplier.evaluation", 12],
        ["slm.clock", undefined],
        ["slm.contract", undefined],
        ["slm.supplier.interaction", 51],
    ]);
    expect(opened[1].name).toBe("Response, Jan 2024");
    expect(opened[2].domain).toEqual([["id", "in", [31]]]);
});

test("nothing is known yet", async () => {
    const none = figures(0, 0, null, "–");
    const [metric] = CARD.compliance.metrics;
    await openScorecard({
        ...CARD,
        score: {...CARD.score, id: false},
        evaluations: {criteria: [], rows: []},
        compliance: {
            ...CARD.compliance,
            metrics: [{...metric, months: [none, none], total: none}],
        },
    });
    expect(".o_slm_score").toHaveCount(0);
    expect(".o_slm_chart").toHaveCount(0);
    expect(".o_slm_scorecard section:eq(0)").toHaveText(/No evaluation/);
    expect(".o_slm_scorecard section:eq(1)").toHaveText(/No time of this supplier/);
});
