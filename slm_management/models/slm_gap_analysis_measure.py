# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

ADMINISTRATOR = "slm_management.group_slm_administrator"
TODO = "mail.mail_activity_data_todo"
#: how much of a measure the activity tells
SHORT = 120


class SlmGapAnalysisMeasure(models.AbstractModel):
    """What is done about a gap: what, by whom, until when.

    With an owner and a date it is an activity of the owner on the analysis, which moves
    with them and goes when the measure is done; who marks the activity as done has done
    the measure. Only administrators and managers can be owners: an analysis holds
    figures of tickets that agents may not read.
    """

    _name = "slm.gap.analysis.measure"
    _description = "Measure against a Gap"

    #: what people enter
    _measure_fields = frozenset({"measure", "owner_id", "measure_date", "measure_done"})

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    measure = fields.Text(help="What is done so that the promise is kept.")
    owner_id = fields.Many2one(
        "res.users",
        string="Owner of the Measure",
        index="btree_not_null",
        domain=lambda self: [
            ("share", "=", False),
            ("all_group_ids", "in", self.env.ref(ADMINISTRATOR).ids),
        ],
        help="Administrators and service level managers only. With a date, it is on "
        "the list of activities of the owner.",
    )
    measure_date = fields.Date(string="Until")
    measure_done = fields.Boolean(string="Measure Done")
    has_measure = fields.Boolean(
        string="With a Measure", compute="_compute_has_measure", store=True
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")

    # ------------------------------------------------------------------
    # Constraints and computes
    # ------------------------------------------------------------------

    @api.constrains("owner_id", "company_id")
    def _check_owner_id(self):
        for line in self.filtered("owner_id"):
            owner = line.owner_id.sudo()
            may_read = owner.has_group(ADMINISTRATOR)
            if not (may_read and line.company_id in owner.company_ids):
                raise ValidationError(
                    self.env._(
                        "%(user)s can not be the owner of the measure for %(line)s: "
                        "only administrators and managers of service levels in "
                        "%(company)s read gap analyses. Choose one of them.",
                        user=owner.name,
                        line=line.display_name,
                        company=line.company_id.sudo().name,
                    )
                )

    @api.depends("measure", "owner_id")
    def _compute_has_measure(self):
        for line in self:
            line.has_measure = bool((line.measure or "").strip() or line.owner_id)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered("owner_id")._plan_measures()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & self._measure_fields:
            self._plan_measures()
        return res

    def unlink(self):
        activities = self.sudo().activity_id.filtered("active")
        res = super().unlink()
        activities.unlink()
        return res

    # ------------------------------------------------------------------
    # Activities
    # ------------------------------------------------------------------

    def _plan_measures(self):
        """Let the activities of the owners say what the lines say."""
        for line in self.sudo():
            activity = line.activity_id.filtered("active")
            if line.measure_done:
                activity.action_feedback()
            elif not (line.owner_id.active and line.measure_date):
                activity.unlink()
            elif activity:
                line._move_activity(activity)
            else:
                line.activity_id = line._create_activity()

    def _move_activity(self, activity):
        wanted = self._prepare_activity_vals()
        changes = {
            name: value
            for name, value in wanted.items()
            if activity._fields[name].convert_to_write(activity[name], activity)
            != value
        }
        if changes:
            activity.write(changes)

    def _create_activity(self):
        analysis = self.analysis_id
        # quick: it sends no e-mail of its own
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        return activities.create(
            self._prepare_activity_vals()
            | {
                "activity_type_id": self.env["ir.model.data"]._xmlid_to_res_id(TODO),
                "res_model_id": self.env["ir.model"]._get_id(analysis._name),
                "res_id": analysis.id,
            }
        )

    def _prepare_activity_vals(self):
        """In the language of the owner; it says all that he needs to know."""
        line = self.with_context(lang=self.owner_id.lang)
        return {
            "user_id": self.owner_id.id,
            "date_deadline": fields.Date.to_date(self.measure_date),
            "summary": line.env._(
                "Measure for %(line)s: %(measure)s",
                line=line.display_name,
                measure=shorten(line.measure or "–", SHORT, placeholder="…"),
            ),
        }

    @api.model
    def _note_done(self, activities):
        """Who marks the activity of a measure as done has done the measure."""
        lines = self.sudo().search(
            Domain("activity_id", "in", activities.ids)
            & Domain("measure_done", "=", False)
            & Domain("analysis_id.state", "!=", "closed")
        )
        lines.write({"measure_done": True})
