# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import ExitStack, contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

#: what a line may belong to
PUBLISHED = ("process_id", "agreement_id")


class SlmPublication(models.Model):
    """To whom a process or an agreement is published: a provider team, or a consumer.

    A consumer line covers its contact and everyone below it. No consumer line on a
    published record means nobody; a consumer line without a contact means everybody.
    """

    _name = "slm.publication"
    _description = "Publication"
    _inherit = ["slm.naming.mixin"]
    _order = "role, sequence, id"

    agreement_id = fields.Many2one(
        "slm.agreement", index="btree_not_null", ondelete="cascade"
    )
    process_id = fields.Many2one(
        "slm.process", index="btree_not_null", ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    role = fields.Selection(
        [("provider", "Provider"), ("consumer", "Consumer")],
        required=True,
        default="consumer",
    )
    team_id = fields.Many2one("helpdesk.ticket.team", ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        string="Consumer",
        index="btree_not_null",
        ondelete="cascade",
        help="An organisation, a department or a person; everyone below is covered. "
        "Empty: everybody.",
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True
    )

    _one_record = models.Constraint(
        "CHECK(num_nonnulls(agreement_id, process_id) = 1)",
        "A line of a publication belongs to one process or to one agreement.",
    )

    @api.constrains("role", "team_id", "partner_id")
    def _check_role(self):
        for line in self:
            if line.role == "provider" and not line.team_id:
                raise ValidationError(
                    self.env._(
                        "A provider line of %(record)s needs a team.",
                        record=line._get_published().display_name,
                    )
                )
            if line.role == "consumer" and line.team_id:
                raise ValidationError(
                    self.env._(
                        "A consumer line of %(record)s names a contact, not a team.",
                        record=line._get_published().display_name,
                    )
                )

    @api.constrains("team_id", "process_id")
    def _check_team_company(self):
        """The team gets tickets, and gives them its company."""
        for line in self.sudo():
            process, company = line.process_id, line.team_id.company_id
            if process and company and company != process.company_id:
                raise ValidationError(
                    self.env._(
                        "%(process)s can not be provided by a team of another company. "
                        "Choose a team of %(company)s.",
                        process=process.display_name,
                        company=process.company_id.name,
                    )
                )

    @api.depends("agreement_id.company_id", "process_id.company_id")
    def _compute_company_id(self):
        for line in self:
            line.company_id = line._get_published().company_id

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(list(PUBLISHED))
        with self._revising_published([defaults | vals for vals in vals_list]):
            return super().create(vals_list)

    def write(self, vals):
        with self._revising_published([vals]):
            res = super().write(vals)
        # Who may write drafts only can not move a line to what is in force.
        self.check_access("write")
        return res

    def unlink(self):
        with self._revising_published():
            return super().unlink()

    @contextmanager
    def _revising_published(self, vals_list=()):
        """Whatever lines belong to, or come to belong to, tells so in its history."""
        with ExitStack() as stack:
            for name in PUBLISHED:
                ids = {vals.get(name) for vals in vals_list} - {None, False}
                records = self.sudo()[name]
                records |= records.browse(ids)
                stack.enter_context(records._revising({"publication_ids"}))
            yield

    @api.depends("role", "team_id.display_name", "partner_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            target = line.team_id if line.role == "provider" else line.partner_id
            line.display_name = target.display_name or self.env._("Everybody")

    def _get_covered(self):
        """A query of the contacts that lines name, and of everyone below them."""
        return SQL(
            """(
            WITH RECURSIVE covered(id) AS (
                SELECT id FROM res_partner WHERE id = ANY(%s)
                UNION
                SELECT partner.id
                  FROM res_partner partner JOIN covered
                    ON partner.parent_id = covered.id
            )
            SELECT id FROM covered)
            """,
            self.partner_id.ids,
            to_flush=self.env["res.partner"]._fields["parent_id"],
        )

    def _get_published(self):
        """What the line is about."""
        return self.process_id or self.agreement_id
