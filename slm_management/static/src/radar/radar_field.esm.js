/* Copyright 2026 slm_management founding team
 * License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */
import {HEIGHT, WIDTH, prepareRadar} from "./radar.esm";
import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * Scores by criteria, as a radar picture; with fewer than three criteria as bars. The
 * field holds `{axes: [name], series: [{name, values}], max}`, the present series first.
 */
export class SlmRadarField extends Component {
    static template = "slm_management.RadarField";
    static props = {...standardFieldProps};

    get size() {
        return {width: WIDTH, height: HEIGHT};
    }

    get picture() {
        return prepareRadar(this.props.record.data[this.props.name]);
    }

    /** All of it, for those who do not see the picture. */
    getLabel({legend, lines}) {
        const tell = (rank) =>
            lines
                .map(({name, values}) => `${name} ${values[rank] || _t("not scored")}`)
                .join(", ");
        return legend.map(({name, rank}) => `${name}: ${tell(rank)}`).join("; ");
    }
}

export const slmRadarField = {
    component: SlmRadarField,
    displayName: _t("Radar Picture"),
    supportedTypes: ["json"],
};

registry.category("fields").add("slm_radar", slmRadarField);
