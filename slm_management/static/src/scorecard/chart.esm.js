/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {Component, onWillStart, useEffect, useRef} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";

/** A picture by Chart.js. It is for those who see it: a table stands beside it. */
export class SlmChart extends Component {
    static template = "slm_management.Chart";
    static props = {config: Object, label: String};

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(this.canvas.el, this.props.config);
                return () => chart.destroy();
            },
            () => [this.props.config]
        );
    }
}
