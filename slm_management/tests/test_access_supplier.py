# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tools import file_path, mute_logger

from .access_world import SECRET, AccessWorld

PAPERS = (
    "slm.contract",
    "slm.contract.acceptance",
    "slm.contract.milestone",
    "slm.supplier.category",
    "slm.supplier.criterion",
    "slm.supplier.evaluation",
    "slm.supplier.evaluation.line",
    "slm.supplier.interaction",
)


class SupplierCase(AccessWorld):
    """The papers of :class:`AccessWorld`, and what everybody may do with them."""

    def prepare(self, name):
        """What a new record of a model needs."""
        lines = {
            "criterion_id": self.criterion.id,
            "evaluation_id": self.evaluation.id,
        }
        partner = {"partner_id": self.supplier.id}
        return {
            "slm.contract": partner | {"name": "New"},
            "slm.contract.acceptance": {
                "name": "New",
                "contract_id": self.contract.id,
            },
            "slm.contract.milestone": {
                "contract_id": self.contract.id,
                "company_id": self.company.id,
                "kind": "renewed",
                "date": "2024-06-01",
            },
            "slm.supplier.category": {"name": "New"},
            "slm.supplier.criterion": {"name": "New"},
            "slm.supplier.evaluation": partner
            | {"date_from": "2024-01-01", "date_to": "2024-03-31"},
            "slm.supplier.evaluation.line": lines,
            "slm.supplier.interaction": partner | {"name": "New"},
        }[name]

    def get_paper(self, name):
        """One that may still be changed."""
        known = {record._name: record for record in self.papers}
        known["slm.supplier.evaluation.line"] = self.evaluation.line_ids[0]
        known["slm.supplier.category"] = self.category
        known["slm.supplier.criterion"] = self.criterion
        return known.get(name) or self.env[name].search([], limit=1)


