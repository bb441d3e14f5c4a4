# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import is_html_empty

AGENT = "slm_management.group_slm_agent"


class SlmPaper(models.AbstractModel):
    """A document on paper: plain texts, in one language, for who may read it.

    Models of reports inherit it and prepare their documents; the template
    ``slm_management.slm_paper`` draws the margins and the head from the keys of
    :meth:`_prepare_margins` and from ``title``, ``name``, ``number`` and ``state``.
    """

    _name = "slm.paper"
    _description = "Document on Paper"

    #: name of the model that is printed
    _paper_model = None
    #: whether it may be so long that it is printed in parts from the outset
    _in_parts = False

    @api.model
    def _get_report_values(self, docids, data=None):
        records = self.env[self._paper_model].browse(docids)
        self._check_reader(records)
        return {
            "doc_ids": docids,
            "doc_model": records._name,
            "docs": [self._prepare_document(record) for record in records],
        }

    @api.model
    def _check_reader(self, records):
        """Only agents, on whatever road they come, and only what they may read.

        Also not as superuser for somebody else: who asks is what counts.
        """
        if not self.env.user.has_group(AGENT):
            raise AccessError(
                self.env._(
                    "This is only for agents of service levels: ask one of them."
                )
            )
        records.check_access("read")

    @api.model
    def _prepare_document(self, record):
        """All that the paper of one record says, a dict of plain values."""
        raise NotImplementedError()

    @api.model
    def _iter_parts(self, record):
        """The documents that a paper is printed from, one after the other, each with
        ``is_numbered``: its pages get their numbers when they are bound."""
        yield {**self._prepare_document(record), "is_numbered": True}

    @api.model
    def _get_heading(self, record):
        """Title of the file."""
        return record.display_name

    # ------------------------------------------------------------------
    # What papers have in common
    # ------------------------------------------------------------------

    @api.model
    def _get_reader_lang(self):
        """The language of papers that stay in the house: that of who prints them."""
        return self.env.user.lang or self.env.lang or "en_US"

    @api.model
    def _prepare_margins(self, record, company):
        return {
            "model": record._name,
            "id": record.id,
            "lang": self.env.lang or "en_US",
            "company": company.name,
            "logo": company.logo,
        }

    @api.model
    def _prepare_party(self, partner):
        """Name and address of a contact; of nobody, both are empty."""
        address = partner._display_address() if partner else ""
        lines = [line.strip() for line in address.splitlines() if line.strip()]
        name = partner.name or partner.commercial_partner_id.name or ""
        return {"name": name, "lines": [line for line in lines if line != name]}

    @api.model
    def _get_text(self, html):
        return "" if is_html_empty(html) else html
