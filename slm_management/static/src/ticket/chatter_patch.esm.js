/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Chatter} from "@mail/chatter/web_portal/chatter";
import {patch} from "@web/core/utils/patch";

/**
 * An answer stops the response clock, so whoever sees clocks on the ticket sees it stop.
 * Others have no clocks in their form, and for them nothing is loaded again.
 */
patch(Chatter.prototype, {
    onPostCallback() {
        super.onPostCallback(...arguments);
        this.slmReloadClocks();
    },

    async slmReloadClocks() {
        const record = this.props.record;
        const hasClocks = record?.resId && "slm_current_clock_ids" in record.data;
        if (hasClocks && !(await record.isDirty())) {
            await record.load();
        }
    },
});
