# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_datetime


class SlmEscalationTeller(models.AbstractModel):
    """Escalations as text, in the language and time zone of whoever reads it.

    A text is made of plain facts, a dict:

    ============  =================================================================
    ``id``        of the ticket
    ``ticket``    its number and name
    ``metric``    ``response``, ``completion`` or ``closure``
    ``kind``      of the agreement: ``sla``, ``ola`` or ``uc``; None: it is not told
    ``percent``   used share of the target
    ``is_late``   whether more than the target is used
    ``deadline``  naive UTC or None
    ``tz``        time zone of the service hours, for who has none
    ============  =================================================================
    """

    _name = "slm.escalation.teller"
    _description = "Escalations as Text"

    @api.model
    def _tell_desk(self, facts, tz):
        """Subject and body of what the desk gets. It names no agreement: who works on
        a ticket is not always somebody who may read its agreements."""
        title = self._tell_title(facts)
        deadline = self._tell_deadline(facts, tz)
        link = self._get_link(facts["id"], self.env._("Open the ticket"))
        body = Markup("<p>%s</p><p>%s</p><p>%s</p>") % (title, deadline, link)
        return title, body

    @api.model
    def _tell_colleague(self, facts, tz):
        """What who works on the ticket gets without a group of this module: he is not
        to know of OLAs and UCs, so the kind of the agreement is not told."""
        return self._tell_desk(dict(facts, kind=None), tz)

    @api.model
    def _tell_customer(self, facts, tz):
        """Subject and body of what the contact of the ticket gets, of an SLA only."""
        deadline = self._format(facts, tz)
        names = {"what": self._name_promise(facts["metric"]), "deadline": deadline}
        if not facts["is_late"]:
            text = self.env._("We have promised %(what)s by %(deadline)s.", **names)
            text += " " + self.env._("We are working on it.")
        else:
            text = self.env._("We had promised %(what)s by %(deadline)s.", **names)
            text += " " + self.env._("It takes longer, and we are sorry for that.")
        subject = self.env._("Your request %(ticket)s", ticket=facts["ticket"])
        return subject, Markup("<p>%s</p><p>%s</p>") % (subject, text)

    @api.model
    def _tell_title(self, facts):
        names = {
            "ticket": facts["ticket"],
            "metric": self._get_label("slm.clock", "metric", facts["metric"]),
            "percent": facts["percent"],
        }
        text = self.env._(
            "%(ticket)s: %(percent)s %% of the target for %(metric)s is used", **names
        )
        if facts["is_late"]:
            text = self.env._(
                "%(ticket)s: %(metric)s is late, %(percent)s %% of the target is used",
                **names,
            )
        if not facts["kind"]:
            return text
        return f"{text} ({self._get_label('slm.agreement', 'kind', facts['kind'])})"

    @api.model
    def _tell_deadline(self, facts, tz):
        if not facts["deadline"]:
            return ""
        deadline = self._format(facts, tz)
        if facts["is_late"]:
            return self.env._("The deadline was %(deadline)s.", deadline=deadline)
        return self.env._("The deadline is %(deadline)s.", deadline=deadline)

    @api.model
    def _tell_error(self, error):
        """What went wrong, short enough for a list."""
        text = " ".join(str(error).replace("\0", "").split())
        # Bytes of a foreign encoding are no text that the database takes.
        text = text.encode(errors="replace").decode()
        return text[:500] or type(error).__name__

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _name_promise(self, metric):
        names = {
            "response": self.env._("a first answer"),
            "completion": self.env._("a solution"),
            "closure": self.env._("the conclusion"),
        }
        return names[metric]

    @api.model
    def _format(self, facts, tz):
        if not facts["deadline"]:
            return "–"
        tz = tz or facts["tz"]
        return f"{format_datetime(self.env, facts['deadline'], tz=tz)} ({tz})"

    @api.model
    def _get_label(self, model, name, value):
        return dict(self.env[model]._fields[name]._description_selection(self.env))[
            value
        ]

    @api.model
    def _get_link(self, ticket_id, title):
        url = f"/mail/view?model=helpdesk.ticket&res_id={ticket_id}"
        return Markup('<a href="%s">%s</a>') % (url, title)
