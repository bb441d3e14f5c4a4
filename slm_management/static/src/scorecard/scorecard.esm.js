/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, onWillStart, useState} from "@odoo/owl";
import {drawCompliance, drawEvaluations, getClockDomain, getInk} from "./pictures.esm";
import {Layout} from "@web/search/layout";
import {SlmChart} from "./chart.esm";
import {_t} from "@web/core/l10n/translation";
import {cookie} from "@web/core/browser/cookie";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

/**
 * A supplier at a glance: how he was evaluated, how he keeps his times, and what is
 * open. All figures come from `get_scorecard` of `slm.supplier.scorecard`, as on paper;
 * a click on one opens what is behind it.
 */
export class SlmSupplierScorecard extends Component {
    static template = "slm_management.SupplierScorecard";
    static components = {Layout, SlmChart};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = {controlPanel: {}};
        this.state = useState({card: null});
        const {action, resId} = this.props;
        this.partnerId = action.context?.active_id || resId;
        onWillStart(() => this.load());
    }

    async load() {
        if (!this.partnerId) {
            return;
        }
        const card = await this.orm.call("slm.supplier.scorecard", "get_scorecard", [
            this.partnerId,
        ]);
        const ink = getInk(cookie.get("color_scheme"));
        this.pictures = {
            evaluations: drawEvaluations(
                card.evaluations,
                {total: _t("Total Score")},
                ink,
                ({id}) => this.open("slm.supplier.evaluation", id)
            ),
            compliance: drawCompliance(card.compliance, ink, (metric, month) =>
                this.openClocks(metric, month)
            ),
        };
        this.state.card = card;
        this.env.config.setDisplayName(_t("Scorecard of %s", card.supplier.name));
    }

    /** Whether there is anything to draw of how he keeps his times. */
    get hasFigures() {
        return this.state.card.compliance.metrics.some(
            ({total}) => total.ended || total.breaches
        );
    }

    get trendIcon() {
        const {change} = this.state.card.score;
        return change > 0 ? "fa-arrow-up" : change < 0 ? "fa-arrow-down" : "fa-arrows-h";
    }

    // What is behind the figures

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openList(name, model, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            domain,
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }

    openClocks(metric, month) {
        const {compliance} = this.state.card;
        const {label} = compliance.metrics.find((row) => row.metric === metric);
        const when = month ? month.label : compliance.from;
        return this.openList(
            `${label}, ${when}`,
            "slm.clock",
            getClockDomain(compliance, metric, month)
        );
    }

    openContracts() {
        const ids = this.state.card.contracts.ids;
        return this.openList(_t("Contracts in Force"), "slm.contract", [
            ["id", "in", ids],
        ]);
    }

    openTickets() {
        const {domain} = this.state.card.tickets;
        return this.openList(_t("Tickets Waiting Now"), "helpdesk.ticket", domain);
    }

    print() {
        return this.action.doAction("slm_management.action_report_slm_scorecard", {
            additionalContext: {
                active_model: "res.partner",
                active_id: this.partnerId,
                active_ids: [this.partnerId],
            },
        });
    }
}

registry.category("actions").add("slm_supplier_scorecard", SlmSupplierScorecard);
