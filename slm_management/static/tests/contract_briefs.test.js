import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {groupWays} from "@slm_management/contract_briefs/contract_briefs_field.esm";
import {queryAllTexts} from "@odoo/hoot-dom";

const HOURS = {
    name: "",
    timezone: "Europe/Berlin",
    weeks: [{name: "", rows: [["Mon – Fri", "08:00 – 17:00"]]}],
};

const BRIEF = {
    id: 7,
    name: "Hardware",
    numbers: "CON0001 · EXT 1",
    partner: {
        role: "Supplier",
        name: "Vendor",
        phone: "+49 30 1",
        email: "v@example.com",
    },
    manager: "Mara",
    state: "In Force",
    warranty: {state: "out", text: "Warranty ended on 01/07/2024"},
    term: "Until further notice",
    hours: [HOURS],
    contacts: [
        {
            id: 3,
            name: "Henry",
            role: "Hotline",
            phone: "+49 30 2",
            email: "",
            hours: [HOURS],
        },
    ],
    agreements: [
        {
            id: 9,
            name: "UC",
            targets: [
                {
                    scope: "Priority High",
                    response: "30 min",
                    completion: "4 h",
                    closure: "",
                },
            ],
        },
    ],
    ways: [
        {kind: "supplier", name: ""},
        {kind: "item", name: "Web"},
        {kind: "item", name: "Host"},
    ],
};

class Ticket extends models.Model {
    briefs = fields.Json();

    _records = [
        {id: 1, briefs: [BRIEF]},
        {id: 2, briefs: false},
        {id: 3, briefs: [{...BRIEF, ways: [], hours: [], contacts: [], agreements: []}]},
    ];
}

defineMailModels();
defineModels([Ticket]);

function show(resId) {
    return mountView({
        type: "form",
        resModel: "ticket",
        resId,
        arch: `<form><field name="briefs" widget="slm_contract_briefs"/></form>`,
    });
}

test("a contract is told with its hours, people and targets", async () => {
    await show(1);
    expect(".o_slm_contract").toHaveCount(1);
    expect(".o_slm_warranty").toHaveText("Warranty ended on 01/07/2024");
    expect(".o_slm_warranty").toHaveClass("text-bg-danger");
    expect(".o_slm_warranty i").toHaveClass("fa-exclamation-triangle");
    expect(queryAllTexts(".o_slm_ways li")).toEqual([
        "Configuration items: Web, Host",
        "Supplier of the ticket",
    ]);
    expect(".o_slm_contacts a").toHaveAttribute("href", "tel:+49 30 2");
    expect(queryAllTexts(".o_slm_targets tbody tr > *")).toEqual([
        "Priority High",
        "30 min",
        "4 h",
        "–",
    ]);
});

test("the contract and its agreement can be opened", async () => {
    mockService("action", {
        doAction({res_model, res_id}) {
            expect.step(`${res_model} ${res_id}`);
        },
    });
    await show(1);
    await contains(".o_slm_contract header button").click();
    await contains(".o_slm_targets button").click();
    expect.verifySteps(["slm.contract 7", "slm.agreement 9"]);
});

test("what is not agreed is said, what is not there is left out", async () => {
    await show(3);
    expect(".o_slm_facts").toHaveText(/Not agreed/);
    expect(".o_slm_ways").toHaveCount(0);
    expect(".o_slm_contacts").toHaveCount(0);
    expect(".o_slm_targets").toHaveCount(0);
});

test("nothing is shown of nothing", async () => {
    await show(2);
    expect(".o_slm_contract").toHaveCount(0);
    expect(groupWays(undefined)).toEqual([]);
});
