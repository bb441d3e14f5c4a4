/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, markRaw, onWillStart, useRef, useState} from "@odoo/owl";
import {drawShares, drawVolume} from "./pictures.esm";
import {getArrivalDomain, getHours, getLegend, getStep} from "./arrivals.esm";
import {KeepLast} from "@web/core/utils/concurrency";
import {Layout} from "@web/search/layout";
import {MultiRecordSelector} from "@web/core/record_selectors/multi_record_selector";
import {SlmChart} from "../scorecard/chart.esm";
import {_t} from "@web/core/l10n/translation";
import {cookie} from "@web/core/browser/cookie";
import {getInk} from "../scorecard/pictures.esm";
import {router} from "@web/core/browser/router";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const FILTERS = {
    services: "slm.service",
    customers: "res.partner",
    teams: "helpdesk.ticket.team",
};
/** Lists of what is open are told by when it is due, or by how old it is. */
const OPEN_LISTS = {
    clocks: "slm_management.slm_clock_statistics_view_list_open",
    tickets: "slm_management.slm_ticket_statistics_view_list_open",
};
/** The path of the action that shows the dashboard. */
const ADDRESS = "service-level-dashboard";
const VIEWS = {agreements: ["list", "form"]};

/** Ids as they stand in an address, such as `3` or `3,5`. */
function parseIds(text) {
    return String(text || "")
        .split(",")
        .map(Number)
        .filter((id) => Number.isInteger(id) && id > 0);
}

/** A figure; a click on it opens what is behind, if there is anything. */
export class SlmFigure extends Component {
    static template = "slm_management.Figure";
    static props = {
        figure: Object,
        open: Function,
        label: {type: String, optional: true},
    };

    get title() {
        return this.props.label || this.props.figure.name;
    }
}

/**
 * How services are delivered, at a glance. All figures come from `get_dashboard` of
 * `slm.dashboard`; a click on one opens what is behind it.
 */
export class SlmDashboard extends Component {
    static template = "slm_management.Dashboard";
    static components = {Layout, MultiRecordSelector, SlmChart, SlmFigure};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = {controlPanel: {}};
        this.keepLast = new KeepLast();
        this.hours = getHours();
        this.getStep = getStep;
        this.open = this.open.bind(this);
        this.state = useState({data: null, filters: this.getFilters()});
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({filters: {...this.state.filters}}),
        });
        this.tellFilters();
        onWillStart(() => this.load());
    }

    async load() {
        const data = await this.keepLast.add(
            this.orm.call("slm.dashboard", "get_dashboard", [this.state.filters])
        );
        const ink = getInk(cookie.get("color_scheme"));
        this.pictures = {
            shares: drawShares(data.trend, ink, this.open),
            volume: drawVolume(data.trend, ink, this.open),
        };
        this.legend = getLegend(data.arrivals.steps);
        this.state.data = markRaw(data);
    }

    // Filters

    /** Those that one comes back to, else those of the address. */
    getFilters() {
        const isHere = router.current.action === ADDRESS;
        const params = {
            ...(isHere ? router.current : {}),
            ...this.props.action.context?.params,
        };
        const before = this.props.state?.filters;
        return Object.fromEntries(
            Object.keys(FILTERS).map((name) => [
                name,
                before ? before[name] : parseIds(params[name]),
            ])
        );
    }

    /** The address says what is shown, for whoever gets it or reloads the page. */
    tellFilters() {
        const ids = Object.entries(this.state.filters);
        this.props.updateActionState?.(
            Object.fromEntries(ids.map(([name, found]) => [name, found.join(",") || undefined]))
        );
    }

    get selectors() {
        const labels = {
            services: [_t("Services"), _t("All services")],
            customers: [_t("Customers"), _t("All customers")],
            teams: [_t("Teams"), _t("All teams")],
        };
        return Object.entries(FILTERS).map(([name, resModel]) => ({
            name,
            resModel,
            label: labels[name][0],
            placeholder: labels[name][1],
            resIds: this.state.filters[name],
            update: (ids) => this.filter({[name]: ids}),
        }));
    }

    get isFiltered() {
        return Object.values(this.state.filters).some((ids) => ids.length);
    }

    filter(filters) {
        Object.assign(this.state.filters, filters);
        this.tellFilters();
        return this.load();
    }

    clear() {
        return this.filter({services: [], customers: [], teams: []});
    }

    // What is behind the figures

    open({of, domain, name, is_open: isOpen}) {
        const {models, domains} = this.state.data;
        const views = VIEWS[of] || ["list", "pivot", "graph"];
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: name || _t("Service Levels"),
            res_model: models[of],
            domain: [...domains[of], ...domain],
            views: views.map((view) => [false, view]),
            context: isOpen && OPEN_LISTS[of] ? {list_view_ref: OPEN_LISTS[of]} : {},
        });
    }

    // Arrivals

    getArrivals(row, hour) {
        const {arrivals} = this.state.data;
        const count = hour
            ? row.counts[Number(hour.hour)]
            : row.counts.reduce((sum, number) => sum + number, 0);
        const name = hour ? `${row.label} ${hour.label}` : row.label;
        return {
            of: "tickets",
            count,
            text: `${count}`,
            name: _t("%(when)s: %(count)s tickets", {when: name, count}),
            domain: getArrivalDomain(arrivals, row.weekday, hour?.hour),
        };
    }
}

registry.category("actions").add("slm_dashboard", SlmDashboard);
