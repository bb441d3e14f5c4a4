/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Interaction} from "@web/public/interaction";
import {PortalHomeCounters} from "@portal/interactions/portal_home_counters";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

/** A report that somebody has opened is new no longer; the page itself only reads. */
export class ReportSeen extends Interaction {
    static selector = ".o_slm_report";

    start() {
        rpc(`/my/service-reports/${this.el.dataset.report}/seen`, {}, {silent: true});
    }
}

registry.category("public.interactions").add("slm_management.report_seen", ReportSeen);

patch(PortalHomeCounters.prototype, {
    /** It is not how many reports there are, but how many are new. */
    async updateCounters() {
        const found = await super.updateCounters(...arguments);
        const counter = this.el.querySelector("[data-placeholder_count='slm_report_count']");
        if (counter) {
            const count = Number(counter.textContent);
            counter.textContent = count ? _t("%s new", count) : "";
        }
        return found;
    },
});
