import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {animationFrame, mockDate, mockTimeZone} from "@odoo/hoot-mock";
import {
    getPeriodDomain,
    groupRevisions,
} from "@slm_management/timeline/timeline.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {manuallyDispatchProgrammaticEvent, queryAllTexts, queryOne} from "@odoo/hoot-dom";

class Revision extends models.Model {
    _name = "slm.revision";

    res_model = fields.Char();
    res_id = fields.Integer();
    at = fields.Datetime();
    kind = fields.Char();
    what = fields.Char();
    is_list = fields.Boolean();
    old_value = fields.Text();
    new_value = fields.Text();
    user_id = fields.Many2one({relation: "res.users"});

    _records = [];
}

class Document extends models.Model {
    name = fields.Char();
    revision_ids = fields.One2many({
        relation: "slm.revision",
        relation_field: "res_id",
    });

    _records = [{id: 1, name: "Mail", revision_ids: []}];
}

class Consumer extends models.Model {
    partner_id = fields.Many2one({relation: "res.partner"});

    _records = [{id: 1, partner_id: false}];
}

defineMailModels();
defineModels([Revision, Document, Consumer]);

const NAME = {kind: "changed", what: "Name", old_value: "Mail", new_value: "E-mail"};

function record(id, at, values = {}) {
    return {
        id,
        at,
        res_model: "document",
        res_id: 1,
        user_id: serverState.userId,
        is_list: false,
        ...NAME,
        ...values,
    };
}

function show(records) {
    Revision._records = records;
    Document._records[0].revision_ids = records.map(({id}) => id);
    return mountView({
        type: "form",
        resModel: "document",
        resId: 1,
        arch: `<form><field name="name"/><field name="revision_ids" widget="slm_timeline"/></form>`,
    });
}

async function choose(selector, day) {
    const input = queryOne(selector);
    input.value = day;
    await manuallyDispatchProgrammaticEvent(input, "change");
    await animationFrame();
}

test("lines are told by day and by save", async () => {
    mockTimeZone(+1);
    onRpc("slm.revision", "web_search_read", async ({parent, kwargs}) => {
        expect.step(kwargs.order);
        const found = await parent();
        found.records.sort((one, other) => other.id - one.id);
        return found;
    });
    await show([
        record(4, "2026-03-02 10:00:00"),
        record(3, "2026-03-02 10:00:00", {what: "Code"}),
        record(2, "2026-03-02 09:00:00"),
        record(1, "2026-03-01 09:00:00"),
    ]);
    expect.verifySteps(["at desc, id desc"]);
    expect(".o_slm_timeline").toHaveAttribute("aria-label", "History");
    expect(queryAllTexts(".o_slm_day h3")).toEqual([
        "Monday, March 2, 2026",
        "Sunday, March 1, 2026",
    ]);
    expect(".o_slm_save").toHaveCount(3);
    expect(queryAllTexts(".o_slm_save:first strong")).toEqual(["Name", "Code"]);
    expect("ol > li.o_slm_day > ol > li.o_slm_save > ul > li.o_slm_change").toHaveCount(4);
    expect("time:first").toHaveText("11:00 AM");
    expect(".o_slm_save:first .text-muted:first").toHaveText(/Mitchell Admin/);
});

test("a change says from and to, also to those who hear it", async () => {
    await show([record(1, "2026-03-02 10:00:00", {old_value: false})]);
    const [told] = queryAllTexts(".o_slm_from_to");
    expect(told.replace(/\s+/g, " ")).toBe("from empty → to E-mail");
});

test("of a list, what has come and gone is told", async () => {
    await show([
        record(1, "2026-03-02 10:00:00", {
            is_list: true,
            old_value: "Fax\nMail",
            new_value: "Mail\nPrint\nWiki",
        }),
    ]);
    expect(".o_slm_gone .o_slm_whole").toHaveText("Fax");
    expect(".o_slm_come .o_slm_whole").toHaveText("Print\nWiki");
});

