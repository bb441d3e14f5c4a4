import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {prepareRadar} from "@slm_management/radar/radar.esm";
import {queryAllTexts} from "@odoo/hoot-dom";

const AXES = ["Quality", "Delivery", "Price"];
const NOW = {name: "2026", values: [4, 5, 0]};
const BEFORE = {name: "2025", values: [3, 5, 2]};

class Evaluation extends models.Model {
    picture = fields.Json();
    line_ids = fields.One2many({relation: "line", relation_field: "evaluation_id"});

    _records = [
        {id: 1, picture: {axes: AXES, series: [NOW, BEFORE]}, line_ids: [1, 2]},
        {
            id: 2,
            picture: {
                axes: AXES.slice(0, 2),
                series: [
                    {name: "2026", values: [4, 0]},
                    {name: "2025", values: [3, 5]},
                ],
            },
        },
        {id: 3, picture: {axes: AXES, series: [{name: "2026", values: [0, 0, 0]}]}},
        {id: 4, picture: false},
    ];
}

class Line extends models.Model {
    evaluation_id = fields.Many2one({relation: "evaluation"});
    score = fields.Selection({
        selection: [
            ["1", "1 – Bad"],
            ["2", "2 – Poor"],
            ["3", "3 – Fair"],
        ],
    });

    _records = [
        {id: 1, evaluation_id: 1, score: "2"},
        {id: 2, evaluation_id: 1, score: false},
    ];
}

defineMailModels();
defineModels([Evaluation, Line]);

function show(resId) {
    return mountView({
        type: "form",
        resModel: "evaluation",
        resId,
        arch: `<form><field name="picture" widget="slm_radar"/></form>`,
    });
}

function showScores(readonly) {
    return mountView({
        type: "form",
        resModel: "evaluation",
        resId: 1,
        arch: `<form><field name="line_ids"><list editable="bottom">
            <field name="score" widget="slm_score" readonly="${readonly}"/>
        </list></field></form>`,
    });
}

test("a polygon for now and one for before, and an axis for each criterion", async () => {
    await show(1);
    expect(".o_slm_radar").toHaveAttribute("data-kind", "radar");
    expect(".o_slm_ring").toHaveCount(5);
    expect(".o_slm_spoke").toHaveCount(3);
    expect(queryAllTexts("svg .o_slm_label")).toEqual(AXES);
    expect(".o_slm_series").toHaveCount(2);
    expect(".o_slm_series:last").toHaveAttribute("data-rank", "0");
    expect(".o_slm_series[data-rank='1'] circle").toHaveCount(3);
    expect(queryAllTexts("figcaption span")).toEqual(["2026", "2025"]);
});

test("what is not scored has no point", async () => {
    await show(1);
    expect(".o_slm_series[data-rank='0'] circle").toHaveCount(2);
});

test("who does not see the picture hears it", async () => {
    await show(1);
    expect(".o_slm_radar").toHaveAttribute("role", "img");
    expect(".o_slm_radar").toHaveAttribute(
        "aria-label",
        "2026: Quality 4, Delivery 5, Price not scored; " +
            "2025: Quality 3, Delivery 5, Price 2"
    );
});

test("under three criteria there are bars", async () => {
    await show(2);
    expect(".o_slm_radar").toHaveAttribute("data-kind", "bars");
    expect("svg").toHaveCount(0);
    expect(queryAllTexts(".o_slm_bars > .o_slm_label")).toEqual(AXES.slice(0, 2));
    expect(queryAllTexts(".o_slm_bars small")).toEqual(["4", "3", "–", "5"]);
    const widths = [...document.querySelectorAll(".o_slm_track .o_slm_fill")].map(
        ({style}) => style.width
    );
    expect(widths).toEqual(["80%", "60%", "0%", "100%"]);
});

test("nothing is drawn of nothing", async () => {
    await show(3);
    expect(".o_slm_radar").toHaveCount(0);
    await show(4);
    expect(".o_slm_radar").toHaveCount(0);
});

test("the first axis points up, and the best score lies on the outermost ring", () => {
    const best = {name: "Best", values: [5, 5, 5]};
    const {rings, shapes, spokes, center} = prepareRadar({axes: AXES, series: [best]});
    expect(shapes[0].text).toBe(rings[4].points);
    expect(spokes[0].x).toBe(center.x);
    expect(spokes[0].y).toBeLessThan(center.y);
    expect(rings.map(({step}) => step)).toEqual([1, 2, 3, 4, 5]);
});

test("long names are cut, and stay whole for those who listen", () => {
    const name = "A criterion with a name that goes on and on";
    const {labels, lines} = prepareRadar({axes: [name, "B", "C"], series: [BEFORE]});
    expect(labels[0].short.length).toBe(22);
    expect(labels[0].short.endsWith("…")).toBe(true);
    expect(lines[0].name).toBe(name);
});

test("one click scores a line, another one takes it back", async () => {
    onRpc("evaluation", "web_save", ({args}) => {
        expect.step(JSON.stringify(args[1].line_ids));
    });
    await showScores("0");
    expect("tr:eq(1) [aria-pressed=true]").toHaveText("2");
    expect("tr:eq(1) button:eq(2)").toHaveAttribute("title", "3 – Fair");
    await contains("tr:eq(1) button:eq(1)").click();
    expect("tr:eq(1) [aria-pressed=true]").toHaveCount(0);
    await contains("tr:eq(2) button:eq(2)").click();
    expect("tr:eq(2) [aria-pressed=true]").toHaveText("3");
    await contains(".o_form_button_save").click();
    expect.verifySteps(['[[1,1,{"score":false}],[1,2,{"score":"3"}]]']);
});

test("who only reads sees the words", async () => {
    await showScores("1");
    expect(".o_slm_score").toHaveCount(0);
    expect(".o_data_row:first .o_data_cell").toHaveText("2 – Poor");
});
