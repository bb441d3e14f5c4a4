# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .test_contract import DAY, TODAY, ContractCase

ACCEPTED = {"actual_date": "2023-06-01", "result": "accepted"}


class TestAcceptance(ContractCase):
    """Acceptances, and what follows from them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.create_contract(
            effective_date="2023-01-01", warranty_months=12
        )

    def accept(self, kind="final", day="2023-06-01", result="accepted", **vals):
        return self.create_acceptance(
            vals.pop("contract", self.contract),
            kind,
            actual_date=day,
            result=result,
            **vals,
        )

    def assertFinal(self, day, contract=None):
        """The final acceptance, and the warranty that is counted from it."""
        contract = contract or self.contract
        self.env.flush_all()
        day = day and date.fromisoformat(day)
        self.assertEqual(contract.final_acceptance_date, day)
        until = day and day.replace(year=day.year + 1)
        self.assertEqual(contract.warranty_date, until)
        rows = contract.milestone_ids.filtered(lambda row: row.kind == "final")
        self.assertEqual(rows.mapped("date"), [day] if day else [])

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    def test_day_and_result_belong_together(self):
        for vals in ({"actual_date": "2023-06-01"}, {"result": "accepted"}):
            with self.assertRefused("Racks"):
                self.create_acceptance(self.contract, **vals)
        line = self.accept()
        for name in ("actual_date", "result"):
            with self.assertRefused("Servers"):
                line[name] = False
        line.write({"actual_date": False, "result": False})
        self.assertFinal(False)

    def test_not_in_the_future(self):
        with self.assertRefused("01/09/2024"):
            self.accept(day=TODAY + DAY)
        self.accept(day=TODAY)
        self.assertEqual(self.contract.state, "in_warranty")

    def test_today_is_the_day_of_the_company(self):
        self.company.partner_id.tz = "Pacific/Pago_Pago"
        with self.assertRefused("01/08/2024"):
            self.accept(day=TODAY)
        self.company.partner_id.tz = "Pacific/Kiritimati"
        self.accept(day=TODAY)

    def test_not_before_it_is_effective(self):
        with self.assertRaises(ValidationError) as error:
            self.accept("partial", "2022-12-31")
        self.assertNames(error, "Racks", "Servers", "12/31/2022", "01/01/2023")
        self.contract.effective_date = False
        with self.assertRefused("Enter from when on"):
            self.accept("partial")
        self.create_acceptance(self.contract, planned_date="2022-01-01")

    # ------------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------------

    def test_result_decides(self):
        for result, day in (
            ("accepted", "2023-06-01"),
            ("reservations", "2023-06-01"),
            ("rejected", False),
        ):
            line = self.accept(result=result)
            self.assertFinal(day)
            line.unlink()
        self.assertFinal(False)

    def test_kinds(self):
        self.accept("partial")
        self.assertFinal(False)
        self.assertEqual(self.contract.state, "in_force")
        self.accept("initial")
        self.assertEqual(self.contract.state, "initially_accepted")
        line = self.accept("final")
        self.assertFinal("2023-06-01")
        line.kind = "partial"
        self.assertFinal(False)

    def test_several(self):
        """The last one that was accepted counts; what was rejected is tried again."""
        rejected = self.accept(day="2023-05-01", result="rejected")
        self.assertFinal(False)
        second = self.accept(day="2023-06-01")
        third = self.accept(day="2023-07-01", result="reservations")
        self.create_acceptance(self.contract, planned_date="2024-05-01")
        self.assertFinal("2023-07-01")
        third.result = "rejected"
        self.assertFinal("2023-06-01")
        (second + third + rejected).unlink()
        self.assertFinal(False)

    def test_dates_by_hand(self):
        self.contract.final_acceptance_date = "2023-03-01"
        self.assertFinal("2023-03-01")
        line = self.accept()
        self.assertFinal("2023-06-01")
        with self.assertRaises(ValidationError) as error:
            self.contract.final_acceptance_date = "2023-03-01"
            self.env.flush_all()
        self.assertNames(error, "Final Acceptance", "Servers", line.display_name)
        self.contract.initial_acceptance_date = "2023-02-01"
        self.assertFinal("2023-06-01")

    def test_last_line_takes_its_date_along(self):
        line = self.accept()
        line.with_user(self.administrator).unlink()
        self.assertFinal(False)
        self.assertEqual(self.contract.state, "in_force")

    def test_line_goes_and_date_comes(self):
        """In one go, as on a form."""
        line = self.accept()
        commands = [Command.delete(line.id)]
        self.contract.write(
            {"acceptance_ids": commands, "final_acceptance_date": "2023-05-05"}
        )
        self.assertFinal("2023-05-05")

    def test_on_a_form(self):
        self.accept()
        with Form(self.contract.with_user(self.administrator)) as form:
            form.acceptance_ids.remove(0)
            self.assertFalse(form.final_acceptance_date)
        self.assertFinal(False)

    def test_move_to_another_contract(self):
        other = self.create_contract(
            "Other", effective_date="2023-01-01", warranty_months=12
        )
        line = self.accept(planned_date="2023-05-01")
        self.env.flush_all()
        line.with_user(self.administrator).contract_id = other
        self.assertFinal(False)
        self.assertFinal("2023-06-01", other)
        self.assertEqual(line.company_id, other.company_id)
        rows = self.env["slm.contract.milestone"].search(
            [("acceptance_id", "=", line.id)]
        )
        self.assertEqual(rows.contract_id, other)
        for contract, words in ((self.contract, (1, 0)), (other, (0, 1))):
            told = [w for w in self.get_history(contract) if w[0] == "Acceptances"][-1]
            self.assertEqual(tuple(bool(w) for w in told[1:]), words)

    def test_move_to_a_contract_that_is_not_in_force(self):
        line = self.accept()
        draft = self.create_contract("Draft")
        with self.assertRefused("Draft"):
            line.contract_id = draft

    def test_created_with_the_contract(self):
        line = {"name": "All", "kind": "final"} | ACCEPTED
        contract = self.create_contract(
            user=self.administrator,
            effective_date="2023-01-01",
            warranty_months=12,
            acceptance_ids=[Command.create(line)],
        )
        self.assertFinal("2023-06-01", contract)

    def test_copy(self):
        line = self.accept(planned_date="2023-06-01", signed_by="A. and B.")
        copied = line.copy()
        self.assertEqual(copied.planned_date, line.planned_date)
        self.assertFalse(copied.result or copied.actual_date or copied.signed_by)
        self.assertFinal("2023-06-01")

    def test_import(self):
        names = ["contract_id", "kind", "name", "actual_date", "result"]
        rows = [[self.contract.code, "final", "All", "2023-06-01", "accepted"]]
        lines = self.env["slm.contract.acceptance"].with_user(self.administrator)
        done = lines.load(names, rows)
        self.assertTrue(done["ids"], done["messages"])
        self.assertFinal("2023-06-01")

    # ------------------------------------------------------------------
    # History, open points
    # ------------------------------------------------------------------

    def test_history(self):
        """Also of what no date of the contract tells."""
        line = self.create_acceptance(
            self.contract, "partial", planned_date="2023-05-01"
        )
        line.write(ACCEPTED | {"result": "rejected"})
        line.unlink()
        planned = "Partial: Racks (planned 2023-05-01)"
        done = "Partial: Racks (Rejected 2023-06-01)"
        self.assertEqual(
            self.get_history(self.contract),
            [
                ("Acceptances", False, planned),
                ("Acceptances", planned, done),
                ("Acceptances", done, False),
            ],
        )

    def add_open_point(self, line, user=None):
        return line.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=TODAY + DAY,
            summary="Labels are missing",
            user_id=(user or self.agent).id,
        )

    def test_agents_read_the_open_points_of_others(self):
        line = self.create_acceptance(self.contract)
        point = self.add_open_point(line)
        self.env.invalidate_all()
        acting = line.with_user(self.agent)
        self.assertEqual(acting.open_point_count, 1)
        for record in (acting, acting.contract_id):
            told = record.web_read(
                {"open_activity_ids": {"fields": {"summary": {}, "user_id": {}}}}
            )[0]["open_activity_ids"]
            self.assertEqual([values["id"] for values in told], point.ids)

    def test_open_points(self):
        """Activities, each with its owner and due date."""
        line = self.accept(result="reservations")
        action = line.with_user(self.administrator).action_add_open_point()
        self.assertEqual(action["context"]["active_ids"], line.ids)
        point = self.add_open_point(line.with_user(self.administrator))
        contract = self.contract.with_user(self.agent)
        self.assertEqual(contract.open_activity_ids, point)
        self.assertEqual(line.open_point_count, 1)
        point.with_user(self.agent).action_feedback(feedback="Done")
        self.env.invalidate_all()
        self.assertFalse(contract.open_activity_ids or line.open_point_count)

    def test_nothing_hangs_in_the_air(self):
        """What hangs on acceptances goes with their contract."""
        line = self.accept()
        point = self.add_open_point(line)
        note = line.message_post(body="A note")
        file = self.create_file(res_model=line._name, res_id=line.id)
        self.contract.with_user(self.manager).unlink()
        for record in (line, point, note, file):
            self.assertFalse(record.exists(), record)

    def test_late(self):
        late = self.create_acceptance(self.contract, planned_date=TODAY - DAY)
        due = self.create_acceptance(self.contract, planned_date=TODAY)
        domain = [("id", "in", (late + due).ids)]
        for operator, value, found in (
            ("=", True, late),
            ("!=", True, due),
            ("in", [True, False], late + due),
        ):
            lines = late.search([*domain, ("is_late", operator, value)])
            self.assertEqual(lines, found, (operator, value))
        self.assertEqual([late.is_late, due.is_late], [True, False])

    def test_writes_are_batched(self):
        contracts = self.contract.create(
            [
                {"name": f"No. {number}", "partner_id": self.supplier.id}
                | {"effective_date": "2023-01-01", "warranty_months": 12}
                for number in range(51)
            ]
        )
        lines = self.env["slm.contract.acceptance"].create(
            [
                {"contract_id": contract.id, "kind": "final", "name": "All"}
                for contract in contracts
            ]
        )
        for vals in (ACCEPTED, {"result": "rejected"}, {"planned_date": TODAY}):
            one = self.count_queries(lambda v=vals: lines[0].write(v))
            rest = self.count_queries(lambda v=vals: lines[1:].write(v))
            self.assertLessEqual(rest, one + 12, vals)
        one = self.count_queries(lines[0].unlink)
        rest = self.count_queries(lines[1:].unlink)
        self.assertLessEqual(rest, one + 12)


class TestFiles(ContractCase):
    """Files of contracts and acceptances are for whoever reads these."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.create_contract(user=cls.administrator)
        cls.line = cls.create_acceptance(cls.contract, user=cls.administrator)
        cls.holders = {
            "text_ids": cls.contract,
            "annex_ids": cls.contract,
            "attachment_ids": cls.line,
        }
        cls.colleague = cls.create_user(
            "colleague", "slm_management.group_slm_administrator"
        )

    def assertReads(self, user, file, may=True):
        file = file.with_user(user)
        file.invalidate_recordset()
        self.assertEqual(file.has_access("read"), may)
        found = file.search([("id", "=", file.id)])
        self.assertEqual(found, file if may else file.browse())

    def test_uploaded_files_become_the_documents(self):
        for field, record in self.holders.items():
            for vals in ({}, {"res_model": record._name}):
                file = self.create_file(public=True, **vals)
                record.with_user(self.administrator)[field] += file
                self.assertEqual((file.res_model, file.res_id),
                                 (record._name, record.id))  # fmt: skip
                for user in (self.agent, self.colleague, self.manager):
                    self.assertReads(user, file)
                    self.assertIn(file, record.with_user(user)[field])
                for user in (self.portal_user, self.helpdesk_user):
                    self.assertReads(user, file, may=False)

    def test_files_on_creation(self):
        file, other = self.create_file(), self.create_file()
        contract = self.create_contract(
            user=self.administrator, text_ids=[Command.set(file.ids)]
        )
        line = self.create_acceptance(
            contract, user=self.administrator, attachment_ids=[Command.link(other.id)]
        )
        self.assertEqual(file.res_id, contract.id)
        self.assertEqual(other.res_id, line.id)
        self.assertReads(self.agent, other)

    def test_files_made_by_a_command(self):
        vals = {"name": "x.txt", "raw": b"x"}
        self.contract.with_user(self.administrator).text_ids = [Command.create(vals)]
        self.assertEqual(self.contract.text_ids.res_id, self.contract.id)
        self.assertReads(self.agent, self.contract.text_ids)

    def get_foreign_files(self):
        """Files that must not become readable through a contract."""
        partner = self.env["res.partner"].create({"name": "P"})
        foreign = self.create_contract("Foreign", company_id=self.foreign_company.id)
        mine = {"user": self.administrator}
        return {
            "somebody else's": self.create_file(user=self.colleague),
            "the system's": self.create_file(user=self.env.user),
            "of a document that he may read": self.create_file(
                user=self.env.user, res_model="res.partner", res_id=partner.id
            ),
            "of another company": self.create_file(
                user=self.env.user, res_model="slm.contract", res_id=foreign.id
            ),
            "of another contract": self.create_file(
                user=self.env.user,
                res_model="slm.contract",
                res_id=self.create_contract().id,
            ),
            "for something else": self.create_file(
                res_model="mail.compose.message", **mine
            ),
        }

    def test_files_are_not_taken(self):
        """Not by their ids, by whatever command, and no name is told."""
        for why, file in self.get_foreign_files().items():
            file.name = "secret.pdf"
            owner = (file.res_model, file.res_id, file.create_uid)
            for field, record in self.holders.items():
                for command in (Command.link(file.id), Command.set(file.ids)):
                    with self.subTest(why=why, field=field, command=command):
                        with self.assertRaises(AccessError) as error:
                            record.with_user(self.administrator)[field] = [command]
                            self.env.flush_all()
                        self.assertNotIn("secret", str(error.exception))
                        self.assertFalse(record[field])
            self.assertEqual(owner, (file.res_model, file.res_id, file.create_uid))

    def test_files_are_not_taken_on_creation(self):
        for why, file in self.get_foreign_files().items():
            with self.subTest(why=why), self.assertRaises(AccessError):
                self.create_contract(
                    user=self.administrator, annex_ids=[Command.link(file.id)]
                )
            contracts = self.contracts.with_user(self.administrator)
            vals = {"name": "X", "partner_id": self.supplier.id}
            with self.subTest(why=why), self.assertRaises(AccessError):
                contracts.with_context(default_text_ids=[Command.link(file.id)]).create(
                    vals
                )

    def test_files_are_not_rewritten(self):
        file = self.create_file(user=self.colleague)
        update = [Command.update(file.id, {"res_id": self.contract.id})]
        with self.assertRaises(AccessError):
            self.contract.with_user(self.administrator).text_ids = update
        self.contract.with_user(self.colleague).text_ids = file
        for user in (self.agent, self.portal_user):
            with self.assertRaises(AccessError):
                file.with_user(user).write({"raw": b"forged"})

    def test_files_stay(self):
        """What is there already is no hindrance, whoever put it there."""
        file = self.create_file(user=self.colleague)
        self.contract.with_user(self.colleague).text_ids = file
        more = self.create_file()
        contract = self.contract.with_user(self.administrator)
        contract.text_ids = [Command.set((file + more).ids)]
        contract.annex_ids = file
        contract.text_ids = more
        self.assertReads(self.agent, file)

    def test_copies_have_none(self):
        file = self.create_file()
        contract = self.contract.with_user(self.administrator)
        contract.text_ids = file
        self.assertFalse(contract.copy().text_ids)
        other = self.create_file()
        self.line.with_user(self.administrator).attachment_ids = other
        self.assertFalse(self.line.with_user(self.administrator).copy().attachment_ids)

    def test_requesters_have_no_way(self):
        file = self.create_file()
        self.contract.with_user(self.administrator).text_ids = file
        for user in (self.portal_user, self.helpdesk_user):
            self.assertReads(user, file, may=False)
            with self.assertRaises(AccessError):
                file.with_user(user).read(["raw"])
            with self.assertRaises(AccessError):
                self.contract.with_user(user).search([("text_ids.name", "=", "x")])
