# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter
from contextlib import contextmanager
from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: where lines are kept while somebody gathers them; nothing that a client sends
GATHERED = "slm_revision_gathered"
#: how much of a value a list shows
SHORT = 120


class SlmRevision(models.Model):
    """One change of what is governed: what, from, to, by whom, when. Append-only.

    It stays when the record itself is deleted. Nobody writes it but
    ``slm.revision.mixin``: the ORM refuses, whatever the rights, also the superuser.

    All lines of a transaction have its time, so they are told as one save.
    """

    _name = "slm.revision"
    _description = "Revision"
    _inherit = ["slm.unwritten.mixin"]
    _order = "at desc, id desc"
    _log_access = False

    res_model = fields.Selection(
        "_selection_res_model", string="Document", required=True, readonly=True
    )
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )
    record_name = fields.Char(
        string="Name at the Time",
        readonly=True,
        help="How the record was called when it changed.",
    )
    kind = fields.Selection(
        [("created", "Created"), ("changed", "Changed"), ("deleted", "Deleted")],
        required=True,
        readonly=True,
    )
    field_name = fields.Char(string="Technical Name", readonly=True)
    what = fields.Char(compute="_compute_what")
    is_list = fields.Boolean(
        string="Is a List",
        compute="_compute_what",
        help="The values are names, one a line.",
    )
    old_value = fields.Text(string="From", readonly=True)
    new_value = fields.Text(string="To", readonly=True)
    old_short = fields.Char(
        string="Before",
        compute="_compute_short",
        help="The beginning of the value; of a list, what has gone.",
    )
    new_short = fields.Char(
        string="After",
        compute="_compute_short",
        help="The beginning of the value; of a list, what has come.",
    )
    lang = fields.Char(
        string="Language",
        readonly=True,
        help="The language of the values, where they differ by language.",
    )
    at = fields.Datetime(string="When", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Who", readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")

    _res_at_idx = models.Index("(res_model, res_id, at)")
    _at_idx = models.Index("(at)")

    @api.model
    def _selection_res_model(self):
        """The models that are governed, as people call them."""
        names = sorted(self.env.registry["slm.revision.mixin"]._inherit_children)
        return [(name, self.env["ir.model"]._get(name).name) for name in names]

    @api.depends("res_model", "field_name", "kind", "lang")
    def _compute_what(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for revision in self:
            model = self.env.get(revision.res_model)
            field = model is not None and model._fields.get(revision.field_name)
            label = field and field._description_string(self.env)
            what = label or revision.field_name or kinds.get(revision.kind)
            lang = self.env["res.lang"]._get_data(code=revision.lang).name or ""
            lang = lang.split("/")[-1].strip() or revision.lang
            revision.what = f"{what} · {lang}" if lang else what
            revision.is_list = bool(field) and field.type in ("one2many", "many2many")

    @api.depends("old_value", "new_value", "is_list")
    def _compute_short(self):
        for revision in self:
            old, new = revision._split(revision.old_value, revision.new_value)
            revision.old_short = shorten("; ".join(old), SHORT, placeholder="…")
            revision.new_short = shorten("; ".join(new), SHORT, placeholder="…")

    @api.depends("record_name", "what")
    def _compute_display_name(self):
        for revision in self:
            revision.display_name = f"{revision.record_name or ''}: {revision.what}"

    def _split(self, old, new):
        """The lines of two values; of lists only what has gone, and what has come."""
        old, new = (old or "").splitlines(), (new or "").splitlines()
        if not self.is_list:
            return old, new
        gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
        return [f"− {name}" for name in gone], [f"+ {name}" for name in come]

    def action_open(self):
        """Open the record that the line is about."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        if not record.exists():
            raise UserError(
                self.env._("%(name)s has been deleted.", name=self.record_name)
            )
        return record.get_formview_action()

    @api.model
    def _record_batch(self, vals_list):
        """Append lines: the one road on which they come into being."""
        gathered = self.env.cr.cache.get(GATHERED)
        if gathered is not None:
            gathered += vals_list
            return
        common = {"at": self.env.cr.now(), "user_id": self.env.uid}
        lines = [common | vals for vals in vals_list]
        models.BaseModel.create(self.sudo(), lines)

    @api.model
    @contextmanager
    def _gathering(self):
        """Lines that come up in the block are handed over, not appended."""
        outer = self.env.cr.cache.get(GATHERED)
        self.env.cr.cache[GATHERED] = lines = []
        try:
            yield lines
        finally:
            self.env.cr.cache[GATHERED] = outer

    def _refuse(self):
        raise AccessError(
            self.env._(
                "The history is append-only: its lines can be neither invented, "
                "changed nor deleted."
            )
        )
