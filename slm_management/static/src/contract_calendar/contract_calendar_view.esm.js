/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {CalendarController} from "@web/views/calendar/calendar_controller";
import {calendarView} from "@web/views/calendar/calendar_view";
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

registry.category("views").add("slm_contract_calendar", {
    ...calendarView,
    Controller: SlmContractCalendarController,
});
