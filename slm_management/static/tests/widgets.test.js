import {advanceTime, animationFrame, freezeTime, mockDate} from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Target extends models.Model {
    minutes = fields.Integer();
    day_minutes = fields.Integer();
    text = fields.Char();
    clock = fields.Json();
    week = fields.Json();
    deadline = fields.Datetime();
    timezone = fields.Char();

    _records = [
        {
            id: 1,
            minutes: 90,
            day_minutes: 480,
            text: "5d",
            deadline: "2026-03-02 11:00:00",
            timezone: "Asia/Kolkata",
        },
    ];
}

defineMailModels();
defineModels([Target]);

function show(field) {
    return mountView({
        type: "form",
        resModel: "target",
        resId: 1,
        arch: `<form>${field}<field name="day_minutes" invisible="1"/></form>`,
    });
}

test("a duration is shown, entered and stored as minutes", async () => {
    onRpc("target", "web_save", ({args}) => {
        expect.step(args[1].minutes);
    });
    await show(`<field name="minutes" widget="slm_duration"/>`);
    expect(".o_field_slm_duration input").toHaveValue("1h 30m");
    expect(".o_field_slm_duration input").toHaveAttribute("title", "1d = 8h");
    await contains(".o_field_slm_duration input").edit("1天 20m");
    expect(".o_field_slm_duration input").toHaveValue("1d 20m");
    await clickSave();
    expect.verifySteps([500]);
    await contains(".o_field_slm_duration input").edit("");
    await clickSave();
    expect(".o_field_slm_duration input").toHaveValue("");
    expect.verifySteps([0]);
});

test("what is no duration is not stored, and somebody says why", async () => {
    onRpc("target", "web_save", () => expect.step("saved"));
    await show(`<field name="minutes" widget="slm_duration"/>`);
    await contains(".o_field_slm_duration input").edit("soon");
    expect(".o_field_slm_duration").toHaveClass("o_field_invalid");
    expect(".o_notification:first").toHaveText(/“soon” is not a duration/);
    expect(".o_form_button_save:enabled").toHaveCount(0);
    expect.verifySteps([]);
});

test("a text keeps its days", async () => {
    onRpc("target", "web_save", ({args}) => {
        expect.step(args[1].text);
    });
    await show(`<field name="text" widget="slm_duration"/>`);
    expect(".o_field_slm_duration input").toHaveValue("5d");
    await contains(".o_field_slm_duration input").edit(" ２d ");
    await clickSave();
    expect.verifySteps(["2d"]);
});

test("the countdown ticks while service hours run, and then stands", async () => {
    mockDate("2026-03-02 10:00:00");
    // Else real time goes on between the steps, more of it on a busy computer.
    freezeTime();
    const now = 1772445600;
    Target._records[0].clock = {
        now,
        state: "running",
        outcome: "pending",
        used: 0,
        target: 100,
        late: false,
        at_risk_at: now + 80,
        deadline: now + 100,
        timezone: "Europe/Brussels",
        day_minutes: 480,
        hours: [[now, now + 90]],
    };
    await show(`<field name="clock" widget="slm_countdown"/>`);
    expect(".o_slm_countdown").toHaveText("On Track 1m 40s left");
    await advanceTime(2000);
    await animationFrame();
    expect(".o_slm_countdown").toHaveText("On Track 1m 38s left");
    await advanceTime(79_000);
    await animationFrame();
    expect(".o_slm_countdown").toHaveText("At Risk 19s left");
    await advanceTime(60_000);
    await animationFrame();
    expect(".o_slm_countdown").toHaveText("At Risk 10s left");
});

test("a deadline is said in the time zone of its service hours", async () => {
    mockDate("2026-03-02 10:00:00");
    await show(`
        <field name="timezone" invisible="1"/>
        <field name="deadline" widget="slm_deadline" options="{'timezone': 'timezone'}"/>`);
    expect(".o_field_slm_deadline span").toHaveText("Mar 2, 4:30 PM (GMT+5:30)");
});

test("the week is a grid of 24 columns and 7 rows", async () => {
    const rows = [...Array(7)].map(() => Array(24).fill(0));
    rows[0][8] = 1;
    rows[0][9] = 0.25;
    Target._records[0].week = [{name: "", rows}];
    await show(`<field name="week" widget="slm_week_grid"/>`);
    expect(".o_slm_week_grid tbody tr").toHaveCount(7);
    expect(".o_slm_week_grid tbody td.o_slm_hour").toHaveCount(7 * 24);
    expect("tbody [data-state='full']").toHaveAttribute(
        "title",
        "Monday 08:00–09:00: service hours"
    );
    expect("tbody [data-state='part']").toHaveText("15 minutes of service");
    expect(".o_slm_week_grid caption").toHaveText("1h 15m a week");
});
