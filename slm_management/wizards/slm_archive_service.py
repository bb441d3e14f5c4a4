# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SlmArchiveService(models.TransientModel):
    """What needs the services that somebody is about to archive.

    It names only what the user may read; the rest is counted.
    """

    _name = "slm.archive.service"
    _description = "Archive Services in Use"
    _inherit = ["slm.naming.mixin"]

    service_ids = fields.Many2many("slm.service", string="Services", required=True)
    others = fields.Integer(
        compute="_compute_needing",
        help="How many of the services are needed by nobody, and archived with them.",
    )
    needing = fields.Html(
        string="Needed by", compute="_compute_needing", sanitize=False
    )

    @api.depends("service_ids")
    def _compute_needing(self):
        for wizard in self:
            # A form that is not saved yet holds them as new records, open to all.
            services = wizard.service_ids._origin
            services.check_access("read")
            needing = services._get_needing()
            wizard.others = len(services) - len(needing)
            wizard.needing = wizard._tell(needing)

    def action_archive_anyway(self):
        self.ensure_one()
        self.service_ids.write({"active": False})
        return {"type": "ir.actions.act_window_close"}

    def _tell(self, needing):
        values = {
            "services": [
                {"name": service.display_name, "groups": self._get_groups(records)}
                for service, records in needing.items()
            ]
        }
        return self.env["ir.qweb"]._render(
            "slm_management.slm_archive_service_needing", values
        )

    @api.model
    def _get_groups(self, records):
        """What needs a service, by kind: the names that the user may read, and how many
        more there are."""
        labels = {
            "slm.agreement": self.env._("Active agreements"),
            "slm.process": self.env._("Published processes"),
            "slm.service": self.env._("Services that depend on it"),
        }
        groups = []
        for model, label in labels.items():
            ids = {record.id for record in records if record._name == model}
            found = self.env[model].browse(ids)._filtered_access("read").sorted()
            hidden = len(ids) - len(found)
            names = found.mapped("display_name")
            if ids:
                groups.append({"label": label, "names": names, "hidden": hidden})
        return groups