test("what is long is folded", async () => {
    await show([
        record(1, "2026-03-02 10:00:00", {old_value: "a", new_value: "b ".repeat(200)}),
    ]);
    expect(".o_slm_old details").toHaveCount(0);
    expect(".o_slm_new details").toHaveCount(1);
    expect(".o_slm_new details").not.toHaveAttribute("open");
});

test("a period limits what is read", async () => {
    mockDate("2026-03-20 12:00:00", +1);
    onRpc("slm.revision", "web_search_read", ({kwargs}) => {
        expect.step(JSON.stringify(kwargs.domain.slice(2)));
    });
    await show([record(2, "2026-03-19 10:00:00"), record(1, "2026-02-01 10:00:00")]);
    expect.verifySteps(["[]"]);
    expect(".o_slm_change").toHaveCount(2);
    await contains(".o_slm_period").select("week");
    await animationFrame();
    expect.verifySteps(['[["at",">=","2026-03-13 23:00:00"]]']);
    expect(".o_slm_change").toHaveCount(1);
    await contains(".o_slm_period").select("custom");
    await choose(".o_slm_from", "2026-01-01");
    await choose(".o_slm_to", "2026-01-31");
    expect.verifySteps([
        "[]",
        '[["at",">=","2025-12-31 23:00:00"]]',
        '[["at",">=","2025-12-31 23:00:00"],["at","<","2026-01-31 23:00:00"]]',
    ]);
    expect(".o_slm_empty").toHaveText("Nothing has changed in this period.");
});

test("without history there is a word for it", async () => {
    await show([]);
    expect(".o_slm_empty").toHaveText("Nothing has been written down yet.");
    expect(".o_slm_more").toHaveCount(0);
});

test("of a long history there is the list", async () => {
    onRpc("document", "action_view_revisions", () => {
        expect.step("list");
        return {type: "ir.actions.act_window_close"};
    });
    await show([...Array(90).keys()].map((id) => record(id + 1, "2026-03-02 10:00:00")));
    expect(".o_slm_change").toHaveCount(80);
    expect(".o_slm_more").toHaveText("The latest 80 of 90 lines. Show all");
    await contains(".o_slm_more button").click();
    expect.verifySteps(["list"]);
});

test("after a save it is read again", async () => {
    await show([record(1, "2026-03-02 10:00:00")]);
    onRpc("document", "web_save", function () {
        const {id: _id, ...values} = record(2, "2026-03-02 11:00:00");
        const id = this.env["slm.revision"].create(values);
        this.env.document.write([1], {revision_ids: [[4, id]]});
    });
    onRpc("slm.revision", "web_search_read", () => {
        expect.step("read");
    });
    await contains(".o_field_widget[name=name] input").edit("E-mail");
    await contains(".o_form_button_save").click();
    await animationFrame();
    expect.verifySteps(["read"]);
});

test("periods begin with the day", () => {
    mockDate("2026-03-20 12:00:00", +1);
    expect(getPeriodDomain("all")).toEqual([]);
    expect(getPeriodDomain("month")).toEqual([["at", ">=", "2026-02-18 23:00:00"]]);
    expect(getPeriodDomain("year")).toEqual([["at", ">=", "2025-12-31 23:00:00"]]);
    expect(getPeriodDomain("custom")).toEqual([]);
});

test("saves of two people at once are two", () => {
    const one = {...record(2, "2026-03-02 10:00:00"), user_id: {id: 1, display_name: "A"}};
    const two = {...record(1, "2026-03-02 10:00:00"), user_id: {id: 2, display_name: "B"}};
    expect(groupRevisions([one, two])[0].saves.length).toBe(2);
});

test("a consumer without a contact reads everybody", async () => {
    await mountView({
        type: "form",
        resModel: "consumer",
        resId: 1,
        arch: `<form><field name="partner_id" widget="slm_consumer" readonly="1"/></form>`,
    });
    expect(".o_field_slm_consumer").toHaveText("Everybody");
});
