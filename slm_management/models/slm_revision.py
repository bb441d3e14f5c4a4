# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError


class SlmRevision(models.Model):
    """One change of what is governed: what, from, to, by whom, when. Append-only.

    It stays when the record itself is deleted. Nobody writes it but
    ``slm.revision.mixin``: the ORM refuses, whatever the rights, also the superuser.
    """

    _name = "slm.revision"
    _description = "Revision"
    _order = "at desc, id desc"
    _log_access = False

    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )
    record_name = fields.Char(
        string="Name at the Time",
        readonly=True,
        help="How the record was called when it changed.",
    )
    document = fields.Char(string="Document", compute="_compute_document")
    kind = fields.Selection(
        [("created", "Created"), ("changed", "Changed"), ("deleted", "Deleted")],
        required=True,
        readonly=True,
    )
    field_name = fields.Char(string="Technical Name", readonly=True)
    what = fields.Char(compute="_compute_what")
    old_value = fields.Text(string="From", readonly=True)
    new_value = fields.Text(string="To", readonly=True)
    at = fields.Datetime(string="When", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Who", readonly=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")

    _res_at_idx = models.Index("(res_model, res_id, at)")
    _at_idx = models.Index("(at)")

    @api.depends("res_model")
    def _compute_document(self):
        names = {
            model: self.env["ir.model"]._get(model).name
            for model in set(self.mapped("res_model"))
        }
        for revision in self:
            revision.document = names[revision.res_model]

    @api.depends("res_model", "field_name", "kind")
    def _compute_what(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for revision in self:
            model = self.env.get(revision.res_model)
            field = model is not None and model._fields.get(revision.field_name)
            label = field and field._description_string(self.env)
            revision.what = label or revision.field_name or kinds.get(revision.kind)

    @api.depends("record_name", "what")
    def _compute_display_name(self):
        for revision in self:
            revision.display_name = f"{revision.record_name or ''}: {revision.what}"

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        self._refuse()

    def write(self, vals):  # pylint: disable=method-required-super
        self._refuse()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse()

    @api.model
    def _record_batch(self, vals_list):
        """Append lines: the one road on which they come into being."""
        now = fields.Datetime.now()
        lines = [{"at": now, "user_id": self.env.uid, **vals} for vals in vals_list]
        return super(SlmRevision, self.sudo()).create(lines)

    def _refuse(self):
        raise AccessError(
            self.env._(
                "The history is append-only: its lines can be neither invented, "
                "changed nor deleted."
            )
        )
