# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

#: height of a full column of a picture, in pixels
HEIGHT = 60


class SlmSupplierReport(models.AbstractModel):
    """The scorecard of a supplier on paper: what the screen shows, in the language of
    who prints it."""

    _name = "report.slm_management.report_slm_scorecard"
    _description = "Supplier Scorecard on Paper"
    _inherit = ["slm.paper"]
    _paper_model = "res.partner"

    @api.model
    def _prepare_document(self, partner):
        """The scorecard, and what the head of a paper needs besides."""
        writer = self.with_context(lang=self._get_reader_lang())
        partner = partner.with_env(writer.env)
        card = writer.env["slm.supplier.scorecard"].get_scorecard(partner.id)
        supplier = card["supplier"]
        return {
            **writer._prepare_margins(partner, self.env.company),
            **card,
            "title": writer.env._("Supplier Scorecard"),
            "name": supplier["name"],
            "number": writer.env._("As of %(date)s", date=supplier["day"]),
            "state": supplier["status"],
            "facts": writer._get_facts(card),
            "height": HEIGHT,
        }

    @api.model
    def _get_facts(self, card):
        """Pairs of what and how much; what is not known is left out."""
        supplier, score = card["supplier"], card["score"]
        told = f"{score['text']} / {score['best']}" if score["id"] else ""
        if score["change_text"]:
            told = f"{told} ({score['change_text']})"
        facts = {
            self.env._("Category"): supplier["category"],
            self.env._("Our account manager"): supplier["manager"],
            self.env._("Company"): supplier["company"],
            self.env._("Last total"): told,
        }
        return [(label, text) for label, text in facts.items() if text]
