# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from base64 import b64encode
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form
from odoo.tools import format_date, mute_logger

from ..engine.papers import ORDER, STANDINGS
from ..models.slm_contract import DATE_FIELDS
from ..models.slm_contract_life import STATES
from .common import SlmCommon, moment
from .engine_cases import examples

TODAY = date(2024, 1, 8)
DAY = timedelta(days=1)
SUPPLIED = {
    "effective_date": "2023-01-01",
    "initial_acceptance_date": "2023-02-01",
    "final_acceptance_date": "2023-03-01",
}


class ContractCase(SlmCommon):
    """A supplier and contracts with him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Supplier"})
        cls.contracts = cls.env["slm.contract"]
        cls.foreign_company = cls._create_company(name="Other Ltd")

    @classmethod
    def create_contract(cls, name="Servers", user=None, **vals):
        vals = {"name": name, "partner_id": cls.supplier.id} | vals
        return cls.contracts.with_user(user or cls.env.user).create(vals)

    @classmethod
    def create_file(cls, name="text.pdf", user=None, **vals):
        vals = {"name": name, "datas": b64encode(name.encode())} | vals
        user = user or cls.administrator
        return cls.env["ir.attachment"].with_user(user).create(vals)

    @classmethod
    def create_acceptance(cls, contract, kind="final", user=None, **vals):
        vals = {"contract_id": contract.id, "kind": kind, "name": "Racks"} | vals
        lines = cls.env["slm.contract.acceptance"].with_user(user or cls.env.user)
        return lines.create(vals)

    def get_history(self, record, kind="changed"):
        """``[(what, from, to)]``, the oldest first."""
        self.env.flush_all()
        record.invalidate_recordset(["revision_ids"])
        lines = record.sudo().revision_ids.filtered(lambda line: line.kind == kind)
        return [
            (line.what, line.old_value, line.new_value) for line in lines.sorted("id")
        ]

    def assertNames(self, error, *texts):
        for text in texts:
            self.assertIn(text, str(error.exception))

    def count_queries(self, act):
        """How many queries it takes, with nothing in the cache but the usual."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


