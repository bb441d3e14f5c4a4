# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import html

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase

from .common import SlmCommon


class PortalCase(SlmCommon, HttpCase):
    """People of :class:`SlmCommon` who look at pages of the portal.

    The customer may ask for ``service`` by ``process``, which ``team`` takes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Secret Mail Team", "company_id": cls.company.id}
        )
        cls.process = cls.create_process(
            "Get a Mailbox", providers=[cls.team], description="<p>Takes a day.</p>"
        )

    @classmethod
    def create_process(
        cls, name, services=None, consumers=None, providers=(), publish=True, **vals
    ):
        """A process of ``service``, published to the customer.

        :param consumers: contacts, False for everybody
        """
        services = cls.service if services is None else services
        consumers = [cls.organisation] if consumers is None else consumers
        lines = [
            {"role": "consumer", "partner_id": consumer and consumer.id}
            for consumer in consumers
        ] + [{"role": "provider", "team_id": team.id} for team in providers]
        vals = {
            "name": name,
            "service_ids": [Command.set(services.ids)],
            "publication_ids": [Command.create(line) for line in lines],
        } | vals
        process = cls.env["slm.process"].create(vals)
        if publish:
            process.action_publish()
        return process

    @classmethod
    def create_service(cls, name, offered=True, **vals):
        """A service, with a process that is published to the customer."""
        service = cls.env["slm.service"].create({"name": name} | vals)
        if offered:
            cls.create_process(f"Ask for {name}", services=service)
        return service

    def run_cron(self, name="due"):
        """As a test of pages is in the registry's test mode anyway."""
        cron = self.env.ref(f"slm_management.ir_cron_{name}")
        self.assertIs(cron.method_direct_trigger(), True)

    def log_in(self, user=None):
        user = user or self.portal_user
        self.authenticate(user.login, user.login.ljust(8, "x"))

    def visit(self, url, **kwargs):
        """Open a page, and keep what it says in ``page``."""
        self.env.flush_all()
        response = self.url_open(url, **kwargs)
        self.page = self.parse(response)
        return response

    def parse(self, response):
        return html.fromstring(response.text)

    def post(self, url, token=True, **data):
        """Send a form, with the token of the session unless it is to be missing."""
        if token:
            data["csrf_token"] = http.Request.csrf_token(self)
        self.env.flush_all()
        response = self.url_open(url, data=data, method="POST", allow_redirects=False)
        self.env.invalidate_all()
        return response

    def find(self, name):
        """Text of the elements of a name, without superfluous blanks."""
        return [
            " ".join(element.text_content().split())
            for element in self.page.xpath(f"//*[@name='{name}']")
        ]

    def find_cards(self):
        """Names of the services that are listed."""
        return [
            element.text_content().strip()
            for element in self.page.xpath("//*[contains(@class,'o_slm_card')]//h5")
        ]
