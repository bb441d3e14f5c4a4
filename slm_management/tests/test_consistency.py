# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import permutations
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..engine import WorkTime, longest
from .common import SlmCommon, week

MONDAY, DAY, MINUTE = datetime(2024, 1, 1), timedelta(days=1), timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)
#: periods that nothing in these tests goes beyond
ENOUGH = 40
#: queries of one refresh, however many agreements there are
REFRESH = 45


class TestLongest(BaseCase):
    """What promises need at worst is what a look at each minute of the week finds."""

    def draw_hours(self, dice, days):
        """Two stretches on most days; sometimes over midnight into the next one."""
        hours = []
        for day in range(days):
            if dice.random() < 0.7:
                cuts = sorted(dice.sample(range(0, 1441, 15), 4))
                moments = [MONDAY + day * DAY + cut * MINUTE for cut in cuts]
                hours += [moments[:2], moments[2:]]
        return hours or [(MONDAY, MONDAY + DAY)]

    def unroll(self, hours, period, times):
        spans = [
            (a + n * period, b + n * period) for n in range(times) for a, b in hours
        ]
        return WorkTime(spans, MONDAY, MONDAY + times * period)

    def look(self, promised, stretches, period):
        """The worst of all minutes, and of the moments behind them, in all orders."""
        worst = 0
        for order in set(permutations(stretches)):
            for minute in range(0, period // MINUTE, 15):
                for start in (
                    MONDAY + minute * MINUTE,
                    MOMENT + MONDAY + minute * MINUTE,
                ):
                    moment = start
                    for worktime, seconds in order:
                        moment = worktime.plan(moment, seconds)
                    worst = max(worst, promised.elapsed(start, moment))
        return round(worst)

    def test_equals_a_look_at_the_clock(self):
        """All edges and times are quarters of an hour, so these are looked at."""
        for seed in range(30):
            dice = random.Random(seed)
            period = (7 if seed % 3 else 14) * DAY
            hours = [self.draw_hours(dice, period // DAY) for _ in range(3)]
            drawn = [
                (dice.randrange(3), dice.randrange(1, 200) * 900)
                for _ in range(dice.randrange(1, 4))
            ]
            once = [self.unroll(spans, period, 1) for spans in hours]
            often = [self.unroll(spans, period, ENOUGH) for spans in hours]
            with self.subTest(seed=seed):
                found = longest(once[0], [(once[i], s) for i, s in drawn], period)
                seen = self.look(often[0], [(often[i], s) for i, s in drawn], period)
                self.assertEqual(found, seen)

    def test_many_stretches(self):
        """More than are tried in every order: those of the same hours are one."""
        office = [(MONDAY + n * DAY, MONDAY + n * DAY + DAY / 3) for n in range(5)]
        week = 7 * DAY
        first, other = self.unroll(office, week, 1), self.unroll(office[:1], week, 1)
        many = [(first, 900)] * 3 + [(other, 900)] * 3
        self.assertEqual(
            longest(first, many, week),
            longest(first, [(first, 2700), (other, 2700)], week),
        )


class ConsistencyCase(SlmCommon):
    """One team that serves Mail, one that serves nothing, a supplier of a server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        teams = cls.env["helpdesk.ticket.team"]
        cls.first_team = teams.create({"name": "1st Level"})
        cls.second_team = teams.create({"name": "2nd Level"})
        cls.service.team_ids = cls.first_team
        cls.supplier = cls.env["res.partner"].create(
            {"name": "ACME", "is_company": True}
        )
        cls.server = cls.env["slm.configuration.item"].create(
            {
                "name": "Server",
                "supplier_id": cls.supplier.id,
                "service_ids": cls.service.ids,
            }
        )

    @classmethod
    def create_ola(cls, minutes, team=None, **vals):
        vals = {"team_id": (team or cls.first_team).id, "kind": "ola"} | vals
        return cls.create_support(minutes, **vals)

    @classmethod
    def create_uc(cls, minutes, partner=None, **vals):
        vals = {"partner_id": (partner or cls.supplier).id, "kind": "uc"} | vals
        return cls.create_support(minutes, **vals)

    @classmethod
    def create_support(cls, minutes, **vals):
        """``minutes`` until completion, or a list of targets."""
        targets = minutes if isinstance(minutes, list) else [{"completion": minutes}]
        return cls.create_agreement(
            vals.pop("name", "Support"), consumers=[], targets=targets, **vals
        )

    def get_conflicts(self, agreement=None):
        conflicts = self.env["slm.agreement.conflict"]
        return conflicts.search(
            [("agreement_id", "=", (agreement or self.agreement).id)]
        )

    def tell(self, agreement=None):
        """``{(service, priority, metric): minutes too long}``; the kind if there is."""
        return {
            tuple(
                filter(
                    None,
                    (row.service_id.name, row.process_kind, row.priority, row.metric),
                )
            ): row.excess_seconds / 60
            for row in self.get_conflicts(agreement)
        }


class TestConsistency(ConsistencyCase):
    """The SLA in office hours: completion in 240 minutes, in 120 of priority 3."""

    # ------------------------------------------------------------------
    # What adds up
    # ------------------------------------------------------------------

    def test_no_ola_no_statement(self):
        self.assertEqual(self.tell(), {})

    def test_single_ola(self):
        ola = self.create_ola(180)
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 60})
        conflict = self.get_conflicts()
        self.assertEqual(conflict.promised_seconds, 120 * 60)
        self.assertEqual(conflict.needed_seconds, 180 * 60)
        self.assertEqual(conflict.target_id, self.agreement.target_ids[1])
        self.assertEqual(conflict.target_ids, ola.target_ids)
        self.assertEqual(conflict.company_id, self.company)

    def test_ola_and_uc(self):
        ola, uc = self.create_ola(60), self.create_uc(90)
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 30})
        conflict = self.get_conflicts()
        self.assertEqual(conflict.target_ids, (ola | uc).target_ids)
        self.assertEqual(
            conflict.support, f"{ola.code} 1st Level 1h + {uc.code} ACME 1h 30m"
        )

    def test_two_olas_in_a_row(self):
        self.create_ola(70)
        self.create_ola(80, self.second_team)
        self.assertEqual(self.tell(), {})
        self.service.team_ids |= self.second_team
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 30})

    def test_exactly_equal_is_fine(self):
        self.create_ola(60)
        self.create_uc(60)
        self.assertEqual(self.tell(), {})

    def test_one_minute_too_much(self):
        self.create_ola(61)
        self.create_uc(60)
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 1})

    def test_each_metric_by_itself(self):
        self.create_ola([{"response": 45, "completion": 100}])
        self.create_uc([{"response": 20, "closure": 500}])
        mine = {("Mail", priority, "response"): 5 for priority in "012"}
        closure = {("Mail", priority, "closure"): 20 for priority in "012"}
        mine[("Mail", "3", "response")] = 35
        closure[("Mail", "3", "closure")] = 260
        self.assertEqual(self.tell(), mine | closure)

    def test_metric_without_promise(self):
        """Who promises nothing for a metric does not count in it."""
        self.create_ola([{"response": 20}])
        self.create_uc(120)
        self.assertEqual(self.tell(), {})

    def test_per_priority(self):
        self.create_ola([{"completion": 250}, {"priority": "3", "completion": 30}])
        self.assertEqual(
            self.tell(), {("Mail", priority, "completion"): 10 for priority in "012"}
        )

    def test_pause_supplier(self):
        """The clocks stand while the ticket waits, so his promise takes no time."""
        self.create_ola(60)
        self.create_uc(90)
        self.agreement.pause_supplier = True
        self.assertEqual(self.tell(), {})

    # ------------------------------------------------------------------
    # Whose promises count
    # ------------------------------------------------------------------

    def test_per_service(self):
        """A team serves what names it, and what its OLA names."""
        self.create_ola(180)
        self.assertEqual(list(self.tell()), [("Mail", "3", "completion")])
        self.create_ola(150, self.second_team, service_ids=self.other_service.ids)
        self.assertEqual(
            self.tell(),
            {("Mail", "3", "completion"): 60, ("Print", "3", "completion"): 30},
        )

    def test_scope_of_the_sla(self):
        self.create_ola(180)
        self.agreement.service_ids = self.other_service
        self.assertEqual(self.tell(), {})
        self.agreement.service_ids |= self.service
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 60})

    def test_target_of_a_service(self):
        self.create_ola(
            [{"completion": 100}, {"service_id": self.service.id, "completion": 130}]
        )
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 10})

    def test_archived_service(self):
        self.create_ola(180)
        self.service.active = False
        self.assertEqual(self.tell(), {})
        self.agreement.service_ids = self.service
        self.assertEqual(self.tell(), {}, "It is not for all services, then")

    def test_one_ola_of_a_team(self):
        """The one that a ticket would get."""
        self.create_ola(180, sequence=2)
        self.create_ola(130, sequence=1)
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 10})

    def test_what_is_not_in_force(self):
        draft = self.create_ola(180, activate=False)
        self.assertEqual(self.tell(), {}, "a draft")
        draft.action_activate()
        self.assertTrue(self.tell())
        draft.action_terminate()
        self.assertEqual(self.tell(), {}, "a terminated one")
        self.create_ola(180, date_end="2024-01-07")
        self.create_ola(180, date_start="2024-01-09")
        self.assertEqual(self.tell(), {}, "over, and not yet begun")
        self.create_ola(180, date_end="2024-01-08")
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 60}, "last day")

    def test_sla_to_come(self):
        """It is checked as of its first day."""
        self.create_ola(180, date_end="2024-01-31")
        self.create_ola(150, date_start="2024-02-01")
        sla = self.create_agreement(date_start="2024-02-15", activate=False)
        self.assertEqual(self.tell(sla), {("Mail", "3", "completion"): 30})

    def test_states_of_the_sla(self):
        self.create_ola(180)
        for state, count in (
            ("draft", 1),
            ("review", 1),
            ("active", 1),
            ("expired", 0),
        ):
            sla = self.create_agreement(activate=False, code=f"SLA-{state}")
            if state != "draft":
                sla.sudo().write({"state": state})
            self.assertEqual(len(self.get_conflicts(sla)), count, state)

    def test_sla_that_is_over(self):
        self.create_ola(180)
        self.agreement.date_end = "2024-01-07"
        self.assertEqual(self.tell(), {})

    def test_suppliers(self):
        """That of a component in use, whoever it belongs to; who names the service."""
        contact = self.env["res.partner"].create(
            {"name": "Alice", "parent_id": self.supplier.id}
        )
        self.server.supplier_id = contact
        self.create_uc(130)
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 10})
        self.server.status = "retired"
        self.assertEqual(self.tell(), {})
        other = self.create_uc(150, self.stranger)
        self.assertEqual(self.tell(), {})
        other.action_terminate()
        self.create_uc(140, self.stranger, service_ids=self.service.ids)
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 20})

    # ------------------------------------------------------------------
    # Process kinds
    # ------------------------------------------------------------------

    def test_same_for_all_kinds(self):
        self.create_ola(180)
        self.assertFalse(self.get_conflicts().process_kind)

    def test_per_kind_of_the_ola(self):
        kinds = self.env["slm.process.kind"].search([("code", "=", "incident")])
        self.create_ola(180, process_kind_ids=kinds.ids)
        self.assertEqual(self.tell(), {("Mail", "incident", "3", "completion"): 60})

    def test_per_kind_of_the_target(self):
        self.create_ola(
            [{"completion": 100}, {"process_kind": "change", "completion": 130}]
        )
        self.assertEqual(self.tell(), {("Mail", "change", "3", "completion"): 10})

    def test_kinds_of_the_sla(self):
        """Of one kind only, all kinds that it covers are the same."""
        kinds = self.env["slm.process.kind"].search([("code", "=", "change")])
        self.create_ola(
            [{"completion": 100}, {"process_kind": "change", "completion": 130}]
        )
        self.agreement.process_kind_ids = kinds
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 10})

    def test_single_process(self):
        """An OLA for one process may hold for tickets of its kind."""
        process = self.env["slm.process"].create(
            {"name": "Outage", "kind": "incident", "service_ids": self.service.ids}
        )
        self.create_ola(130, process_ids=process.ids)
        self.create_ola(100, sequence=20)
        self.assertEqual(self.tell(), {("Mail", "incident", "3", "completion"): 10})

    # ------------------------------------------------------------------
    # Different hours
    # ------------------------------------------------------------------

    def test_friday_evening(self):
        """Around the clock an office hour may take the weekend."""
        sla = self.create_agreement(
            calendar_id=self.always.id, targets=[{"completion": 64 * 60}]
        )
        ola = self.create_ola(60)
        self.assertEqual(self.tell(sla), {})
        ola.target_ids.completion_minutes = 61
        self.assertEqual(self.tell(sla), {("Mail", p, "completion"): 1 for p in "0123"})

    def test_longer_hours_are_no_longer_promise(self):
        self.create_ola(120, calendar_id=self.always.id)
        self.assertEqual(self.tell(), {})

    def test_same_hours_in_another_calendar(self):
        same = self.create_calendar("Also Office", (8, 12), (13, 17))
        self.create_ola(60, calendar_id=same.id)
        self.create_uc(60)
        self.assertEqual(self.tell(), {})

    def test_other_time_zone(self):
        """New York opens at 14:00 in Berlin: what comes at 8:00 waits for six hours,
        without the lunch five."""
        york = self.create_calendar("York", (8, 16), tz="America/New_York")
        self.create_ola(30, calendar_id=york.id)
        self.agreement.target_ids[1].completion_minutes = 8 * 60
        # from 22:00 of the evening before on: 8-12 and 13-14 h, then half an hour
        self.agreement.target_ids[0].completion_minutes = 5 * 60 + 30
        self.assertEqual(self.tell(), {})
        self.agreement.target_ids[0].completion_minutes = 5 * 60 + 29
        self.assertEqual(self.tell(), {("Mail", p, "completion"): 1 for p in "012"})

    def test_two_weeks(self):
        """An hour every other Monday: ten office days of eight hours pass at worst."""
        fortnight = self.create_calendar("Fortnight", two_weeks_calendar=True)
        fortnight.attendance_ids = [
            Command.create(
                {
                    "name": "Monday",
                    "dayofweek": "0",
                    "hour_from": 8,
                    "hour_to": 9,
                    "week_type": "0",
                }
            )
        ]
        self.create_ola(60, calendar_id=fortnight.id)
        conflict = self.get_conflicts()[0]
        self.assertEqual(conflict.needed_seconds, 10 * 8 * 3600)

    def test_holidays_do_not_count(self):
        """Else it would depend on the day on which somebody looks."""
        self.create_holiday("mon", "sun")
        self.create_ola(120)
        self.assertEqual(self.tell(), {})

    def test_hours_that_never_open(self):
        never = self.create_calendar("Never", (8, 12))
        self.create_ola(180, calendar_id=never.id)
        never.attendance_ids.unlink()
        self.assertEqual(self.tell(), {})

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def test_companies(self):
        """An OLA of another company keeps nothing, not even of its own team."""
        other = self._create_company(name="Other Ltd")
        self.second_team.company_id = False
        self.service.team_ids |= self.second_team
        theirs = self.create_calendar("Theirs", (8, 12), company_id=other.id)
        self.create_ola(
            180, self.second_team, company_id=other.id, calendar_id=theirs.id
        )
        self.assertEqual(self.tell(), {})
        self.create_ola(180)
        rows = self.env["slm.agreement.conflict"].search([])
        self.assertEqual(rows.company_id, self.company)
        stranger = self.create_user(
            "elsewhere",
            "slm_management.group_slm_agent",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(rows.with_user(stranger).search([]))


class TestConsistencyRefresh(ConsistencyCase):
    """Whatever changes a promise: the conflicts follow."""

    @contextmanager
    def count_refreshes(self):
        """List of the agreements that were looked at, one item for each time."""
        looks = []
        model = self.env.registry["slm.agreement.conflict"]
        refresh = model._refresh_batch

        def count(records, agreements):
            looks.append(agreements)
            return refresh(records, agreements)

        with patch.object(model, "_refresh_batch", count):
            yield looks

    def assertComes(self, change):
        """There is a conflict after the change, and has been none before."""
        self.assertEqual(self.tell(), {})
        change()
        self.assertEqual(list(self.tell()), [("Mail", "3", "completion")])

    def assertGoes(self, change):
        self.assertEqual(list(self.tell()), [("Mail", "3", "completion")])
        change()
        self.assertEqual(self.tell(), {})

    def test_targets(self):
        ola = self.create_ola(100)
        line = ola.target_ids
        self.assertComes(lambda: line.write({"completion_minutes": 180}))
        self.assertGoes(lambda: line.write({"completion_minutes": 100}))
        urgent = {"priority": "3", "completion_minutes": 180, "agreement_id": ola.id}
        self.assertComes(lambda: line.create(urgent))
        self.assertGoes(lambda: (ola.target_ids - line).unlink())
        strict = self.agreement.target_ids[1]
        self.assertComes(lambda: strict.write({"completion_minutes": 90}))

    def test_states(self):
        ola = self.create_ola(180, activate=False)
        self.assertComes(ola.action_activate)
        self.assertGoes(ola.action_terminate)

    def test_deleted_ola(self):
        ola = self.create_ola(180)
        self.assertGoes(lambda: ola.sudo().unlink())

    def test_archived_ola(self):
        ola = self.create_ola(180)
        self.assertGoes(lambda: ola.write({"active": False}))

    def test_teams_of_the_service(self):
        self.create_ola(180)
        self.assertGoes(lambda: self.service.write({"team_ids": [Command.clear()]}))
        teams = {"team_ids": self.first_team.ids}
        self.assertComes(lambda: self.service.write(teams))

    def test_new_service(self):
        self.create_ola(180, self.second_team)
        self.assertEqual(self.tell(), {})
        self.env["slm.service"].create(
            {"name": "Chat", "team_ids": self.second_team.ids}
        )
        self.assertEqual(list(self.tell()), [("Chat", "3", "completion")])

    def test_service_added_to_an_ola(self):
        ola = self.create_ola(
            180, self.second_team, service_ids=self.other_service.ids, activate=False
        )
        self.agreement.service_ids = self.service
        self.service.agreement_ids |= ola
        self.assertComes(ola.action_activate)

    def test_configuration_items(self):
        self.create_uc(180)
        item, partner = self.server, self.supplier
        self.assertGoes(lambda: item.write({"supplier_id": False}))
        self.assertComes(lambda: item.write({"supplier_id": partner.id}))
        self.assertGoes(lambda: item.write({"service_ids": [Command.clear()]}))
        items = {"configuration_item_ids": item.ids}
        self.assertComes(lambda: self.service.write(items))
        self.assertGoes(lambda: item.write({"status": "retired"}))
        new = {"supplier_id": partner.id, "service_ids": self.service.ids}
        self.assertComes(lambda: item.create({"name": "New"} | new))
        self.assertGoes(lambda: (self.service.configuration_item_ids - item).unlink())

    def test_service_hours(self):
        """The hours of the OLA get shorter than those of the SLA."""
        shifts = self.create_calendar("Shifts", (8, 12), (13, 17))
        self.create_ola(110, calendar_id=shifts.id)
        self.assertEqual(self.tell(), {})
        shifts.attendance_ids = week((8, 12))
        self.assertEqual(set(map(str, self.tell().values())), {"230.0", "110.0"})

    def test_days_that_pass(self):
        """The daily job, as nobody saves anything."""
        self.create_ola(180, date_end="2024-01-09")
        self.create_ola(130, self.second_team, date_start="2024-01-12")
        self.service.team_ids |= self.second_team
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 60})
        self.at("wed 08:00")
        self.run_cron("consistency")
        self.assertEqual(self.tell(), {})
        self.at("fri 08:00")
        self.run_cron("consistency")
        self.assertEqual(self.tell(), {("Mail", "3", "completion"): 10})

    def test_at_the_end_of_the_transaction(self):
        """Also if nobody looks."""
        self.create_ola(180)
        self.env.cr.flush()
        with self.count_refreshes() as looks:
            self.assertTrue(self.tell())
        self.assertFalse(looks)

    def test_once_for_many_lines(self):
        ola = self.create_ola(100)
        self.tell()
        with self.count_refreshes() as looks:
            for priority in "0123":
                line = {"priority": priority, "completion_minutes": 180}
                ola.write({"target_ids": [Command.create(line)]})
            self.agreement.pause_supplier = True
            self.env.cr.flush()
        self.assertEqual(len(looks), 1)

    def test_what_does_not_matter(self):
        self.create_ola(180)
        self.tell()
        with self.count_refreshes() as looks:
            self.agreement.name = "Another Name"
            self.service.description = "Words"
            self.server.location = "Cellar"
            self.env.cr.flush()
        self.assertFalse(looks)

    def test_only_the_sla_itself(self):
        """The others do not depend on it."""
        self.create_agreement("Other SLA")
        self.tell()
        with self.count_refreshes() as looks:
            self.agreement.pause_supplier = True
            self.env.cr.flush()
        self.assertEqual(looks, [self.agreement])

    def test_what_stays_keeps_its_record(self):
        ola = self.create_ola([{"response": 45, "completion": 180}])
        rows = self.get_conflicts()
        self.assertEqual(set(rows.mapped("metric")), {"response", "completion"})
        ola.target_ids.completion_minutes = 190
        response = rows.filtered(lambda row: row.metric == "response")
        self.assertLess(response, self.get_conflicts())
        self.assertEqual(
            self.tell(),
            {("Mail", "3", "response"): 15, ("Mail", "3", "completion"): 70},
        )
        before = self.get_conflicts()
        self.env["slm.agreement.conflict"]._refresh_batch(self.agreement)
        self.assertEqual(self.get_conflicts(), before)

    def test_query_budget(self):
        """As many queries for an agreement as for many, on many services."""
        slas = self.agreement
        for number in range(8):
            slas |= self.create_agreement(f"SLA {number}")
        self.create_ola(180)
        self.create_uc(180)
        self.create_ola(200, self.second_team, calendar_id=self.always.id)
        conflicts = self.env["slm.agreement.conflict"]
        counts = []
        for some in (slas[:1], slas[:1], slas[:2], slas):
            conflicts.search([]).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertTrue(conflicts._refresh_batch(some))
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[-1], REFRESH, counts)
        self.assertEqual(counts[2], counts[-1], counts)


class TestConsistencyTold(ConsistencyCase):
    """Who saves something is told, and everybody who may know can look."""

    @contextmanager
    def collect_messages(self):
        """``[(login, message)]`` of what the web client shows."""
        sent = []

        def send(user, kind, message):
            self.assertEqual(kind, "simple_notification")
            sent.append((user.login, message["message"]))

        with patch.object(self.env.registry["res.users"], "_bus_send", send):
            yield sent
            self.env.cr.flush()

    def test_saving_shows_it(self):
        """The answer to the very save has the banner."""
        self.create_ola(100)
        sla = self.create_agreement(activate=False)
        self.env.cr.flush()
        line = sla.target_ids[1]
        [values] = sla.with_user(self.administrator).web_save(
            {"target_ids": [Command.update(line.id, {"completion_minutes": 90})]},
            {"conflict_count": {}, "conflict_notice": {}, "conflict_ids": {}},
        )
        self.assertEqual(values["conflict_count"], 1)
        self.assertEqual(len(values["conflict_ids"]), 1)
        notice = values["conflict_notice"]
        self.assertIn("Mail, Very High, Completion", notice)
        self.assertIn("1h 30m promised, up to 1h 40m needed, 10m too long", notice)
        self.assertIn("1st Level 1h 40m", notice)

    def test_priorities_are_told_together(self):
        self.create_ola([{"completion": 300}, {"priority": "3", "completion": 90}])
        notice = self.agreement.conflict_notice
        self.assertEqual(notice.count("<li>"), 1)
        self.assertIn("Mail, Low / Medium / High, Completion", notice)
        self.assertEqual(self.agreement.conflict_count, 3)
        self.agreement.target_ids[1].unlink()
        self.env.invalidate_all()
        self.assertIn("Low / Medium / High", self.agreement.conflict_notice)

    def test_names_are_no_markup(self):
        self.create_ola(300)
        self.first_team.name = "<b>1st</b>"
        self.assertIn("&lt;b&gt;1st&lt;/b&gt;", self.agreement.conflict_notice)

    def test_no_conflict_no_notice(self):
        self.assertFalse(self.agreement.conflict_notice)
        self.assertFalse(self.agreement.conflict_count)

    def test_long_notice(self):
        services = [
            {"name": f"S{n}", "team_ids": self.first_team.ids} for n in range(9)
        ]
        self.env["slm.service"].create(services)
        self.create_ola([{"completion": 300}])
        notice = self.agreement.conflict_notice
        self.assertIn("more", notice)
        self.assertLess(notice.count("<li>"), 10)

    def test_whoever_saves_is_notified(self):
        ola = self.create_ola(180, activate=False)
        self.env.cr.flush()
        with self.collect_messages() as sent:
            ola.with_user(self.manager).action_activate()
        [(login, message)] = sent
        self.assertEqual(login, self.manager.login)
        self.assertIn(self.agreement.display_name, message)

    def test_only_what_is_new(self):
        self.create_ola(180)
        sla = self.create_agreement(activate=False)
        self.env.cr.flush()
        with self.collect_messages() as sent:
            line = sla.with_user(self.administrator).target_ids[1]
            line.completion_minutes = 100
        self.assertEqual(self.tell(sla), {("Mail", "3", "completion"): 80})
        self.assertFalse(sent)

    def test_the_system_is_not_notified(self):
        ola = self.create_ola(100)
        self.env.cr.flush()
        with self.collect_messages() as sent:
            ola.with_user(self.env.ref("base.user_root")).target_ids.write(
                {"completion_minutes": 180}
            )
        self.assertFalse(sent)

    def test_action(self):
        self.create_ola(180)
        action = self.agreement.action_view_conflicts()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows, self.get_conflicts())

    def test_access(self):
        self.create_ola(180)
        row = self.get_conflicts()
        self.assertIn("1st Level", row.with_user(self.agent).support)
        for user in (self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                row.with_user(user).read(["service_id"])
            with self.assertRaises(AccessError):
                row.with_user(user).search([])
        for user in (self.agent, self.administrator, self.manager):
            with self.assertRaises(AccessError):
                row.with_user(user).excess_seconds = 0
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()


@tagged("post_install", "-at_install")
class TestConsistencySpeed(ConsistencyCase):
    def test_many_services_in_mixed_hours(self):
        """What is equal is worked out once."""
        services = [
            {"name": f"S{n}", "team_ids": (self.first_team | self.second_team).ids}
            for n in range(30)
        ]
        self.env["slm.service"].create(services)
        urgent = [
            {"priority": p, "response": 60, "completion": 120 * n, "closure": 240 * n}
            for n, p in enumerate("3210", 1)
        ]
        self.create_ola(urgent, calendar_id=self.always.id)
        self.create_ola(urgent, self.second_team)
        with patch(
            "odoo.addons.slm_management.models.slm_consistency.longest",
            side_effect=longest,
        ) as worked_out:
            self.assertGreater(len(self.get_conflicts()), 300)
        self.assertLessEqual(worked_out.call_count, 20)
