# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io
import json

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .test_catalogue import CatalogueCase

OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": ",",
    "encoding": "utf-8",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "date_format": "%Y-%m-%d",
    "datetime_format": "%Y-%m-%d %H:%M:%S",
}
TYPE_COLUMNS = ["code", "name", "parent_id"]
SERVICE_COLUMNS = [
    "code",
    "name",
    "type_id",
    "icon",
    "description",
    "manager_id",
    "team_ids",
    "dependency_ids",
    "active",
]
PROCESS_COLUMNS = ["code", "version", "name", "kind", "service_ids", "state"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileCase(CatalogueCase):
    """Files go through ``base_import`` as its screen sends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        export = "slm_management.group_slm_administrator,base.group_allow_export"
        cls.editor = cls.create_user("editor", export, password="slm_editor")
        cls.team = cls.env["helpdesk.ticket.team"].create({"name": "Desk"})
        cls.kind = cls.env["slm.service.type"].create({"name": "User", "code": "USER"})
        cls.child = cls.kind.create(
            {"name": "Office", "code": "OFF", "parent_id": cls.kind.id}
        )

    def create_catalogue(self):
        """Services that sort before what they need, one of them archived."""
        shop, mail, net = services = self.create_services(
            "Shop, and more", "Mail", "Net", type_id=self.child.id
        )
        for service, code in zip(services, "ABC", strict=True):
            service.code = f"{code}-1"
        shop.dependency_ids = mail + net
        mail.write(
            {
                "dependency_ids": [Command.set(net.ids)],
                "description": "<p>Boxes &amp; <b>calendars</b></p>",
                "manager_id": self.manager.id,
                "team_ids": [Command.set(self.team.ids)],
                "icon": "fa-envelope",
            }
        )
        net.active = False
        return services

    def run_import(self, model, file, fields, user=None, companies=None, **options):
        """What ``execute_import`` says of a file, which is bytes or rows.

        :param companies: those that the user has switched on, the current one first
        """
        kind = XLSX if isinstance(file, bytes) and file[:2] == b"PK" else "text/csv"
        if not isinstance(file, bytes):
            file = self.write_csv([fields, *file])
        user = user or self.editor
        companies = companies or user.company_id
        dryrun = options.pop("dryrun", False)
        wizards = self.env["base_import.import"].with_user(user)
        wizards = wizards.with_context(allowed_company_ids=companies.ids)
        wizard = wizards.create({"res_model": model, "file": file, "file_type": kind})
        result = wizard.execute_import(fields, fields, OPTIONS | options, dryrun)
        self.env.flush_all()
        self.env.invalidate_all()
        return result

    def assertImported(self, result, records=None):
        self.assertEqual(result["messages"], [])
        if records is not None:
            self.assertEqual(result["ids"], records.ids)

    def assertBroken(self, result, *lines):
        """It is refused for lines, pairs of a number (the first is 0) and a text."""
        self.assertFalse(result["ids"])
        told = [(m["rows"]["from"], m["message"]) for m in result["messages"]]
        self.assertEqual([row for row, _text in told], [row for row, _text in lines])
        for (_row, message), (_number, text) in zip(told, lines, strict=True):
            self.assertIn(text, message)

    @staticmethod
    def write_csv(rows):
        file = io.StringIO()
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
        return file.getvalue().encode()

    @staticmethod
    def read_csv(content):
        return list(csv.reader(io.StringIO(content.decode())))

    def snapshot(self, records):
        """What a service is, without what the database calls it."""
        return [
            (
                service.code,
                service.name,
                service.type_id.code,
                service.icon,
                str(service.description),
                service.manager_id,
                service.team_ids,
                sorted(service.dependency_ids.mapped("code")),
                service.active,
            )
            for service in records.with_context(active_test=False).sorted("code")
        ]


@tagged("post_install", "-at_install")
class TestRoundTrip(FileCase, HttpCase):
    """Out by the export of the web client, changed, and in again."""

    def export(self, kind, records, columns, user=None):
        """A file of *I want to update data*; of a user who may export."""
        user = user or self.editor
        self.authenticate(user.login, user.login)
        data = {
            "import_compat": True,
            "context": {"allowed_company_ids": user.company_id.ids},
            "domain": [],
            "fields": [{"name": name, "label": name, "type": "x"} for name in columns],
            "groupby": [],
            "ids": records.ids,
            "model": records._name,
        }
        response = self.url_open(
            f"/web/export/{kind}",
            data={
                "data": json.dumps(data),
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        self.assertEqual(response.status_code, 200, response.text[:1000])
        return response.content

    def test_codes_are_exported(self):
        services = self.create_catalogue()
        rows = self.read_csv(self.export("csv", services, SERVICE_COLUMNS))
        self.assertEqual(rows[0], SERVICE_COLUMNS)
        shop = dict(zip(*rows[:2], strict=True))
        self.assertEqual(shop["type_id"], "OFF")
        self.assertEqual(shop["dependency_ids"], "B-1,C-1")
        rows = self.read_csv(self.export("csv", self.child, TYPE_COLUMNS))
        self.assertEqual(rows[1], ["OFF", "Office", "USER"])

    def test_csv(self):
        self._test_round_trip("csv")

    def test_xlsx(self):
        self._test_round_trip("xlsx")

    def _test_round_trip(self, kind):
        """Nothing changes, no record is made, and no line of history written."""
        services = self.create_catalogue()
        before = self.snapshot(services)
        self.env.flush_all()
        every_service = services.with_context(active_test=False)
        everything = every_service.search([])
        history = len(services.revision_ids)
        file = self.export(kind, services, SERVICE_COLUMNS)
        result = self.run_import("slm.service", file, SERVICE_COLUMNS)
        self.assertImported(result, services)
        self.assertEqual(self.snapshot(services), before)
        self.assertEqual(
            services.with_context(active_test=False).search([]), everything
        )
        self.assertEqual(len(services.revision_ids), history)

    def test_changed_csv(self):
        services = self.create_catalogue()
        rows = self.read_csv(self.export("csv", services, SERVICE_COLUMNS))
        rows[1][1] = "Web shop"
        rows[1][7] = "B-1"
        rows[3][8] = "True"
        rows.append(["D-1", "Power", "OFF", "Cube", "", "", "", "", "True"])
        rows[3][7] = "D-1"
        result = self.run_import("slm.service", self.write_csv(rows), SERVICE_COLUMNS)
        self.assertImported(result)
        shop, mail, net = services
        power = services.browse(result["ids"]) - services
        self.assertEqual(shop.name, "Web shop")
        self.assertEqual(shop.dependency_ids, mail)
        self.assertEqual((power.code, power.name), ("D-1", "Power"))
        self.assertTrue(net.active)
        self.assertEqual(net.dependency_ids, power)

    def test_with_external_ids(self):
        """As the web client writes it, with a column of external ids first."""
        services = self.create_catalogue()
        columns = ["id", *SERVICE_COLUMNS]
        rows = self.read_csv(self.export("csv", services, columns))
        rows[1][1] = "Z-1"  # the id decides, so the code changes
        rows[2][0] = "__export__.of_another_database"
        rows[2][2] = "Post"
        result = self.run_import("slm.service", self.write_csv(rows), columns)
        self.assertImported(result, services)
        self.assertEqual(services.mapped("code"), ["Z-1", "B-1", "C-1"])
        self.assertEqual(services[1].name, "Post")

    def test_into_an_empty_company(self):
        """The catalogue comes into being again by its codes, in any order of lines."""
        services = self.create_catalogue()
        (self.kind + self.child).company_id = self.company
        process = self.create_process(services[:2], code="P-1")
        process.action_new_version()
        processes = process + process.next_version_ids
        files = [
            (records._name, self.export("xlsx", records, columns), columns)
            for records, columns in (
                (self.child + self.kind, TYPE_COLUMNS),
                (services, [c for c in SERVICE_COLUMNS if c not in HERE]),
                (processes, PROCESS_COLUMNS),
            )
        ]
        company = self.create_other_company()
        user = self.create_user(
            "elsewhere", "slm_management.group_slm_administrator", company_id=company.id
        )
        made = {}
        for model, file, columns in files:
            result = self.run_import(model, file, columns, user=user)
            self.assertImported(result)
            made[model] = self.env[model].browse(result["ids"])
        self.assertFalse(made["slm.service"] & services)
        self.assertEqual(made["slm.service"].company_id, company)
        self.assertEqual(
            [row[:5] + row[7:] for row in self.snapshot(made["slm.service"])],
            [row[:5] + row[7:] for row in self.snapshot(services)],
        )
        child, kind = made["slm.service.type"]
        self.assertEqual(child.parent_id, kind)
        self.assertEqual(made["slm.service"].type_id, child)
        again = made["slm.process"]
        self.assertEqual(again.mapped("state"), ["published", "draft"])
        self.assertEqual(again.mapped("version"), [1, 2])
        self.assertEqual(again.service_ids.mapped("code"), ["A-1", "B-1"])

    def test_published_processes(self):
        """A file may hold what must not change any more, as long as it does not."""
        service = self.create_services("Mail", code="MAIL")
        first = self.create_process(service, code="P-1", name="Fault")
        first.action_new_version()
        second = first.next_version_ids
        second.action_publish()
        self.env.flush_all()
        second.action_new_version()
        draft = second.next_version_ids
        processes = first + second + draft
        rows = self.read_csv(self.export("csv", processes, PROCESS_COLUMNS))
        self.assertEqual([row[4] for row in rows[1:]], ["MAIL"] * 3)
        rows[3][2] = "Report a fault"
        result = self.run_import("slm.process", self.write_csv(rows), PROCESS_COLUMNS)
        self.assertImported(result, processes)
        self.assertEqual(processes.mapped("name"), ["Fault", "Fault", "Report a fault"])
        rows[1][2] = "Something else"
        result = self.run_import("slm.process", self.write_csv(rows), PROCESS_COLUMNS)
        self.assertBroken(result, (0, "was published"))
        columns = ["code", "process_ids"]
        rows = self.read_csv(self.export("csv", service, columns))
        self.assertEqual(rows[1], ["MAIL", "P-1 (v3),P-1 (v2),P-1 (v1)"])
        result = self.run_import("slm.service", self.write_csv(rows), columns)
        self.assertImported(result, service)
        self.assertEqual(service.process_ids, processes)


#: columns of services that name what there is in one company only
HERE = {"manager_id", "team_ids"}


class TestImport(FileCase):
    """Codes are the keys: of lines, and of what they name."""

    def assertUntouched(self, services):
        self.assertEqual(services.mapped("name"), ["Shop, and more", "Mail", "Net"])
        self.assertEqual(services.with_context(active_test=False).search_count([]), 5)

    def test_archived(self):
        net = self.create_catalogue()[2]
        self.assertFalse(net.active)
        result = self.run_import("slm.service", [["C-1", "Network"]], ["code", "name"])
        self.assertImported(result, net)
        self.assertEqual(net.name, "Network")

    def test_no_code(self):
        """Each line without a code makes a record."""
        rows = [["", "One"], ["", "Two"]]
        result = self.run_import("slm.service", rows, ["code", "name"])
        self.assertImported(result)
        services = self.env["slm.service"].browse(result["ids"])
        self.assertEqual(services.mapped("name"), ["One", "Two"])
        self.assertTrue(all(services.mapped("code")))

    def test_no_code_of_known_records(self):
        """An empty cell does not take the code away."""
        mail = self.create_catalogue()[1]
        rows = [[str(mail.id), "", "Post"]]
        result = self.run_import("slm.service", rows, [".id", "code", "name"])
        self.assertImported(result, mail)
        self.assertEqual((mail.code, mail.name), ("B-1", "Post"))

    def test_other_company(self):
        """The same code in another company is another service."""
        company = self.create_other_company()
        theirs = self.create_services("Theirs", code="X-1", company_id=company.id)
        self.editor.company_ids += company
        both = self.company + company
        columns = ["code", "name", "company_id"]
        result = self.run_import(
            "slm.service", [["X-1", "Ours"]], columns[:2], companies=both
        )
        self.assertImported(result)
        ours = self.env["slm.service"].browse(result["ids"])
        self.assertEqual(ours.company_id, self.company)
        self.assertEqual(theirs.name, "Theirs")
        rows = [["X-1", "Changed", company.name]]
        result = self.run_import("slm.service", rows, columns, companies=both)
        self.assertImported(result, theirs)
        self.assertEqual((ours.name, theirs.name), ("Ours", "Changed"))

    def test_relations_by_code(self):
        """Code, or code and name as it is shown; a name that is a code of another one
        leads nobody astray."""
        shop, mail, net = self.create_catalogue()
        shop.name = "C-1"
        for cell in ("C-1", "[C-1] Net", "[C-1] as it was called once", " C-1 "):
            with self.subTest(cell=cell):
                mail.dependency_ids = False
                rows = [["B-1", cell]]
                columns = ["code", "dependency_ids"]
                result = self.run_import("slm.service", rows, columns)
                self.assertImported(result, mail)
                self.assertEqual(
                    mail.with_context(active_test=False).dependency_ids, net
                )
        rows = [["B-1", "User / Office"]]
        self.child.code = False
        result = self.run_import("slm.service", rows, ["code", "type_id"])
        self.assertImported(result, mail)

    def test_order_of_lines(self):
        """A line may name what comes below it."""
        rows = [["N-1", "One", "N-2, N-3"], ["N-2", "Two", "N-3"], ["N-3", "Three", ""]]
        columns = ["code", "name", "dependency_ids"]
        result = self.run_import("slm.service", rows, columns)
        self.assertImported(result)
        one, two, three = self.env["slm.service"].browse(result["ids"])
        self.assertEqual(one.dependency_ids, two + three)
        self.assertEqual(two.dependency_ids, three)

    def test_emptied_relation(self):
        shop = self.create_catalogue()[0]
        rows = [["A-1", ""]]
        result = self.run_import("slm.service", rows, ["code", "dependency_ids"])
        self.assertImported(result, shop)
        self.assertFalse(shop.with_context(active_test=False).dependency_ids)

    def test_types(self):
        rows = [["NEW", "New", "OFF"], ["OFF", "Workplace", "User"]]
        result = self.run_import("slm.service.type", rows, TYPE_COLUMNS)
        self.assertImported(result)
        self.assertEqual(self.child.name, "Workplace")
        new = self.kind.browse(result["ids"][0])
        self.assertEqual(new.complete_name, "User / Workplace / New")

    def test_newest_version(self):
        process = self.create_process(self.create_services("Mail"), code="P-1")
        process.action_new_version()
        draft = process.next_version_ids
        result = self.run_import("slm.process", [["P-1", "Two"]], ["code", "name"])
        self.assertImported(result, draft)
        self.assertEqual((process.name, draft.name), ("Ask for it", "Two"))
        found = draft.name_search("P-1", operator="=")
        self.assertEqual([id_ for id_, _name in found], draft.ids)

    def test_configuration_items(self):
        """With their types and services, by codes as well."""
        mail = self.create_catalogue()[1]
        rows = [["SRV", "Server"]]
        types = "slm.configuration.item.type"
        made = self.run_import(types, rows, ["code", "name"])
        self.assertImported(made)
        columns = ["code", "name", "type_id", "service_ids"]
        for name in ("Host", "Host 1"):
            rows = [["H-1", name, "SRV", "B-1"]]
            result = self.run_import("slm.configuration.item", rows, columns)
            self.assertImported(result, mail.configuration_item_ids)
            again = self.run_import(types, [["SRV", name]], ["code", "name"])
            self.assertEqual(again["ids"], made["ids"])
        item = mail.configuration_item_ids
        self.assertEqual((item.name, item.type_id.ids), ("Host 1", made["ids"]))

    # ------------------------------------------------------------------
    # Broken lines
    # ------------------------------------------------------------------

    def test_unknown_code(self):
        services = self.create_catalogue()
        rows = [["A-1", "New", ""], ["B-1", "New", "X-9"], ["X-1", "New", ""]]
        columns = ["code", "name", "dependency_ids"]
        result = self.run_import("slm.service", rows, columns)
        self.assertBroken(result, (1, "X-9"))
        self.assertUntouched(services)

    def test_circle(self):
        services = self.create_catalogue()
        rows = [["A-1", "New", ""], ["C-1", "Net", "B-1"], ["X-1", "New", ""]]
        columns = ["code", "name", "dependency_ids"]
        result = self.run_import("slm.service", rows, columns)
        self.assertBroken(result, (1, "in a circle"))
        self.assertUntouched(services)

    def test_circle_of_new_lines(self):
        services = self.create_catalogue()
        rows = [["X-1", "New", "X-2"], ["X-2", "New", "X-1"]]
        columns = ["code", "name", "dependency_ids"]
        result = self.run_import("slm.service", rows, columns)
        self.assertBroken(result, (1, "in a circle"))
        self.assertUntouched(services)

    def test_repeated_code(self):
        services = self.create_catalogue()
        rows = [["X-1", "One"], ["B-1", "New"], ["X-1", "Two"]]
        result = self.run_import("slm.service", rows, ["code", "name"])
        self.assertBroken(result, (2, "X-1 is on several lines"))
        self.assertUntouched(services)

    def test_comma(self):
        services = self.create_catalogue()
        rows = [["B-1", "New"], ["X,1", "New"]]
        result = self.run_import("slm.service", rows, ["code", "name"])
        self.assertBroken(result, (1, "has a comma"))
        self.assertUntouched(services)

    def test_only_checked(self):
        """*Test* of the screen finds the same, and changes nothing."""
        services = self.create_catalogue()
        rows = [["B-1", "New", "A-1"], ["X-1", "New", ""]]
        columns = ["code", "name", "dependency_ids"]
        result = self.run_import("slm.service", rows, columns, dryrun=True)
        self.assertBroken(result, (0, "in a circle"))
        rows[0][2] = "X-1"
        result = self.run_import("slm.service", rows, columns, dryrun=True)
        self.assertImported(result)
        self.assertUntouched(services)

    def test_who_may(self):
        services = self.create_catalogue()
        rows = [["B-1", "New"]]
        result = self.run_import("slm.service", rows, ["code", "name"], user=self.agent)
        self.assertFalse(result["ids"])
        self.assertTrue(result["messages"])
        self.assertUntouched(services)
