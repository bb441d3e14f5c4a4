# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo.tests import new_test_user, tagged

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
    odoo_charts,
)

AGENT = "slm_management.group_slm_agent"


@tagged("post_install", "-at_install")
class TestSpreadsheetDashboard(BaseCommon):
    """The dashboard says only what the module knows, and to the desk only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        xmlid = "slm_management_spreadsheet.spreadsheet_dashboard"
        cls.dashboard = cls.env.ref(xmlid)
        cls.data = json.loads(cls.dashboard.spreadsheet_data)
        cls.agent = new_test_user(cls.env, login="slm_sheet_agent", groups=AGENT)

    def test_models_and_fields(self):
        found = fields_in_spreadsheet(self.data)
        self.assertEqual(set(found), {"slm.clock.statistics", "slm.ticket.statistics"})
        for model, names in found.items():
            for name in names:
                self.assertIn(name.split(":")[0], self.env[model]._fields, model)

    def test_filters(self):
        """Each filter narrows all that it can."""
        models = {f.get("modelName") for f in self.data["globalFilters"]}
        wanted = {None, "slm.service", "res.partner", "helpdesk.ticket.team"}
        self.assertEqual(models, wanted)
        ids = {found["id"] for found in self.data["globalFilters"]}
        sources = [*self.data["pivots"].values(), *odoo_charts(self.data)]
        for source in [*sources, *self.data["lists"].values()]:
            matched = set(source["fieldMatching"])
            self.assertLessEqual(ids - matched, {"slm-period"})
            self.assertLessEqual(matched, ids)

    def test_menus(self):
        for xmlid in menus_xml_ids_in_spreadsheet(self.data):
            self.assertEqual(self.env.ref(xmlid)._name, "ir.ui.menu")

    def test_agents_read_the_numbers(self):
        for pivot in self.data["pivots"].values():
            self.count(
                pivot["model"],
                pivot["domain"],
                [row["fieldName"] for row in pivot["rows"]],
                [measure["fieldName"] for measure in pivot["measures"]],
            )
        for chart in odoo_charts(self.data):
            meta = chart["metaData"]
            measure = meta["measure"]
            measures = [] if measure == "__count" else [measure]
            domain = chart["searchParams"]["domain"]
            self.count(meta["resModel"], domain, meta["groupBy"], measures)
        for sheet in self.data["lists"].values():
            model = self.env[sheet["model"]].with_user(self.agent)
            order = ", ".join(found["name"] for found in sheet["orderBy"])
            model.search(sheet["domain"], order=order).read(sheet["columns"])

    def count(self, model, domain, groups, measures):
        model = self.env[model].with_user(self.agent)
        fields = [f"{name}:{model._fields[name].aggregator}" for name in measures]
        self.assertIsInstance(
            model.formatted_read_group(domain, groups, ["__count", *fields]), list
        )

    def test_for_the_desk_only(self):
        found = self.env["spreadsheet.dashboard"].with_user(self.agent).search([])
        self.assertIn(self.dashboard, found)
        stranger = new_test_user(self.env, login="slm_sheet_stranger")
        found = self.env["spreadsheet.dashboard"].with_user(stranger).search([])
        self.assertNotIn(self.dashboard, found)