class TestContractDates(ContractCase):
    """Dates in an impossible order, and impossible dates."""

    def assertDisorder(self, first, second, act):
        """An error names the contract and both dates, with their fields."""
        with self.assertRaises(ValidationError) as error:
            act()
            self.env.flush_all()
        self.assertNames(error, "Servers")
        for name, day in (first, second):
            label = self.contracts._fields[name]._description_string(self.env)
            self.assertNames(error, label, format_date(self.env, day))

    def test_every_pair(self):
        early, late = "2023-05-01", "2023-05-02"
        for one, two in ORDER:
            pair = (DATE_FIELDS[one], late), (DATE_FIELDS[two], early)
            with self.subTest(one=one, two=two):
                self.assertDisorder(
                    *pair, lambda p=pair: self.create_contract(**dict(p))
                )
                contract = self.create_contract()
                self.assertDisorder(*pair, lambda c=contract, p=pair: c.write(dict(p)))

    def test_every_pair_by_one_move(self):
        """Whichever of the two moves."""
        days = dict.fromkeys(DATE_FIELDS.values(), "2023-05-02")
        for one, two in ORDER:
            for moved, to in ((one, "2023-05-03"), (two, "2023-05-01")):
                names = DATE_FIELDS[one], DATE_FIELDS[two]
                after = {name: days[name] for name in names} | {DATE_FIELDS[moved]: to}
                with self.subTest(one=one, two=two, moved=moved):
                    vals = {name: days[name] for name in names}
                    contract = self.create_contract(**vals)
                    self.assertDisorder(
                        *after.items(),
                        lambda c=contract, m=moved, t=to: c.write({DATE_FIELDS[m]: t}),
                    )

    def test_same_day_is_fine(self):
        day = date(2023, 5, 1)
        contract = self.create_contract(**dict.fromkeys(DATE_FIELDS.values(), day))
        self.assertEqual(contract.state, "terminated")

    def test_of_two_contracts_the_wrong_one_is_named(self):
        fine = self.create_contract("Fine")
        wrong = self.create_contract(end_date="2022-01-01")
        dates = ("effective_date", "2023-01-01"), ("end_date", "2022-01-01")
        both = fine + wrong
        self.assertDisorder(
            *dates, lambda: both.write({"effective_date": "2023-01-01"})
        )

    def test_by_acceptances(self):
        contract = self.create_contract(effective_date="2023-01-01")
        done = {"result": "accepted"}
        self.create_acceptance(contract, "initial", actual_date="2023-06-02", **done)
        self.assertDisorder(
            ("initial_acceptance_date", "2023-06-02"),
            ("final_acceptance_date", "2023-06-01"),
            lambda: self.create_acceptance(contract, actual_date="2023-06-01", **done),
        )

    def test_by_months_of_warranty(self):
        """They count from the final acceptance, and end before the initial one never;
        an end that was entered may be overtaken by an acceptance."""
        contract = self.create_contract(
            effective_date="2023-01-01", warranty_date="2023-06-01"
        )
        self.assertDisorder(
            ("final_acceptance_date", "2023-06-02"),
            ("warranty_date", "2023-06-01"),
            lambda: self.create_acceptance(
                contract, actual_date="2023-06-02", result="accepted"
            ),
        )

    def test_months_follow(self):
        contract = self.create_contract(**SUPPLIED, warranty_months=12)
        self.assertEqual(contract.warranty_date, date(2024, 3, 1))
        contract.final_acceptance_date = "2023-08-31"
        contract.warranty_months = 6
        self.assertEqual(contract.warranty_date, date(2024, 2, 29))
        contract.warranty_months = 0
        self.assertEqual(contract.warranty_date, date(2024, 2, 29))
        contract.warranty_months = 1
        contract.final_acceptance_date = False
        self.assertFalse(contract.warranty_date)

    def test_months_are_not_contradicted(self):
        contract = self.create_contract(**SUPPLIED, warranty_months=12)
        with self.assertRefused("12 months of warranty"):
            contract.warranty_date = "2024-03-02"
        with self.assertRefused("Servers"):
            self.create_contract(
                **SUPPLIED, warranty_months=12, warranty_date="2030-01-01"
            )
        contract.write({"warranty_months": 0, "warranty_date": "2024-03-02"})

    def test_notice(self):
        contract = self.create_contract(effective_date="2023-01-01")
        self.assertDisorder(
            ("effective_date", "2023-01-01"),
            ("notice_given_date", "2022-12-31"),
            lambda: contract.write({"notice_given_date": "2022-12-31"}),
        )

    def test_notice_to_come(self):
        """It would keep reminders silent from now on, and the term would go on."""
        contract = self.create_contract(effective_date="2023-01-01")
        with self.assertRefused("Servers can not have been given on 01/09/2024"):
            contract.notice_given_date = TODAY + DAY
        contract.notice_given_date = TODAY

    def test_termination_to_come(self):
        contract = self.create_contract()
        with self.assertRefused("01/09/2024"):
            contract.terminated_date = TODAY + DAY
        contract.terminated_date = TODAY

    def test_effective_date_overtakes_a_partial_acceptance(self):
        contract = self.create_contract(effective_date="2023-01-01")
        self.create_acceptance(
            contract, "partial", actual_date="2023-02-01", result="rejected"
        )
        for day in ("2023-02-02", False):
            with self.assertRaises(ValidationError) as error:
                contract.effective_date = day
                self.env.flush_all()
            self.assertNames(error, "Racks", "Servers", "02/01/2023")

    def test_extreme_dates(self):
        first, last = "0001-01-01", "9999-12-31"
        for vals in (
            dict.fromkeys(DATE_FIELDS.values(), first),
            dict.fromkeys([*DATE_FIELDS.values()][:5], last),
            {"effective_date": first, "end_date": last, "notice_period": 36525},
            {"end_date": first, "notice_period": 1, "notice_lead_days": 36525},
            {"final_acceptance_date": last, "warranty_months": 1200},
        ):
            for unit in ("days", "weeks", "months"):
                with self.subTest(vals=vals, unit=unit):
                    contract = self.create_contract(notice_unit=unit, **vals)
                    self.assertIn(contract.state, STANDINGS)
                    self.assertIn(contract, contract.search([("state", "!=", False)]))
                    self.assertIn(contract.is_expiring, (True, False))

    def test_a_thousand_years_of_renewals(self):
        contract = self.create_contract(
            effective_date="0001-01-01",
            end_date="0001-01-31",
            renewal="tacit",
            renewal_months=1,
        )
        contract._renew()
        self.assertEqual(contract.end_date, date(2024, 1, 31))
        self.assertEqual(contract.renewal_count, 2023 * 12)

    def test_huge_numbers(self):
        contract = self.create_contract()
        for name in (
            "warranty_months",
            "renewal_months",
            "notice_period",
            "acceptance_lead_days",
            "term_lead_days",
            "notice_lead_days",
            "warranty_lead_days",
        ):
            label = self.contracts._fields[name]._description_string(self.env)
            for value in (10**9, 2**31, 10**30, -(2**40)):
                with self.subTest(name=name, value=value):
                    with self.assertRaises(ValidationError) as error:
                        contract.write({name: value})
                    self.assertNames(error, "Servers", label, str(value))
                    with self.assertRaises(ValidationError) as error:
                        self.create_contract(**{name: value})
                    self.assertNames(error, "Servers", label)

    def test_negative_numbers(self):
        for name in ("warranty_months", "renewal_months", "notice_period", "amount"):
            with self.subTest(name=name), mute_logger("odoo.sql_db"):
                with self.assertRaises(CheckViolation), self.cr.savepoint():
                    self.create_contract(**{name: -1})
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.create_contract(term_lead_days=-1)