class TestSupplierRoles(SupplierCase):
    """Agents read, administrators keep the papers, managers decide."""

    def test_agent_reads(self):
        """All of it, with everything that a screen shows."""
        for name in PAPERS:
            record = self.get_paper(name).with_user(self.agent)
            with self.subTest(model=name):
                names = [*record.fields_get()]
                self.assertTrue(record.read(names))
                self.assertTrue(record.search([("id", "=", record.id)]))
        file = self.organisation.with_user(self.agent)
        self.assertEqual(file.slm_contact_role, f"Hotline {SECRET}")
        self.assertTrue(file.slm_contract_ids and file.slm_evaluation_ids)
        self.assertEqual(self.contract.with_user(self.agent).text_ids.name, SECRET)

    def test_agent_writes_nothing(self):
        for name in PAPERS:
            record = self.get_paper(name).with_user(self.agent)
            for road, go in {
                "write": lambda record=record: record.write({}),
                "create": lambda record=record: record.create(
                    self.prepare(record._name)
                ),
                "unlink": lambda record=record: record.unlink(),
                "copy": lambda record=record: record.copy(),
            }.items():
                with (
                    self.subTest(model=name, road=road),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    go()

    def test_agent_keeps_no_supplier_file(self):
        """Also not one who may write contacts."""
        self.agent.group_ids += self.env.ref("base.group_partner_manager")
        partner = self.supplier.with_user(self.agent)
        partner.comment = "Core lets him"
        for vals in (
            {"slm_supplier_status": "approved"},
            {"slm_is_supplier": False},
            {"slm_contact_role": "x"},
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    partner.write(vals)
                if any(vals.values()):
                    with self.assertRaises(AccessError):
                        partner.create({"name": "New"} | vals)
        for name in ("slm_contract_ids", "slm_evaluation_ids", "slm_interaction_ids"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                partner.write({name: [Command.create({"name": "x"})]})
        default = {"default_slm_is_supplier": True}
        with self.assertRaises(AccessError):
            partner.with_context(**default).create({"name": "New"})

    def test_administrator_keeps_papers(self):
        for name in PAPERS:
            record = self.get_paper(name).with_user(self.administrator)
            if name == "slm.contract.milestone":
                continue
            with self.subTest(model=name), self.env.cr.savepoint():
                if name == "slm.supplier.evaluation.line":
                    self.evaluation.line_ids.filtered(
                        lambda line: line.criterion_id == self.criterion
                    ).unlink()
                    record = record.exists() or self.evaluation.line_ids[0].with_env(
                        record.env
                    )
                new = record.create(self.prepare(name))
                field = "reason" if name.endswith("line") else "name"
                if name != "slm.supplier.evaluation":
                    new[field] = "Changed"
                    self.assertEqual(new[field], "Changed")
        self.supplier.with_user(self.administrator).slm_supplier_status = "approved"

    def test_administrator_terminates_nothing(self):
        contracts = self.env["slm.contract"].with_user(self.administrator)
        contract = contracts.browse(self.contract.id)
        self.supplied.action_terminate()
        ended = {"terminated_date": "2024-01-08"}
        vals = self.prepare("slm.contract") | {"effective_date": "2024-01-01"}
        defaults = {f"default_{name}": value for name, value in ended.items()}
        for road, go in {
            "action": contract.action_terminate,
            "write": lambda: contract.write(ended),
            "reason": lambda: contract.write({"termination_reason": "x"}),
            "create": lambda: contracts.create(vals | ended),
            "default": lambda: contracts.with_context(**defaults).create(vals),
            "back": contracts.browse(self.supplied.id).action_reinstate,
            "delete": contract.unlink,
        }.items():
            with (
                self.subTest(road=road),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                go()
        self.assertEqual(self.contract.state, "in_force")

    def test_administrator_confirms_nothing(self):
        evaluations = self.env["slm.supplier.evaluation"].with_user(self.administrator)
        evaluation = evaluations.browse(self.evaluation.id)
        vals = self.prepare("slm.supplier.evaluation")
        for road, go in {
            "action": evaluation.action_confirm,
            "write": lambda: evaluation.write({"state": "confirmed"}),
            "who": lambda: evaluation.write({"confirmed_by_id": self.manager.id}),
        }.items():
            with self.subTest(road=road), self.assertRaises(AccessError):
                go()
        sealed = {"state": "confirmed", "confirmed_by_id": self.manager.id}
        defaults = {f"default_{name}": value for name, value in sealed.items()}
        for other in (
            evaluations.create(vals | sealed),
            evaluations.with_context(**defaults).create(
                vals | {"date_to": "2024-02-01"}
            ),
        ):
            self.assertEqual(other.state, "draft")
            self.assertFalse(other.confirmed_by_id)

    def test_confirmed_stays(self):
        """For the manager, too, and with all that it is made of."""
        evaluation = self.supplier.slm_evaluation_ids.with_user(self.manager)
        self.assertEqual(evaluation.state, "confirmed")
        line = evaluation.line_ids[0]
        for road, go in {
            "write": lambda: evaluation.write({"notes": "x"}),
            "draft": lambda: evaluation.write({"state": "draft"}),
            "score": lambda: line.write({"score": "5"}),
            "lines": lambda: evaluation.write({"line_ids": [Command.clear()]}),
            "unlink": evaluation.unlink,
            "unlink line": line.unlink,
            "moved": lambda: (
                self.evaluation.line_ids[0]
                .with_user(self.manager)
                .write({"evaluation_id": evaluation.id})
            ),
        }.items():
            with (
                self.subTest(road=road),
                mute_logger("odoo.sql_db"),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                go()

    def test_weights_are_the_manager_s(self):
        criteria = self.env["slm.supplier.criterion"].with_user(self.administrator)
        criterion = criteria.browse(self.criterion.id)
        line = self.evaluation.line_ids[0].with_user(self.administrator)
        heavy = {"name": "New", "weight": 500}
        for road, go in {
            "write": lambda: criterion.write({"weight": 500}),
            "archive": criterion.action_archive,
            "create": lambda: criteria.create(heavy),
            "default": lambda: criteria.with_context(default_weight=500).create(
                {"name": "New"}
            ),
            "line": lambda: line.write({"weight": 500}),
            "through": lambda: line.evaluation_id.write(
                {"line_ids": [Command.update(line.id, {"weight": 500})]}
            ),
        }.items():
            with (
                self.subTest(road=road),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                go()
        criterion.name = "Another name"
        lines = {"criterion_id": criterion.id, "weight": 500}
        vals = self.prepare("slm.supplier.evaluation")
        mine = line.evaluation_id.create(vals | {"line_ids": [Command.create(lines)]})
        for line in mine.line_ids:
            self.assertEqual(line.weight, line.criterion_id.weight, "As it is today")

    def test_manager_decides(self):
        self.criterion.with_user(self.manager).weight = 10
        self.evaluation.with_user(self.manager).action_confirm()
        self.assertEqual(self.evaluation.state, "confirmed")
        contract = self.contract.with_user(self.manager)
        contract.action_terminate()
        self.assertEqual(contract.state, "terminated")
        contract.action_reinstate()
        self.assertEqual(contract.state, "in_force")
        contract.unlink()

    def test_nobody_writes_milestones(self):
        milestone = self.contract.milestone_ids[0]
        vals = self.prepare("slm.contract.milestone")
        for user in (self.administrator, self.manager):
            mine = milestone.with_user(user)
            for go in (
                lambda mine=mine: mine.write({"date": "2025-01-01"}),
                lambda mine=mine: mine.create(vals),
                mine.unlink,
            ):
                with (
                    self.subTest(user=user.login),
                    self.assertRaises(UserError),
                ):
                    go()

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def test_papers_of_another_company(self):
        """Not even the manager meets them, whatever he knows of them."""
        foreign = [
            self.env[name].create(
                self.prepare(name) | {"company_id": self.other_company.id}
            )
            for name in (
                "slm.contract",
                "slm.supplier.evaluation",
                "slm.supplier.interaction",
            )
        ]
        contract, evaluation, _interaction = foreign
        contract.effective_date = "2024-01-01"
        foreign.append(
            self.env["slm.contract.acceptance"].create(
                {"name": "x", "contract_id": contract.id}
            )
        )
        foreign += [contract.milestone_ids, evaluation.line_ids]
        for record in foreign:
            mine = record.with_user(self.manager)
            with self.subTest(record=record):
                self.assertTrue(record)
                self.assertFalse(mine.search([("id", "in", record.ids)]))
                with self.assertRaises(AccessError):
                    mine.read(["display_name"])
                with self.assertRaises(UserError):
                    mine.write({})
        partner = self.supplier.with_user(self.manager)
        self.assertNotIn(contract, partner.slm_contract_ids)
        self.assertNotIn(evaluation, partner.slm_evaluation_ids)

    def test_conditions_on_papers_of_another_company(self):
        """Core looks for files and followers as superuser; agents are told no more."""
        person = self.agent.partner_id
        self.supplier.message_subscribe(person.ids)
        file = self.env["ir.attachment"].with_user(self.agent).create({"name": "x"})
        vals = self.prepare("slm.contract") | {"partner_id": person.id}
        contract = self.env["slm.contract"].create(vals)
        conditions = {file: "create_uid", self.supplier: "message_partner_ids"}
        for company in (self.company, self.other_company):
            contract.company_id = company
            for record, name in conditions.items():
                mine = record.with_user(self.agent)
                inner = [("slm_contract_ids", "any", [("name", "=", "New")])]
                for condition in (
                    (f"{name}.slm_contract_ids.name", "=", "New"),
                    (name, "any", inner),
                    (name, "not any", ["!", *inner]),
                ):
                    found = mine.search([("id", "=", record.id), condition])
                    with self.subTest(company=company.name, condition=condition):
                        self.assertEqual(bool(found), company == self.company)


class TestSupplierIsRequester(SupplierCase):
    """A supplier who comes by the portal sees nothing of what is kept on him; nor does
    anybody else outside the desk. The rest is tried by the matrix."""

    def test_his_own_file(self):
        for partner in (self.person, self.organisation):
            mine = partner.with_user(self.portal_user)
            names = [n for n in partner._fields if n.startswith("slm_")]
            self.assertTrue(mine.read(["name"]))
            self.assertFalse({*names} & {*mine.fields_get()})
            for name in names:
                with self.subTest(partner=partner.name, field=name):
                    with self.assertRaises(AccessError):
                        mine.read([name])
                    with self.assertRaises(AccessError):
                        mine.search([(name, "!=", False)])

    def test_activity_on_a_closed_document(self):
        """It is read by whoever has it to do, not by his colleagues."""
        for record in self.papers:
            activities = self.env["mail.activity"].search(
                [("res_model", "=", record._name), ("res_id", "=", record.id)]
            )
            self.assertTrue(activities)
            for user in self.requesters:
                mine = activities.with_user(user)
                with self.subTest(record=record, user=user.login):
                    with self.assertRaises(AccessError):
                        mine.read(["summary", "res_name"])
                    if mine.has_access("read") or user._is_internal():
                        self.assertFalse(mine.search([("id", "in", activities.ids)]))

    def test_files(self):
        """By no id, not even of one that belongs to no document yet."""
        stray = (
            self.env["ir.attachment"]
            .with_user(self.agent)
            .create(self._prepare_file() | {"res_model": "slm.contract", "res_id": 0})
        )
        files = (
            self.contract.text_ids
            | self.acceptance.attachment_ids
            | self.interaction.attachment_ids
            | stray.sudo()
        )
        self.assertEqual(len(files), 4)
        for file in files:
            for user in self.requesters:
                mine = file.with_user(user)
                with self.subTest(file=file.res_model, user=user.login):
                    for go in (
                        lambda mine=mine: mine.read(["raw"]),
                        mine.generate_access_token,
                        lambda mine=mine: mine.write({"public": True}),
                        lambda mine=mine: mine.copy(),
                    ):
                        with self.assertRaises(AccessError):
                            go()
                    found = (
                        mine.search([("id", "in", file.ids)])
                        if (mine.browse().has_access("read"))
                        else mine.browse()
                    )
                    self.assertFalse(found)

    def test_conditions_on_files(self):
        """Of files that are his own, by who has uploaded them or owns them."""
        for user in (u for u in self.requesters if u._is_internal()):
            files = self.env["ir.attachment"].with_user(user)
            file = files.create({"name": "x"})
            inner = [("slm_supplier_status", "=", "watch")]
            for name in ("create_uid", "company_id.partner_id"):
                for condition in (
                    (f"{name}.slm_supplier_status", "=", "watch"),
                    (f"{name}.slm_supplier_status", "!=", "watch"),
                    (name, "any", inner),
                    (name, "not any", inner),
                    ("original_id", "not any", [(name, "any", inner)]),
                ):
                    with (
                        self.subTest(user=user.login, condition=condition),
                        self.assertRaises(AccessError),
                    ):
                        files.search([("id", "=", file.id), condition])
            mine = [("id", "=", file.id), ("create_uid.login", "=", user.login)]
            self.assertEqual(files.search(mine), file)

    def test_ticket_that_can_not_move(self):
        """Who may not write a ticket is not told that there are records about it."""
        self.assertEqual(self.interaction.ticket_id, self.ticket)
        moved = {"company_id": self.other_company.id}
        for user in self.requesters:
            mine = self.ticket.with_user(user)
            if not mine.has_access("write"):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    mine.write(moved)

    def test_file_of_somebody_else(self):
        """Whoever keeps a contract takes no file into it that he may not read."""
        other = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create({"name": "Private", "raw": b"private"})
        )
        contract = self.contract.with_user(self.administrator)
        with self.assertRaises(AccessError):
            contract.text_ids = [Command.link(other.id)]

    def test_follower_without_rights(self):
        """Who is made a follower gets no news of it, and reads none."""
        self.contract.message_subscribe((self.person | self.employee.partner_id).ids)
        note = self.contract.message_post(body=SECRET)
        for user in (self.portal_user, self.employee):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    note.with_user(user).read(["body"])
                with self.assertRaises(AccessError):
                    self.contract.with_user(user).read(["name"])

    # ------------------------------------------------------------------
    # Upgrades
    # ------------------------------------------------------------------

    def test_migration_of_rules(self):
        """After an upgrade the rules are those of a new installation."""
        rule = self.env.ref("slm_management.mail_notification_rule_catalogue")
        shipped = rule.domain_force
        rule.domain_force = "[(1, '=', 1)]"
        path = file_path("slm_management/migrations/19.0.1.4.0/post-rules.py")
        load_script(path, "post_rules").migrate(self.env.cr, "19.0.1.3.0")
        rule.invalidate_recordset()
        self.assertEqual(rule.domain_force, shipped)
