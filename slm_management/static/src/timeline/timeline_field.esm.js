/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, useState} from "@odoo/owl";
import {getPeriodDomain, groupRevisions} from "./timeline.esm";
import {KeepLast} from "@web/core/utils/concurrency";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useRecordObserver} from "@web/model/relational_model/utils";
import {useService} from "@web/core/utils/hooks";

/** How many lines are shown at once; of more there is the list. */
const LIMIT = 80;

const SPECIFICATION = {
    at: {},
    kind: {},
    what: {},
    is_list: {},
    old_value: {},
    new_value: {},
    user_id: {fields: {display_name: {}}},
};

class SlmTimelineValue extends Component {
    static template = "slm_management.TimelineValue";
    static props = {value: Object};
}

/**
 * The history of a record, by day and by save, of a period. It reads its lines itself
 * when it is first seen, and again after each save.
 */
export class SlmTimelineField extends Component {
    static template = "slm_management.TimelineField";
    static components = {SlmTimelineValue};
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({
            period: "all",
            from: "",
            to: "",
            days: [],
            count: 0,
            shown: 0,
            loaded: false,
        });
        this.periods = [
            ["all", _t("All")],
            ["week", _t("Last 7 Days")],
            ["month", _t("Last 30 Days")],
            ["year", _t("This Year")],
            ["custom", _t("Custom Period")],
        ];
        useRecordObserver((record) => {
            // Each save adds lines, or changes the record that is shown.
            const seen = `${record.resId} ${record.data[this.props.name]?.count}`;
            if (seen !== this.seen) {
                this.seen = seen;
                this.resId = record.resId;
                return this.load();
            }
        });
    }

    async load() {
        const {record, name} = this.props;
        const {relation, relation_field: inverse} = record.fields[name];
        let found = {records: [], length: 0};
        if (this.resId) {
            const domain = [
                ["res_model", "=", record.resModel],
                [inverse || "res_id", "=", this.resId],
                ...getPeriodDomain(this.state.period, this.state.from, this.state.to),
            ];
            found = await this.keepLast.add(
                this.orm.webSearchRead(relation, domain, {
                    specification: SPECIFICATION,
                    order: "at desc, id desc",
                    limit: LIMIT,
                    count_limit: 10_000,
                })
            );
        }
        this.state.days = groupRevisions(found.records);
        this.state.count = found.length;
        this.state.shown = found.records.length;
        this.state.loaded = true;
    }

    setPeriod(values) {
        Object.assign(this.state, values);
        return this.load();
    }

    async showAll() {
        const {resModel} = this.props.record;
        const action = await this.orm.call(resModel, "action_view_revisions", [
            [this.resId],
        ]);
        return this.action.doAction(action);
    }
}

export const slmTimelineField = {
    component: SlmTimelineField,
    displayName: _t("Timeline"),
    supportedTypes: ["one2many"],
    relatedFields: [],
    useSubView: false,
};

registry.category("fields").add("slm_timeline", slmTimelineField);