class TestContractState(ContractCase):
    """Where contracts stand: in Python, in searches, groups and sorting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.east = cls._create_company(name="East")
        cls.east.partner_id.tz = "Pacific/Kiritimati"
        cls.west = cls._create_company(name="West")
        cls.west.partner_id.tz = "Pacific/Pago_Pago"
        cls.companies = cls.company + cls.east + cls.west
        cls.all = cls.contracts.create(
            [
                {
                    "name": f"Contract {number}",
                    "partner_id": cls.supplier.id,
                    "company_id": cls.companies[number % 3].id,
                }
                for number in range(24)
            ]
        )

    def set_dates(self, papers):
        """Any dates, in any order, as the ORM would refuse them."""
        self.env.flush_all()
        columns = [*DATE_FIELDS.values()]
        sets = ", ".join(f"{name} = %s::date" for name in columns)
        for contract, paper in zip(self.all, papers, strict=True):
            self.env.cr.execute(
                f"UPDATE slm_contract SET {sets} WHERE id = %s", [*paper, contract.id]
            )
        self.env.invalidate_all()

    offsets = st.one_of(st.none(), st.integers(-3, 3))
    paper = st.tuples(
        *[offsets.map(lambda d: None if d is None else TODAY + d * DAY)] * 6
    )
    seconds = st.one_of(
        st.integers(-86400, 86400),
        # around the midnights of the three companies
        st.sampled_from([(10, 0), (11, 0), (23, 0)]).map(lambda t: t[0] * 3600),
        st.sampled_from([10 * 3600 - 1, 11 * 3600 - 1, 23 * 3600 - 1]),
    )
    draw = given(st.lists(paper, min_size=24, max_size=24), seconds)

    def search(self, *leaf):
        domain = [("id", "in", self.all.ids), leaf]
        return self.contracts.search(domain, order="id")

    @examples(30)
    @draw
    def test_state_as_in_sql(self, papers, seconds):
        self.at(datetime(2024, 1, 8) + timedelta(seconds=seconds))
        self.set_dates(papers)
        held = {contract: contract.state for contract in self.all}
        groups = dict(
            self.contracts._read_group(
                [("id", "in", self.all.ids)], ["state"], ["id:recordset"]
            )
        )
        for state in STANDINGS:
            inside = self.all.filtered(lambda c, state=state: held[c] == state)
            self.assertEqual(self.search("state", "=", state), inside)
            self.assertEqual(self.search("state", "!=", state), self.all - inside)
            self.assertEqual(groups.get(state, self.contracts), inside)
        ordered = self.contracts.search([("id", "in", self.all.ids)], order="state, id")
        self.assertEqual(ordered, self.all.sorted(lambda c: (held[c], c.id)))

    @examples(20)
    @draw
    def test_in_force_as_in_sql(self, papers, seconds):
        self.at(datetime(2024, 1, 8) + timedelta(seconds=seconds))
        self.set_dates(papers)
        binding = self.all.filtered("is_binding")
        self.assertEqual(self.search("is_binding", "=", True), binding)
        self.assertEqual(self.search("is_binding", "!=", True), self.all - binding)
        self.assertEqual(self.search("is_binding", "=", False), self.all - binding)
        self.assertEqual(self.search("is_binding", "!=", False), binding)
        self.assertEqual(self.search("is_binding", "in", [True, False]), self.all)
        self.assertFalse(self.search("is_binding", "in", []))
        found = self.all.filtered_domain([("is_binding", "=", True)])
        self.assertEqual(found, binding)

    leads = st.tuples(st.integers(0, 3), st.integers(0, 3))

    @examples(8)
    @given(st.lists(st.tuples(paper, leads), min_size=24, max_size=24))
    def test_expiring_as_in_sql(self, drawn):
        """Against what the word says: an end that is to come within its lead time."""
        expected = self.contracts
        for contract, ((begin, _i, _f, warranty, end, _t), leads) in zip(
            self.all, drawn, strict=True
        ):
            begin = begin and min(filter(None, [begin, warranty, end]))
            contract.write(
                {
                    "effective_date": begin,
                    "warranty_date": warranty,
                    "end_date": end,
                    "term_lead_days": leads[0],
                    "warranty_lead_days": leads[1],
                }
            )
            today = contract._get_today()
            ends = [(end, leads[0]), (warranty, leads[1])]
            near = [d for d, lead in ends if d and today <= d <= today + lead * DAY]
            expected |= contract if near and begin else self.contracts
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.all.filtered("is_expiring"), expected)
        self.assertEqual(self.search("is_expiring", "=", True), expected)
        self.assertEqual(self.search("is_expiring", "=", False), self.all - expected)

    def test_values_that_are_none(self):
        for value in (False, None, "nonsense", 1, "", "'; DROP"):
            with self.subTest(value=value):
                self.assertFalse(self.search("state", "=", value))
                self.assertEqual(self.search("state", "!=", value), self.all)
        self.assertEqual(self.search("state", "in", ["preparation", False]), self.all)
        self.assertEqual(self.search("state", "not in", ["ended", "x"]), self.all)
        self.assertFalse(self.search("state", "in", []))
        self.assertEqual(self.search("state", "not in", []), self.all)

    def test_from_elsewhere(self):
        """Searched and grouped through a relation, and negated as a whole."""
        line = self.create_acceptance(self.all[0])
        lines = line.search([("contract_id.state", "=", "preparation")])
        self.assertIn(line, lines)
        no = ~Domain("state", "=", "preparation") & Domain("id", "in", self.all.ids)
        self.assertFalse(self.contracts.search(no))
        groups = line._read_group(
            [("id", "=", line.id)], ["contract_id.state"], ["__count"]
        )
        self.assertEqual(groups, [("preparation", 1)])

    def test_groups_of_lists(self):
        self.all[0].effective_date = TODAY
        domain = [("id", "in", self.all.ids)]
        told = self.contracts.with_user(self.agent).with_context(
            allowed_company_ids=self.companies.ids
        )
        self.agent.company_ids = self.companies
        result = told.web_read_group(domain, ["state"], ["__count"], opening_info=[])
        groups = {group["state"]: group for group in result["groups"]}
        self.assertEqual(groups["in_force"]["__count"], 1)
        self.assertEqual(groups["preparation"]["__count"], 23)
        inside = Domain(groups["in_force"]["__extra_domain"]) & Domain(domain)
        self.assertEqual(told.search(inside), self.all[0])
        field = told.fields_get(["state"])["state"]
        self.assertTrue(
            field["groupable"] and field["sortable"] and field["searchable"]
        )

    def test_what_is_not_flushed_is_found(self):
        contract = self.all[0]
        self.env.flush_all()
        with self.env.protecting([self.contracts._fields["effective_date"]], contract):
            contract.effective_date = TODAY
        self.assertIn(contract, self.search("state", "=", "in_force"))

    def test_requesters_do_not_group(self):
        for user in (self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                self.contracts.with_user(user).formatted_read_group([], ["state"])
            with self.assertRaises(AccessError):
                self.contracts.with_user(user).search([("state", "=", "ended")])

    def test_midnight_of_the_company(self):
        """Nobody writes anything, and each company has midnight at its own time."""
        ours, east, west = self.all[:3]
        self.all[:3].write({"effective_date": TODAY, "end_date": TODAY})
        self.env.flush_all()
        for text, contract in (
            ("mon 11:00", east),  # 10:00 UTC is midnight in Kiritimati
            ("tue 00:00", ours),
            ("tue 12:00", west),
        ):
            self.at(moment(text) - timedelta(seconds=1))
            self.env.invalidate_all()
            self.assertEqual(contract.state, "in_force", text)
            self.assertNotIn(contract, self.search("state", "=", "ended"))
            self.at(text)
            self.env.invalidate_all()
            self.assertEqual(contract.state, "ended", text)
            self.assertIn(contract, self.search("state", "=", "ended"))

    def test_every_state_has_a_name(self):
        self.assertEqual([name for name, _label in STATES], [*STANDINGS])

    def test_queries(self):
        act = lambda: self.search("state", "=", "ended").mapped("state")  # noqa: E731
        self.assertLessEqual(self.count_queries(act), 8)


class TestContractEnd(ContractCase):
    """Termination, which is for managers, and renewal, which nobody forges."""

    ending = {"terminated_date": "2024-01-05", "termination_reason": "Bankrupt"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.create_contract(effective_date="2023-01-01")

    def assertForManagers(self, act):
        with self.assertRefused("service level manager", AccessError):
            act(self.administrator)
        act(self.manager)

    def test_write(self):
        for name, value in self.ending.items():
            self.assertForManagers(
                lambda user, n=name, v=value: self.contract.with_user(user).write(
                    {n: v}
                )
            )
            self.assertForManagers(
                lambda user, n=name: self.contract.with_user(user).write({n: False})
            )

    def test_create(self):
        for name, value in self.ending.items():
            self.assertForManagers(
                lambda user, n=name, v=value: self.create_contract(user=user, **{n: v})
            )

    def test_create_by_defaults(self):
        vals = {"name": "Another", "partner_id": self.supplier.id}
        for name, value in self.ending.items():
            self.assertForManagers(
                lambda user, n=name, v=value: (
                    self.contracts.with_user(user)
                    .with_context(**{f"default_{n}": v})
                    .create(dict(vals))
                )
            )

    def test_create_by_defaults_of_the_user(self):
        self.env["ir.default"].set(
            "slm.contract", "terminated_date", "2024-01-05", self.administrator.id
        )
        with self.assertRefused("service level manager", AccessError):
            self.create_contract(user=self.administrator)

    def test_copy(self):
        self.contract.write(self.ending)
        default = dict(self.ending)
        copied = self.contract.with_user(self.administrator).copy()
        self.assertFalse(copied.terminated_date or copied.termination_reason)
        self.assertForManagers(lambda user: self.contract.with_user(user).copy(default))

    def test_load(self):
        self.contract.code = "END-1"
        for code, fine in (("END-1", self.manager), ("END-2", self.manager)):
            line = [code, "Loaded", self.supplier.name, "2024-01-05"]
            names = ["code", "name", "partner_id", "terminated_date"]
            for user in (self.administrator, fine):
                done = self.contracts.with_user(user).load(names, [line])
                self.assertEqual(bool(done["ids"]), user == fine, done["messages"])

    def test_by_other_models(self):
        """A command on a field of another model."""
        commands = [Command.update(self.contract.id, {"terminated_date": TODAY})]
        self.supplier.slm_is_supplier = True
        self.assertForManagers(
            lambda user: (
                self.supplier.with_user(user).write({"slm_contract_ids": commands})
                if user != self.manager
                else self.contract.with_user(user).write({"terminated_date": TODAY})
            )
        )

    def test_actions(self):
        self.assertForManagers(
            lambda user: self.contract.with_user(user).action_terminate()
        )
        self.assertEqual(self.contract.terminated_date, TODAY)
        self.assertEqual(self.contract.state, "terminated")
        with self.assertRefused("01/08/2024", UserError):
            self.contract.action_terminate()
        self.contract.termination_reason = "Bankrupt"
        self.assertForManagers(
            lambda user: self.contract.with_user(user).action_reinstate()
        )
        self.assertEqual(self.contract.state, "in_force")
        self.assertFalse(self.contract.termination_reason)

    def test_agents_write_nothing(self):
        contract = self.contract.with_user(self.agent)
        for act in (
            lambda: contract.write({"name": "Mine"}),
            contract.action_terminate,
            contract.copy,
            contract.unlink,
            lambda: self.create_acceptance(contract, user=self.agent),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_only_managers_delete(self):
        with self.assertRaises(AccessError):
            self.contract.with_user(self.administrator).unlink()
        self.contract.with_user(self.manager).unlink()

    def test_end_by_the_day_of_the_company(self):
        """Each company ends its contracts on its own day."""
        self.foreign_company.partner_id.tz = "Pacific/Pago_Pago"
        other = self.create_contract(company_id=self.foreign_company.id)
        (self.contract + other).action_terminate()
        self.assertEqual(self.contract.terminated_date, TODAY)
        self.assertEqual(other.terminated_date, TODAY - DAY)
        self.assertEqual({other.state, self.contract.state}, {"terminated"})


class TestContractRenewal(ContractCase):
    """Tacit renewals and notice."""

    def create_tacit(self, end="2023-12-31", months=12, **vals):
        vals = {"effective_date": "2020-01-01"} | vals
        return self.create_contract(
            end_date=end, renewal="tacit", renewal_months=months, **vals
        )

    def renew(self, contract, text):
        self.at(datetime.fromisoformat(f"{text} 12:00:00"))
        contract._renew()
        return contract.end_date and contract.end_date.isoformat()

    def test_needs(self):
        with self.assertRefused("Servers"):
            self.create_tacit(months=0)
        with self.assertRefused("Servers"):
            self.create_tacit(end=False)
        contract = self.create_tacit()
        for name in ("end_date", "renewal_months"):
            with self.assertRefused("Servers"):
                contract[name] = False
        draft = self.create_tacit(end=False, effective_date=False)
        with self.assertRefused("Servers"):
            draft.effective_date = "2024-01-01"

    def test_ends_of_months(self):
        contract = self.create_tacit(end="2023-12-31", months=1)
        ends = ["2024-01-31", "2024-02-29", "2024-03-31"]
        days = ["2024-01-01", "2024-02-01", "2024-03-01"]
        self.assertEqual([self.renew(contract, day) for day in days], ends)
        self.assertEqual(contract.renewal_count, 3)
        self.assertEqual(contract.renewal_anchor_date, date(2023, 12, 31))

    def test_days_that_short_months_do_not_have(self):
        contract = self.create_tacit(end="2024-01-30", months=1)
        self.assertEqual(self.renew(contract, "2024-02-01"), "2024-02-29")
        self.assertEqual(self.renew(contract, "2024-03-01"), "2024-03-30")

    def test_notice_in_time(self):
        terms = {"notice_period": 3, "notice_unit": "months"}
        contract = self.create_tacit(end="2024-03-31", **terms)
        self.assertEqual(contract.notice_date, date(2023, 12, 31))
        contract.notice_given_date = "2023-12-31"
        self.assertEqual(self.renew(contract, "2024-04-01"), "2024-03-31")
        self.assertEqual(contract.state, "ended")

    def test_notice_too_late(self):
        terms = {"notice_period": 3, "notice_unit": "months"}
        contract = self.create_tacit(end="2024-03-31", **terms)
        contract.notice_given_date = "2024-01-01"
        self.assertEqual(self.renew(contract, "2024-04-01"), "2025-03-31")
        self.assertEqual(self.renew(contract, "2025-04-01"), "2025-03-31")
        self.assertEqual(contract.state, "ended")

    def test_notice_without_a_period(self):
        contract = self.create_tacit(end="2024-01-31", notice_period=0)
        self.assertFalse(contract.notice_date)
        self.at(datetime(2024, 1, 31, 12))
        contract.notice_given_date = "2024-01-31"
        self.assertEqual(self.renew(contract, "2024-02-01"), "2024-01-31")

    def test_notice_units(self):
        for unit, day in (
            ("days", "2023-12-29"),
            ("weeks", "2023-12-17"),
            ("months", "2023-10-31"),
        ):
            contract = self.create_tacit(notice_period=2, notice_unit=unit)
            self.assertEqual(contract.notice_date, fields.Date.to_date(day), unit)

    def test_not_without_need(self):
        for vals in (
            {"effective_date": False},
            {"active": False},
            {"terminated_date": "2024-01-01"},
            {"renewal": "agreement"},
        ):
            contract = self.create_tacit()
            contract.write(vals)
            domain = self.contracts._get_renewable_domain(
                self.contracts._get_every_today()
            )
            self.assertFalse(contract.filtered_domain(domain), vals)

    def test_not_forged(self):
        """Neither the anchor nor the number of renewals is for anybody to say."""
        contract = self.create_tacit()
        forged = {"renewal_anchor_date": "2000-01-30", "renewal_count": 99}
        admins = (self.administrator, self.manager)
        for (name, value), user in zip(forged.items(), admins, strict=True):
            with self.assertRefused("Enter the end of term", AccessError):
                contract.with_user(user).write({name: value})
            with self.assertRefused("Enter the end of term", AccessError):
                contract.with_user(user).write({name: value, "end_date": TODAY})
            with self.assertRefused("Enter the end of term", AccessError):
                self.create_contract(user=user, **{name: value})
            names = ["code", "name", "partner_id", name]
            line = [contract.code, "Loaded", self.supplier.name, str(value)]
            done = contract.with_user(user).load(names, [line])
            self.assertFalse(done["ids"])
        self.assertEqual(contract.renewal_count, 0)
        self.assertEqual(contract.renewal_anchor_date, contract.end_date)

    def test_not_forged_by_defaults(self):
        contracts = self.contracts.with_user(self.administrator).with_context(
            default_renewal_anchor_date="2000-01-30", default_renewal_count=99
        )
        vals = {"name": "X", "partner_id": self.supplier.id, "end_date": "2024-05-31"}
        contract = contracts.create(vals)
        self.assertEqual(contract.renewal_count, 0)
        self.assertEqual(contract.renewal_anchor_date, date(2024, 5, 31))
        self.assertNotIn("renewal_count", vals)

    def test_another_end_is_counted_from(self):
        contract = self.create_tacit(end="2023-12-30", months=1)
        self.assertEqual(self.renew(contract, "2024-03-01"), "2024-03-30")
        contract.end_date = "2024-04-30"
        self.assertEqual(contract.renewal_count, 0)
        self.assertEqual(contract.renewal_anchor_date, date(2024, 4, 30))

    def test_the_same_end_is_no_other(self):
        """A file that is imported again does not move the anchor."""
        contract = self.create_tacit(end="2024-01-30", months=1)
        self.assertEqual(self.renew(contract, "2024-02-01"), "2024-02-29")
        contract.with_user(self.administrator).write({"end_date": "2024-02-29"})
        self.assertEqual(contract.renewal_count, 1)
        self.assertEqual(self.renew(contract, "2024-03-01"), "2024-03-30")

    def test_another_length_is_counted_from_the_present_end(self):
        contract = self.create_tacit(end="2020-12-31", months=12)
        self.assertEqual(self.renew(contract, "2024-06-01"), "2024-12-31")
        contract.with_user(self.administrator).renewal_months = 24
        self.assertEqual(contract.end_date, date(2024, 12, 31))
        self.assertEqual(self.renew(contract, "2025-01-01"), "2026-12-31")

    def test_several_at_once(self):
        """Of those that get one end of term, only what moves is counted anew."""
        moved, same = self.create_tacit(), self.create_tacit(end="2022-12-31")
        same._renew()
        (moved + same).write({"end_date": same.end_date})
        self.assertEqual(same.renewal_count, 2)
        self.assertEqual(same.renewal_anchor_date, date(2022, 12, 31))
        self.assertEqual(moved.renewal_count, 0)
        self.assertEqual(moved.renewal_anchor_date, same.end_date)


class TestContract(ContractCase):
    """What it is called, what hangs on it, who reads it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.create_contract(external_number="PO-4711/24")

    # ------------------------------------------------------------------
    # Names
    # ------------------------------------------------------------------

    def test_code(self):
        other = self.create_contract("Other")
        self.assertTrue(self.contract.code and other.code)
        self.assertNotEqual(self.contract.code, other.code)
        self.assertEqual(self.create_contract(code=" MY-1 ").code, "MY-1")
        foreign = self.create_contract(code="MY-1", company_id=self.foreign_company.id)
        self.assertEqual(foreign.code, "MY-1")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.create_contract(code="MY-1")

    def test_name_search(self):
        for text in ("PO-4711", self.contract.code, "Serv"):
            found = dict(self.contracts.with_user(self.agent).name_search(text))
            self.assertIn(self.contract.id, found, text)
        for text in ("PO-4711/24", self.contract.code, self.contract.display_name):
            exact = self.contracts.name_search(text, operator="=")
            self.assertEqual([id_ for id_, _name in exact], self.contract.ids)
        self.assertEqual(self.contract.display_name, f"[{self.contract.code}] Servers")

    def test_copy(self):
        self.contract.write(
            SUPPLIED
            | {"end_date": "2024-12-31", "renewal": "tacit", "renewal_months": 12}
            | {"service_ids": self.service.ids, "warranty_months": 12}
            | {"text_ids": self.create_file(user=self.env.user).ids}
        )
        self.create_acceptance(self.contract, "partial")
        copied = self.contract.with_user(self.administrator).copy()
        self.assertEqual(copied.state, "preparation")
        self.assertNotEqual(copied.code, self.contract.code)
        kept = (
            "partner_id",
            "renewal",
            "renewal_months",
            "warranty_months",
            "manager_id",
        )
        for name in (*kept, "service_ids"):
            self.assertEqual(copied[name], self.contract[name], name)
        gone = [*DATE_FIELDS.values(), "notice_date", "external_number", "text_ids"]
        gone += ["acceptance_ids", "milestone_ids", "renewal_anchor_date"]
        for name in gone:
            self.assertFalse(copied[name], name)

    # ------------------------------------------------------------------
    # Import and export
    # ------------------------------------------------------------------

    def test_import_by_code(self):
        agreement = self.create_agreement(
            "UC", kind="uc", partner_id=self.supplier.id, consumers=[], activate=False
        )
        names = ["code", "name", "agreement_ids", "service_ids", "effective_date"]
        codes = f"{self.service.code},{self.other_service.code}"
        lines = [
            [self.contract.code, "Renamed", agreement.code, codes, "2023-01-01"],
        ]
        contracts = self.contracts.with_user(self.administrator)
        done = contracts.load(names, lines)
        self.assertEqual(done["ids"], self.contract.ids, done["messages"])
        self.assertEqual(self.contract.name, "Renamed")
        self.assertEqual(self.contract.agreement_ids, agreement)
        self.assertEqual(self.contract.service_ids, self.service + self.other_service)
        self.assertEqual(self.contract.state, "in_force")

    def test_export_is_imported_again(self):
        kind = self.env["slm.configuration.item.type"].create({"name": "Server"})
        item = self.env["slm.configuration.item"].create(
            {"name": "Host", "type_id": kind.id}
        )
        self.contract.write(
            SUPPLIED
            | {"warranty_months": 24, "end_date": "2025-12-31", "renewal": "tacit"}
            | {"renewal_months": 12, "service_ids": self.service.ids}
            | {"configuration_item_ids": item.ids, "active": False}
        )
        names = ["code", "name", "partner_id", "service_ids", "configuration_item_ids"]
        names += ["renewal", "renewal_months", "effective_date", "end_date"]
        names += ["final_acceptance_date", "warranty_months", "warranty_date", "active"]
        self.administrator.group_ids += self.env.ref("base.group_allow_export")
        contract = self.contract.with_user(self.administrator)
        rows = contract.export_data(names)["datas"]
        self.assertEqual(rows[0][3:5], [self.service.code, item.code])
        rows = [["" if v is False else str(v) for v in row] for row in rows]
        history = len(self.get_history(contract))
        done = contract.load(names, rows)
        self.assertEqual(done["ids"], contract.ids, done["messages"])
        self.assertEqual(len(self.get_history(contract)), history)
        rows[0][0] = "NEW-1"
        done = contract.load(names, rows)
        copied = contract.browse(done["ids"])
        self.assertEqual(copied.service_ids, self.service, done["messages"])
        self.assertEqual(copied.warranty_date, self.contract.warranty_date)

    # ------------------------------------------------------------------
    # Relations
    # ------------------------------------------------------------------

    def create_papers(self):
        """A UC, an SLA, an item."""
        kind = self.env["slm.configuration.item.type"].create({"name": "Server"})
        item = self.env["slm.configuration.item"].create(
            {"name": "Host", "type_id": kind.id}
        )
        contract = self.create_agreement(
            "UC", kind="uc", partner_id=self.supplier.id, consumers=[], activate=False
        )
        return contract, self.create_agreement("SLA", activate=False), item

    def test_agreement_kinds(self):
        uc, sla, _item = self.create_papers()
        sold = self.create_contract(partner_role="customer", agreement_ids=sla.ids)
        self.contract.agreement_ids = uc
        with self.assertRefused(sla.display_name):
            self.contract.agreement_ids = sla
        with self.assertRefused("Servers"):
            sold.agreement_ids = sla + uc
        with self.assertRefused(uc.display_name):
            self.contract.partner_role = "customer"

    def test_agreement_kinds_from_the_other_side(self):
        uc, sla, _item = self.create_papers()
        with self.assertRefused("Servers"):
            sla.contract_ids = self.contract
        uc.contract_ids = self.contract
        self.assertEqual(self.contract.agreement_ids, uc)

    def test_history_on_both_sides(self):
        uc, _sla, item = self.create_papers()
        name = self.contract.display_name
        for field, other in (
            ("agreement_ids", uc),
            ("service_ids", self.service),
            ("configuration_item_ids", item),
        ):
            label = self.contract._fields[field]._description_string(self.env)
            with self.subTest(field=field):
                self.contract[field] = other
                line = (label, False, other.display_name)
                self.assertEqual(self.get_history(self.contract)[-1], line)
                self.assertEqual(
                    self.get_history(other)[-1], ("Contracts", False, name)
                )
                other.contract_ids = [Command.clear()]
                line = (label, other.display_name, False)
                self.assertEqual(self.get_history(self.contract)[-1], line)
                self.assertEqual(
                    self.get_history(other)[-1], ("Contracts", name, False)
                )

    def test_history_of_dates(self):
        self.contract.write(SUPPLIED | {"warranty_months": 12})
        told = {what: new for what, _old, new in self.get_history(self.contract)}
        self.assertEqual(told["Final Acceptance"], "2023-03-01")
        self.assertEqual(told["Months of Warranty"], "12")
        self.contract.with_user(self.manager).unlink()
        lines = self.env["slm.revision"].search(
            [("res_model", "=", "slm.contract"), ("res_id", "=", self.contract.id)]
        )
        self.assertIn("deleted", lines.mapped("kind"))

    def test_archived(self):
        self.contract.write({"effective_date": TODAY, "end_date": TODAY + DAY})
        self.contract.action_archive()
        self.assertEqual(self.contract.state, "in_force")
        self.assertFalse(self.contract.is_expiring)
        self.assertNotIn(self.contract, self.contracts.search([]))
        self.contract.action_unarchive()
        self.assertTrue(self.contract.is_expiring)

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def create_foreigners(self):
        """``{field: what belongs to another company}``"""
        vals = {"name": "Foreign", "company_id": self.foreign_company.id}
        kind = self.env["slm.configuration.item.type"].create({"name": "T"})
        hours = self.create_calendar("Foreign", (8, 12), company_id=vals["company_id"])
        agreement = self.create_agreement(
            kind="uc",
            activate=False,
            consumers=[],
            calendar_id=hours.id,
            partner_id=self.supplier.id,
            **vals,
        )
        item = {"type_id": kind.id} | vals
        return {
            "partner_id": self.env["res.partner"].create(dict(vals)),
            "calendar_id": hours,
            "agreement_ids": agreement,
            "service_ids": self.env["slm.service"].create(vals),
            "configuration_item_ids": self.env["slm.configuration.item"].create(item),
        }

    def test_another_company(self):
        for field, foreign in self.create_foreigners().items():
            with self.subTest(field=field):
                with self.assertRaises(UserError):
                    self.contract[field] = foreign
                    self.env.flush_all()
                with self.assertRaises(UserError):
                    self.create_contract(
                        **{
                            field: foreign.ids[0]
                            if field in ("partner_id", "calendar_id")
                            else foreign.ids
                        }
                    )
                if "contract_ids" in foreign._fields:
                    with self.assertRaises(UserError):
                        foreign.contract_ids = self.contract
                        self.env.flush_all()

    def test_move_to_another_company(self):
        self.contract.service_ids = self.service
        with self.assertRaises(UserError):
            self.contract.company_id = self.foreign_company
            self.env.flush_all()

    def test_nobody_reads_another_company(self):
        foreign = self.create_contract("Secret", company_id=self.foreign_company.id)
        line = self.create_acceptance(foreign)
        for user in (self.agent, self.administrator, self.manager):
            for record in (foreign, line):
                with self.assertRaises(AccessError):
                    record.with_user(user).read(["name"])
        with self.assertRaises(AccessError) as error:
            self.create_acceptance(foreign, user=self.administrator)
        self.assertNotIn("Secret", str(error.exception))
        mine = self.create_acceptance(self.contract)
        with self.assertRaises(AccessError) as error:
            mine.with_user(self.administrator).contract_id = foreign.id
        self.assertNotIn("Secret", str(error.exception))

    # ------------------------------------------------------------------
    # Budgets
    # ------------------------------------------------------------------

    def test_writes_are_batched(self):
        many = self.contracts.create(
            [
                {"name": f"No. {number}", "partner_id": self.supplier.id}
                for number in range(101)
            ]
        )
        steps = (
            {"effective_date": "2023-01-01", "end_date": "2024-12-31"},
            {"final_acceptance_date": "2023-03-01", "warranty_months": 12},
            {"end_date": "2025-12-31", "notice_period": 3},
            {"renewal": "tacit", "renewal_months": 12},
            {"terminated_date": "2024-01-05"},
        )
        for vals in steps:
            with self.subTest(vals=vals):
                one = self.count_queries(lambda v=vals: many[0].write(v))
                rest = self.count_queries(lambda v=vals: many[1:].write(v))
                self.assertLessEqual(rest, one + 12)

    def test_actions_are_batched(self):
        vals = {"partner_id": self.supplier.id, "effective_date": "2023-01-01"}
        many = self.contracts.create([{"name": f"No. {n}"} | vals for n in range(51)])
        for name in ("action_terminate", "action_reinstate"):
            one = self.count_queries(getattr(many[0], name))
            rest = self.count_queries(getattr(many[1:], name))
            self.assertLessEqual(rest, one + 12, name)

    def test_form(self):
        """What an administrator sees while he fills it in."""
        with Form(self.contracts.with_user(self.administrator)) as form:
            form.name = "New"
            form.partner_id = self.supplier
            form.effective_date = "2023-01-01"
            form.final_acceptance_date = "2023-01-31"
            form.warranty_months = 1
            self.assertEqual(form.warranty_date, date(2023, 2, 28))
        self.assertEqual(form.record.state, "out_of_warranty")
