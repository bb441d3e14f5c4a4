/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {CalendarController} from "@web/views/calendar/calendar_controller";
import {CalendarModel} from "@web/views/calendar/calendar_model";
import {calendarView} from "@web/views/calendar/calendar_view";
import {getColor} from "@web/views/calendar/utils";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * The dates follow from the contracts: who opens one wants its contract.
 */
export class SlmContractCalendarController extends CalendarController {
    setup() {
        super.setup();
        this.orm = useService("orm");
    }

    async editRecord(record) {
        const {resModel} = this.model;
        const args = [[record.id]];
        const action = await this.orm.call(resModel, "action_view_contract", args);
        return this.action.doAction(action);
    }
}

export class SlmContractCalendarModel extends CalendarModel {
    /**
     * Colours as numbers: core takes a text for one of CSS, where "initial" is a word
     * of its own, and the mark of that kind looked as if it were not set.
     */
    makeFilterDynamic() {
        const filter = super.makeFilterDynamic(...arguments);
        return {...filter, colorIndex: getColor(filter.colorIndex) || 0};
    }
}

registry.category("views").add("slm_contract_calendar", {
    ...calendarView,
    Controller: SlmContractCalendarController,
    Model: SlmContractCalendarModel,
});
