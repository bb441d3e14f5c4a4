# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models
from odoo.tools.mail import html_to_inner_content

#: characters of a description that a list or a card has room for
SUMMARY_LENGTH = 160
BLOCK_ENDS = re.compile(r"</(?:p|div|li|h\d|td|th)>")


class SlmSummaryMixin(models.AbstractModel):
    """The beginning of a ``description`` as plain text, for lists and cards."""

    _name = "slm.summary.mixin"
    _description = "Description in Short"

    summary = fields.Char(
        string="In Short",
        compute="_compute_summary",
        help="The beginning of the description, without its formatting.",
    )

    @api.depends("description")
    @api.depends_context("lang")
    def _compute_summary(self):
        for record in self:
            record.summary = self._shorten_html(record.description)

    @api.model
    def _shorten_html(self, html):
        """It ends with a word, unless the language has no blanks."""
        spaced = BLOCK_ENDS.sub(" ", html or "")
        text = " ".join(html_to_inner_content(spaced).split())
        if len(text) <= SUMMARY_LENGTH:
            return text
        beginning = text[: SUMMARY_LENGTH - 1]
        words, _blank, rest = beginning.rpartition(" ")
        words = words if len(rest) < SUMMARY_LENGTH / 4 else beginning
        return f"{words.rstrip(' .,;:')}…"
