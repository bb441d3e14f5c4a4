import {SIZE, layOut} from "@slm_management/dependency_picture/layout.esm";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";
import {describe, expect, test} from "@odoo/hoot";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Service extends models.Model {
    _name = "service";

    picture = fields.Json();
    icon = fields.Selection({
        selection: [
            ["fa-cube", "Cube"],
            ["fa-envelope", "E-mail"],
        ],
    });

    _records = [{id: 1, icon: "fa-cube"}];
}

defineMailModels();
defineModels([Service]);

function node(id, level, values = {}) {
    const name = `Service ${id}`;
    return {id, level, name, code: `SVC${id}`, icon: "fa-cube", active: true, ...values};
}

/** A service with so many others on each of four levels. */
function star(count) {
    const nodes = [node(1, 0)];
    const edges = [];
    for (const level of [1, -1, 2, -2]) {
        for (let i = 0; i < count; i++) {
            const id = 100 * (level + 3) + i;
            nodes.push(node(id, level));
            const inner = Math.abs(level) === 1 ? 1 : 100 * (level / 2 + 3) + i;
            edges.push(level > 0 ? [id, inner] : [inner, id]);
        }
    }
    return {nodes, edges};
}

function show(picture) {
    Service._records[0].picture = picture;
    return mountView({
        type: "form",
        resModel: "service",
        resId: 1,
        arch: `<form><field name="picture" widget="slm_dependency_picture"/></form>`,
    });
}

describe("layout", () => {
    test("columns stand in the order in which one needs the next", () => {
        const {columns, nodes} = layOut(star(1));
        expect(columns.map((column) => column.level)).toEqual([2, 1, 0, -1, -2]);
        const xs = new Map(nodes.map(({level, x}) => [level, x]));
        expect(xs.get(2) < xs.get(1) && xs.get(1) < xs.get(0)).toBe(true);
        expect(xs.get(0) < xs.get(-1) && xs.get(-1) < xs.get(-2)).toBe(true);
    });

    test("levels without a service take no room", () => {
        const picture = {nodes: [node(1, 0), node(2, -1)], edges: [[1, 2]]};
        expect(layOut(picture).columns.length).toBe(2);
    });

    test("no two of 33 services overlap, and all are within the picture", () => {
        const {width, height, nodes, edges} = layOut(star(8));
        expect(nodes.length).toBe(33);
        expect(edges.length).toBe(32);
        for (const one of nodes) {
            expect(one.x >= 0 && one.x + SIZE.width <= width).toBe(true);
            expect(one.y >= SIZE.head && one.y + SIZE.height <= height).toBe(true);
            const overlapping = nodes.filter(
                (other) =>
                    other !== one &&
                    Math.abs(other.x - one.x) < SIZE.width &&
                    Math.abs(other.y - one.y) < SIZE.height
            );
            expect(overlapping).toEqual([]);
        }
    });

    test("outer columns follow their neighbours", () => {
        const picture = {
            nodes: [node(1, 0), node(2, -1), node(3, -1), node(4, -2), node(5, -2)],
            edges: [
                [1, 2],
                [1, 3],
                [2, 5],
                [3, 4],
            ],
        };
        const ids = layOut(picture).nodes.map(({id}) => id);
        expect(ids).toEqual([1, 2, 3, 5, 4]);
    });

    test("an arrow within a column goes around it", () => {
        const picture = {
            nodes: [node(1, 0), node(2, -1), node(3, -1)],
            edges: [
                [1, 2],
                [1, 3],
                [2, 3],
            ],
        };
        const {edges, nodes} = layOut(picture);
        const right = nodes[1].x + SIZE.width;
        expect(edges[2].path.startsWith(`M${right},`)).toBe(true);
        expect(edges[2].path.includes(` ${right},`)).toBe(true);
    });
});

test("the picture shows services and arrows, and says the same in words", async () => {
    await show({
        nodes: [
            node(1, 0, {name: "Mail", icon: "fa-envelope"}),
            node(2, -1, {name: "Network"}),
            node(3, 1, {name: "Shop", active: false}),
        ],
        edges: [
            [1, 2],
            [3, 1],
        ],
    });
    expect(".o_slm_dependency_node").toHaveCount(3);
    expect(".o_slm_dependency_edge").toHaveCount(2);
    expect(".o_slm_dependency_heading").toHaveCount(3);
    expect(".o_slm_dependency_node.o_current .fa-envelope").toHaveCount(1);
    expect(".o_inactive .o_slm_dependency_text > span").toHaveText("Shop");
    expect(".o_inactive small").toHaveText("SVC3 · archived");
    expect("[data-id='2']").toHaveAttribute("title", "[SVC2] Network");
    expect(".o_slm_dependency_picture").toHaveAttribute(
        "aria-label",
        "Dependencies of Mail"
    );
    expect("ul.visually-hidden li:first").toHaveText("Mail needs Network");
    expect("ul.visually-hidden li:last").toHaveText("Shop (archived) needs Mail");
});

test("a click on a service opens it", async () => {
    mockService("action", {
        doAction({res_model, res_id}) {
            expect.step(`${res_model} ${res_id}`);
        },
    });
    await show({nodes: [node(1, 0), node(2, -1)], edges: [[1, 2]]});
    await contains("[data-id='1']").click();
    expect.verifySteps([]);
    await contains("[data-id='2']").click();
    expect.verifySteps(["service 2"]);
});

test("without dependencies it says how to get a picture", async () => {
    await show({nodes: [node(1, 0)], edges: []});
    expect("svg").toHaveCount(0);
    expect(".o_slm_dependency_empty").toHaveText(/No dependencies are known/);
});

test("a new service has no picture", async () => {
    await show(false);
    expect(".o_slm_dependency_empty").toHaveCount(1);
});

test("an icon is chosen among pictures", async () => {
    await mountView({
        type: "form",
        resModel: "service",
        resId: 1,
        arch: `<form><field name="icon" widget="slm_icon"/></form>`,
    });
    expect(".o_slm_icon_button .fa-cube").toHaveCount(1);
    await contains(".o_slm_icon_button").click();
    expect(".o_slm_icon_menu .dropdown-item").toHaveCount(2);
    await contains(".o_slm_icon_menu .dropdown-item[title='E-mail']").click();
    expect(".o_slm_icon_button .fa-envelope").toHaveCount(1);
});
