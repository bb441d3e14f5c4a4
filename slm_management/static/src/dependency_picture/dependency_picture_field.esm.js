/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {SIZE, layOut} from "./layout.esm";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/**
 * Who depends on what, two levels each way: an arrow points to what is needed. The field
 * holds `{nodes, edges}`, see `dependency_picture` of `slm.service`. A click on a service
 * opens it.
 */
export class SlmDependencyPictureField extends Component {
    static template = "slm_management.DependencyPictureField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get isEmpty() {
        return !this.value.edges.length;
    }

    get value() {
        return this.props.record.data[this.props.name] || {nodes: [], edges: []};
    }

    get picture() {
        return layOut(this.value);
    }

    get label() {
        const own = this.value.nodes.find((node) => node.level === 0);
        return _t("Dependencies of %s", own.name);
    }

    /** The picture in words, for those who can not see it. */
    get sentences() {
        return this.picture.edges.map(({key, from, to}) => ({
            key,
            text: _t("%(service)s needs %(needed)s", {
                service: this.getName(from),
                needed: this.getName(to),
            }),
        }));
    }

    getHeading(level) {
        return {
            2: _t("Indirectly needed by"),
            1: _t("Needed by"),
            0: _t("This service"),
            "-1": _t("Depends on"),
            "-2": _t("Depends indirectly on"),
        }[level];
    }

    getStyle({x, y, height}) {
        return `left: ${x}px; top: ${y}px; width: ${SIZE.width}px; height: ${height}px`;
    }

    getName({name, active}) {
        return active ? name : _t("%s (archived)", name);
    }

    getTitle(node) {
        return `[${node.code}] ${this.getName(node)}`;
    }

    open(node) {
        if (node.level === 0) {
            return;
        }
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.props.record.resModel,
            res_id: node.id,
            views: [[false, "form"]],
        });
    }
}

export const slmDependencyPictureField = {
    component: SlmDependencyPictureField,
    displayName: _t("Picture of Dependencies"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_dependency_picture", slmDependencyPictureField);
