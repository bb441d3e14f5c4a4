# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException
from odoo.tools import mute_logger

from .access_world import SECRET
from .test_portal_service_report import PUBLISHED, URL, ServiceReportCase

#: models of which no requester sees a row
CLOSED = (
    "slm.service.report",
    "slm.service.report.line",
    "slm.report.delivery",
    "slm.report.schedule",
    "slm.gap.analysis",
    "slm.gap.analysis.line",
    "slm.exclusion",
    "slm.exclusion.reason",
    "slm.clock.statistics",
    "slm.ticket.statistics",
)


class TestAccessServiceReport(ServiceReportCase):
    """No figure, file or chart of anybody else, on any road of the portal or by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival_user = cls.create_user("rival", "base.group_portal")
        cls.rival_user.partner_id.parent_id = cls.stranger
        cls.colleague_user = cls.create_user("colleague", "base.group_portal")
        cls.colleague_user.partner_id.parent_id = cls.department
        cls.employee = cls.create_user(
            "employee", "base.group_user,base.group_allow_export"
        )
        cls.requesters = (
            cls.portal_user,
            cls.rival_user,
            cls.colleague_user,
            cls.employee,
            cls.helpdesk_user,
        )
        named = {"name": f"Report {SECRET}"}
        cls.mine = cls.create_report(name="January for Petra")
        cls.departments = cls.create_report(cls.department, name="Of Accounting")
        cls.hidden = (
            cls.create_report(cls.stranger, **named)
            | cls.create_report(cls.colleague, **named)
            | cls.create_report(cls.organisation, **named)
            | cls.create_report(publish=False, **named)
            | cls.create_report(audience="provider", partner_id=False, **named)
        )
        for report in cls.mine | cls.hidden:
            report.message_post(body=SECRET, subtype_xmlid="mail.mt_comment")
            report.message_subscribe(cls.manager.partner_id.ids)
            report.activity_schedule(summary=SECRET, user_id=cls.manager.id)
            cls.env["ir.attachment"].create(
                {
                    "name": SECRET,
                    "raw": SECRET.encode(),
                    "res_model": report._name,
                    "res_id": report.id,
                }
            )
        cls.env.flush_all()

    def each(self, *users):
        for user in users or self.requesters:
            self.log_in(user)
            with self.subTest(user=user.login):
                yield user

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        route = f"/web/dataset/call_kw/{model}/{method}"
        with mute_logger("odoo.http"):
            return self.make_jsonrpc_request(route, params)

    def assertRefusedCall(self, model, method, *args, **kwargs):
        with self.subTest(road=f"{model}.{method}"):
            with self.assertRaises(JsonRpcException) as caught:
                self.call(model, method, *args, **kwargs)
            self.assertNotIn(SECRET, str(caught.exception))

    def assertMissing(self, report, *paths):
        """Its addresses answer as those of what does not exist."""
        for path in paths or ("", "/pdf", "/xlsx", "?access_token=x", "/pdf?x=1"):
            with self.subTest(path=path, report=report.id):
                nothing = self.visit(f"{URL}/999999999{path}")
                found = self.visit(f"{URL}/{report.id}{path}")
                self.assertEqual(found.url, nothing.url)
                self.assertEqual(found.status_code, nothing.status_code)
                self.assertEqual(found.headers.keys(), nothing.headers.keys())
                self.assertNotIn(SECRET, found.text)
                self.assertTrue(self.find("slm_gone"))

    # ------------------------------------------------------------------
    # Portal
    # ------------------------------------------------------------------

    def test_ids_of_others(self):
        self.log_in()
        for report in self.hidden | self.departments:
            self.assertMissing(report)
        self.visit(PUBLISHED)
        self.assertNotIn(SECRET, self.page.text_content())

    def test_reports_of_the_department(self):
        """Who belongs to it sees them with the right only; who does not, never."""
        for user in (self.colleague_user, self.employee, self.rival_user, self.agent):
            self.log_in(user)
            self.assertMissing(self.departments, "", "/pdf")
            self.assertMissing(self.mine, "", "/pdf")
        self.entitle(self.colleague_user.partner_id)
        self.entitle(self.rival_user.partner_id)
        self.log_in(self.colleague_user)
        for report in self.departments | self.mine:
            self.visit(f"{URL}/{report.id}")
            self.assertIn(report.name, self.page.text_content())
        self.log_in(self.rival_user)
        self.assertMissing(self.departments, "", "/xlsx")
        self.colleague_user.partner_id.slm_service_reports = False
        self.log_in(self.colleague_user)
        self.assertMissing(self.departments, "", "/pdf", "/xlsx")

    def test_other_organisation(self):
        """The right for one is no right for another, nor for what moves away."""
        self.entitle()
        self.log_in()
        self.assertMissing(self.hidden[0])
        self.visit(f"{URL}/{self.departments.id}")
        self.assertIn("Of Accounting", self.page.text_content())
        self.person.parent_id = False
        self.assertMissing(self.departments)

    def test_strange_ids(self):
        self.log_in()
        for path in ("0", "-1", "1.5", "x", "999999999999999999999", "1,2"):
            for file in ("", "/pdf", "/xlsx"):
                with self.subTest(path=path, file=file), mute_logger("odoo.http"):
                    page = self.visit(f"{URL}/{path}{file}")
                    self.assertIn(page.status_code, (200, 404))
                    self.assertNotIn("January for Petra", page.text)

    def test_seen_by_others(self):
        """What he may not see he does not mark, and is not told whether it is there."""
        deliveries = self.deliver(self.hidden[0], self.stranger)
        deliveries |= self.deliver(self.mine, self.colleague)
        deliveries |= self.deliver(self.hidden[0], self.person)
        self.log_in()
        for report in (*self.hidden, self.mine):
            self.assertFalse(self.make_jsonrpc_request(f"{URL}/{report.id}/seen"))
        self.assertFalse(self.make_jsonrpc_request(f"{URL}/999999999/seen"))
        self.env.invalidate_all()
        self.assertFalse(any(deliveries.mapped("seen_on")))

    def test_counter(self):
        self.deliver(self.hidden[0], self.person)
        self.log_in()
        counters = {"counters": ["slm_report_count"]}
        found = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(found, {"slm_report_count": 0})

    def test_no_records_in_pages(self):
        """What a page is made of are plain values."""
        statistics = self.env["slm.portal.statistics"].with_user(self.portal_user)
        chosen = statistics._choose()
        plain = (str, int, float, bool, type(None))

        def check(value, path="page"):
            if isinstance(value, dict):
                for key, inner in value.items():
                    check(inner, f"{path}.{key}")
            elif isinstance(value, list | tuple):
                for inner in value:
                    check(inner, path)
            else:
                self.assertIsInstance(value, plain, path)

        check(statistics._get_statistics(chosen))
        check(statistics._get_choices(chosen))

    def test_public(self):
        self.authenticate(None, None)
        for url in (f"{URL}/{self.mine.id}", f"{URL}/{self.mine.id}/pdf", PUBLISHED):
            page = self.visit(url)
            self.assertIn("/web/login", page.url)
            self.assertNotIn("January for Petra", page.text)

    # ------------------------------------------------------------------
    # Roads of core
    # ------------------------------------------------------------------

    def test_rpc(self):
        spec = {"display_name": {}}
        for user in self.each():
            self.entitle(user.partner_id)
            for model in CLOSED:
                self.assertRefusedCall(model, "search_read", [], ["display_name"])
                self.assertRefusedCall(model, "name_search", "")
                self.assertRefusedCall(model, "search_count", [])
                self.assertRefusedCall(
                    model, "formatted_read_group", [], ["company_id"], ["__count"]
                )
            for report in (self.mine, self.hidden[0]):
                ids = report.ids
                for method, *args in (
                    ("read", ["content"]),
                    ("web_read", spec),
                    ("export_data", ["name", "line_ids/metric"]),
                    ("copy",),
                    ("action_publish",),
                    ("action_compute",),
                    ("message_post",),
                    ("get_metadata",),
                    ("_get_document",),
                    ("_render_pdf",),
                ):
                    self.assertRefusedCall("slm.service.report", method, ids, *args)

    def test_abstract_models(self):
        """Nothing of them is called from outside but what asks who calls."""
        for user in self.each(self.portal_user, self.employee):
            for model in (
                "slm.figures",
                "slm.portal.statistics",
                "slm.dashboard",
                "slm.service.report.content",
                "slm.service.report.teller",
            ):
                names = [name for name in dir(self.registry[model]) if "get_" in name]
                for name in names:
                    definition = getattr(self.registry[model], name)
                    module = getattr(definition, "__module__", "")
                    if ".slm_management." in f"{module}." and callable(definition):
                        self.assertRefusedCall(model, name)
            self.assertTrue(user)

    def test_core_prints_for_the_desk(self):
        names = ("report_slm_service_report", "report_slm_gap_analysis")
        for _user in self.each():
            for name in names:
                for kind in ("html", "text", "pdf", "xlsx"):
                    url = f"/report/{kind}/slm_management.{name}/{self.mine.id}"
                    with self.subTest(url=url), mute_logger("odoo.http"):
                        page = self.url_open(url)
                        self.assertGreaterEqual(page.status_code, 400)
                        self.assertNotIn("January for Petra", page.text)

    def test_what_hangs_on_a_report(self):
        for user in self.each():
            for report in (self.mine, self.hidden[0]):
                by_model = [("model", "=", report._name), ("res_id", "=", report.id)]
                by_res = [("res_model", "=", report._name), ("res_id", "=", report.id)]
                for name, domain in (
                    ("mail.message", by_model),
                    ("mail.followers", by_res),
                    ("mail.activity", by_res),
                    ("ir.attachment", by_res),
                ):
                    found = self.search_as(user, name, domain)
                    self.assertFalse(found, f"{user.login}: {name}")
                files = self.env["ir.attachment"].search(by_res)
                for path in (
                    f"/web/content/{files[:1].id}",
                    f"/web/content/{report._name}/{report.id}/content",
                    f"/mail/view?model={report._name}&res_id={report.id}",
                ):
                    self.assertNotIn(SECRET, self.url_open(path).text)

    def search_as(self, user, name, domain):
        try:
            return self.env[name].with_user(user).search(domain)
        except AccessError:
            return self.env[name]

    def test_the_right_itself(self):
        """Nobody reads it but the desk, nor gives it to himself."""
        administrator = self.person.with_user(self.administrator)
        administrator.slm_service_reports = True
        self.assertTrue(self.person.slm_service_reports)
        partner_manager = self.create_user("contacts", "base.group_partner_manager")
        vals = {"slm_service_reports": True}
        context = {"default_slm_service_reports": True}
        for user in (*self.requesters, partner_manager, self.agent):
            partners = self.env["res.partner"].with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    partners.browse(user.partner_id.id).write(vals)
                with self.assertRaises(AccessError):
                    partners.with_context(**context).create({"name": "x"})
                if user != self.agent:
                    with self.assertRaises(AccessError):
                        partners.search([("slm_service_reports", "=", True)])

    def test_right_by_the_portal_form(self):
        """Whoever changes his own address does not write more than that."""
        self.log_in()
        data = {"name": "Petra", "email": "petra@example.com"}
        with mute_logger("odoo.http"):
            self.post("/my/address/submit", slm_service_reports="1", **data)
        self.assertFalse(self.person.slm_service_reports)
