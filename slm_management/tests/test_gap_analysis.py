# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..engine import METRICS
from .common import SlmCommon

LINES = "slm.gap.analysis.line"
FEBRUARY = datetime(2024, 2, 1, 8)


class GapCommon(SlmCommon):
    """An SLA that promises an attainment of 90 %, and an analysis of January."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.sudo().write({"service_ids": [Command.set(cls.service.ids)]})
        cls.env.cr.execute(
            "UPDATE slm_agreement SET attainment_target = 90 WHERE id = %s",
            [cls.agreement.id],
        )
        cls.agreement.invalidate_recordset()
        cls.analyses = cls.env["slm.gap.analysis"]

    def make(self, user=None, **vals):
        vals = {
            "period": "month",
            "date_from": "2024-01-01",
            "date_to": "2024-01-31",
            "company_id": self.company.id,
        } | vals
        return self.analyses.with_user(user or self.manager).create(vals)

    def answer(self, start, end, phase="working", **vals):
        """A ticket that was created and moved on then."""
        self.at(start)
        vals = {"slm_service_id": self.service.id} | vals
        ticket = self.create_ticket(**vals)
        if end:
            self.move(ticket, phase, end)
        return ticket

    def get_line(self, analysis, metric="response", priority="1", **values):
        values |= {"metric": metric, "priority": priority}
        values.setdefault("agreement_id", self.agreement)
        found = analysis.line_ids.filtered(
            lambda line: all(line[name] == value for name, value in values.items())
        )
        self.assertEqual(len(found), 1, values)
        return found

    def make_four(self):
        """Responses in 10, 20, 30 and 90 minutes; the last one is late by the team."""
        for minutes in (10, 20, 30):
            self.answer("mon 09:00", f"mon 09:{minutes}")
        return self.answer("tue 09:00", "tue 10:30")


class TestGapFigures(GapCommon):
    """What was promised against what was measured."""

    def test_formulas(self):
        self.make_four()
        self.at(FEBRUARY)
        line = self.get_line(self.make())
        self.assertRecordValues(
            line,
            [
                {
                    "target_seconds": 3600,
                    "attainment_target": 90.0,
                    "ended": 4,
                    "met": 3,
                    "missed": 1,
                    "excluded": 0,
                    "share": 75.0,
                    "gap": -15.0,
                    "is_below": True,
                    "median_seconds": 1500,
                    # 0.9 · 3 = 2.7 between 1800 and 5400
                    "p90_seconds": 4320,
                    "gap_seconds": 720,
                    "breached": 1,
                    "breached_running": 0,
                    "has_previous": False,
                    "cause": "team",
                    "cause_count": 1,
                    "service_id": self.service.id,
                    "is_bare": False,
                }
            ],
        )

    def test_just_reached(self):
        """Exactly what was promised is no gap."""
        self.make_four()
        self.env.cr.execute(
            "UPDATE slm_agreement SET attainment_target = 75 WHERE id = %s",
            [self.agreement.id],
        )
        self.env.invalidate_all()
        self.at(FEBRUARY)
        line = self.get_line(self.make())
        self.assertEqual((line.share, line.gap, line.is_below), (75, 0, False))

    def test_each_priority_and_metric_apart(self):
        self.answer("mon 09:00", "mon 09:10")
        self.answer("mon 09:00", "mon 09:10", priority="3")
        self.answer("mon 09:00", "mon 11:00", phase="closed")
        self.at(FEBRUARY)
        analysis = self.make()
        self.assertEqual(self.get_line(analysis, priority="3").target_seconds, 1800)
        self.assertEqual(self.get_line(analysis, priority="3").share, 100)
        self.assertEqual(self.get_line(analysis).ended, 2)
        self.assertEqual(self.get_line(analysis, "completion").ended, 1)

    def test_the_same_as_figures(self):
        self.make_four()
        self.at(FEBRUARY)
        analysis = self.make()
        figures = self.env["slm.figures"]
        span = figures._get_span(date(2024, 1, 1), date(2024, 1, 31), self.company)
        scope = figures._get_scope(self.company)
        [counted] = figures._get_clock_figures(scope, [span]).values()
        for name in ("ended", "met", "missed", "excluded", "breached"):
            self.assertEqual(sum(analysis.line_ids.mapped(name)), counted[name], name)
        self.assertEqual(analysis.share, counted["share"])

    def test_what_is_late_and_runs(self):
        self.answer("wed+3 09:00", None)
        self.at(FEBRUARY)
        self.run_cron()
        line = self.get_line(self.make())
        self.assertEqual(
            (line.ended, line.breached_running, line.cause_count), (0, 1, 1)
        )
        self.assertFalse(line.is_measured or line.has_gap or line.is_below)

    def test_excluded_clocks_leave_the_share(self):
        ticket = self.make_four()
        clock = self.get_clock(ticket, "response")
        self.env["slm.clockwork"]._exclude(clock, True, "A flood")
        self.at(FEBRUARY)
        line = self.get_line(self.make())
        self.assertEqual((line.ended, line.missed, line.excluded), (4, 0, 1))
        self.assertEqual((line.share, line.gap), (100, 10))
        self.assertFalse(line.cause)
        self.assertFalse(line.is_below)

    def test_nothing_promised(self):
        self.env.cr.execute("UPDATE slm_agreement SET attainment_target = 0")
        self.env.invalidate_all()
        self.make_four()
        self.at(FEBRUARY)
        line = self.get_line(self.make())
        self.assertEqual((line.share, line.gap), (75, 0))
        self.assertFalse(line.has_gap or line.is_below)
        row = line._prepare_row()
        self.assertEqual((row["gap"], row["gap_text"]), (None, "–"))

    def test_main_cause(self):
        """The most frequent one; of several the first in their order."""
        prepare = self.analyses._prepare_causes
        told = prepare({"supplier": 2, "team": 1})
        self.assertEqual((told["cause"], told["cause_count"]), ("supplier", 2))
        self.assertEqual(
            prepare({"customer": 2, "other_team": 2})["cause"], "other_team"
        )
        self.assertEqual(prepare({})["cause_count"], 0)

    def test_groups_count_each_clock_the_same(self):
        self.make_four()
        self.answer("mon 09:00", "mon 12:00", priority="3")
        self.at(FEBRUARY)
        analysis = self.make()
        domain = [("analysis_id", "=", analysis.id), ("metric", "=", "response")]
        aggregates = ["share:avg", "gap:avg"]
        [(share, gap)] = self.env[LINES]._read_group(domain, [], aggregates)
        self.assertEqual((share, gap), (60, -30))
        domain = [("analysis_id", "=", analysis.id), ("is_bare", "=", True)]
        [(share, gap)] = self.env[LINES]._read_group(domain, [], aggregates)
        self.assertFalse(share or gap)


class TestGapTrend(GapCommon):
    """A promise against the periods before."""

    def test_six_periods(self):
        self.answer(datetime(2023, 8, 15, 8), datetime(2023, 8, 15, 8, 30))
        self.answer(datetime(2023, 12, 12, 8), datetime(2023, 12, 12, 8, 30))
        self.answer(datetime(2023, 12, 12, 8), datetime(2023, 12, 12, 10))
        self.make_four()
        self.at(FEBRUARY)
        line = self.get_line(self.make())
        self.assertEqual(
            [point["share"] for point in line.trend], [100, None, None, None, 50, 75]
        )
        self.assertEqual(line.trend[0]["from"], "2023-08-01")
        self.assertEqual((line.previous_share, line.share_change), (50, 25))
        row = line._prepare_row()
        self.assertEqual(row["trend_text"], "100.0 → – → – → – → 50.0 → 75.0")
        self.assertEqual(row["share_change_text"], "+25.0")
        self.assertEqual(row["trend"][-1]["label"], "January 2024")

    def test_versions_go_on(self):
        """A new version with the same promise goes on with the trend of the old one."""
        self.answer(datetime(2023, 12, 12, 8), datetime(2023, 12, 12, 10))
        self.at("tue 06:00")
        action = self.agreement.with_user(self.manager).action_new_version()
        newer = self.agreement.browse(action["res_id"])
        newer.with_user(self.manager).action_approve()
        self.answer("wed 09:00", "wed 09:10")
        self.at(FEBRUARY)
        analysis = self.make()
        line = self.get_line(analysis, agreement_id=newer)
        self.assertEqual((line.share, line.previous_share), (100, 0))
        self.assertTrue(line.has_previous)
        self.assertEqual(line.agreement_told, f"[{newer.code}] Office SLA (v2)")

    def test_nothing_counted_any_more(self):
        """The trend of a promise goes on when nobody asks for it."""
        self.answer(datetime(2023, 12, 12, 8), datetime(2023, 12, 12, 10))
        self.at(FEBRUARY)
        line = self.get_line(self.make(), priority=False)
        self.assertTrue(line.is_bare and line.has_previous)
        self.assertEqual(line.trend[-2]["share"], 0)
        self.assertEqual(line.share_change, 0)
        self.assertEqual(line._prepare_row()["share_change"], None)


class TestGapPromises(GapCommon):
    """Every promise is listed."""

    def test_targets_without_clocks(self):
        analysis = self.make()
        lines = analysis.line_ids.filtered(lambda li: li.agreement_id == self.agreement)
        self.assertEqual(len(lines), 6, "Two targets of three metrics")
        self.assertTrue(all(lines.mapped("is_bare")))
        told = [(li.metric, li.priority, li.target_seconds // 60) for li in lines]
        self.assertIn(("response", False, 60), told)
        self.assertIn(("closure", "3", 240), told)
        row = lines.filtered(lambda li: not li.priority)[0]._prepare_row()
        self.assertEqual(row["priority_label"], "All Priorities")
        self.assertEqual(row["service"], "All Services")
        self.assertEqual((row["share"], row["p90_text"]), (None, "–"))

    def test_a_target_with_clocks_is_no_bare_one(self):
        self.answer("mon 09:00", "mon 09:10")
        self.at(FEBRUARY)
        lines = self.make().line_ids.filtered(
            lambda li: li.agreement_id == self.agreement and li.target_seconds == 3600
        )
        self.assertEqual(lines.mapped("is_bare"), [False])

    def test_in_force_at_some_time(self):
        def targets(**vals):
            return self.create_agreement(consumers=[], **vals)

        first = targets(name="Ends", date_end="2024-01-08")
        later = targets(name="Later", date_start="2024-02-01")
        before = targets(name="Before", date_start="2023-01-01")
        before.date_end = "2023-12-31"
        draft = targets(name="Draft", activate=False)
        listed = self.make().line_ids.agreement_id
        self.assertIn(first, listed)
        self.assertFalse(listed & (later + before + draft))

    def test_all_kinds(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Network"})
        supplier = self.env["res.partner"].create(
            {"name": "Carrier", "slm_is_supplier": True}
        )
        ola = self.create_agreement("OLA", kind="ola", team_id=team.id, consumers=[])
        uc = self.create_agreement(
            "UC", kind="uc", partner_id=supplier.id, consumers=[]
        )
        analysis = self.make()
        self.assertEqual(analysis.ola_line_ids.agreement_id, ola)
        self.assertEqual(analysis.uc_line_ids.agreement_id, uc)
        kinds = analysis.line_ids.mapped("kind")
        self.assertEqual(kinds, sorted(kinds, key=["sla", "ola", "uc"].index))

    def test_terminated_before(self):
        other = self.create_agreement("Terminated", consumers=[])
        self.at("mon+1 09:00")
        other.with_user(self.manager).action_terminate()
        self.at(datetime(2024, 3, 1, 8))
        self.assertIn(other, self.make().line_ids.agreement_id)
        february = self.make(date_from="2024-02-01", date_to="2024-02-29")
        self.assertNotIn(other, february.line_ids.agreement_id)
        self.assertIn(self.agreement, february.line_ids.agreement_id)

    def test_archived_when_it_was_over(self):
        """It was in force all the same."""
        other = self.create_agreement("Terminated", consumers=[])
        self.at("mon+1 09:00")
        other.with_user(self.manager).action_terminate()
        other.active = False
        self.at(FEBRUARY)
        lines = self.make().line_ids
        self.assertIn(other, lines.agreement_id)

    def test_another_company(self):
        other = self._create_company(name="Elsewhere")
        analysis = self.analyses.create({"company_id": other.id, "period": "month"})
        self.assertFalse(analysis.line_ids)
        self.assertFalse(analysis.share)

    def test_query_budget(self):
        """However many agreements there are."""
        self.answer("mon 09:00", "mon 09:10")
        self.at(FEBRUARY)
        counts = []
        for number in range(2):
            for name in range(4 * number + 1):
                self.create_agreement(f"More {number} {name}", consumers=[])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.make(period="custom")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)
        self.assertLess(counts[1], 110)


class TestGapFrozen(GapCommon):
    """A closed analysis reads as it was."""

    def close(self, analysis):
        analysis.with_user(self.manager).action_review()
        analysis.with_user(self.manager).action_close()

    def make_closed(self):
        self.make_four()
        self.at(FEBRUARY)
        analysis = self.make()
        self.close(analysis)
        return analysis

    def test_life(self):
        self.at(FEBRUARY)
        analysis = self.make(self.administrator)
        self.assertEqual((analysis.state, analysis.manager_id), ("draft", self.manager))
        for act in (analysis.action_review, analysis.action_close):
            with self.assertRefused("Only a service level manager", AccessError):
                act()
        mine = analysis.with_user(self.manager)
        with self.assertRefused("can not become “Closed”", UserError):
            mine.action_close()
        mine.action_review()
        self.assertEqual(analysis.reviewed_by_id, self.manager)
        with self.assertRefused("can not become “Reviewed”", UserError):
            mine.action_review()
        mine.action_close()
        self.assertEqual(
            (analysis.state, analysis.closed_on), ("closed", date(2024, 2, 1))
        )

    def test_not_before_its_end(self):
        analysis = self.make()
        analysis.action_review()
        with self.assertRefused("its period is not over", UserError):
            analysis.action_close()

    def test_not_with_open_measures(self):
        self.at(FEBRUARY)
        analysis = self.make()
        line = analysis.line_ids[0]
        line.measure = "Hire"
        analysis.action_review()
        with self.assertRefused("1 of its measures are open", UserError):
            analysis.action_close()
        line.measure_done = True
        analysis.action_close()
        self.assertEqual(analysis.state, "closed")

    def test_sealed(self):
        """For everybody, on every road."""
        analysis = self.make_closed()
        line = analysis.line_ids[0]
        roads = [
            lambda a, li: a.write({"name": "Better"}),
            lambda a, li: a.write({"manager_id": False}),
            lambda a, li: a.write({"state": "draft"}),
            lambda a, li: a.write({"line_ids": [Command.delete(li.id)]}),
            lambda a, li: a.write(
                {"line_ids": [Command.update(li.id, {"measure": "X"})]}
            ),
            lambda a, li: a.update_field_translations("name", {"en_US": "Better"}),
            lambda a, li: a.unlink(),
            lambda a, li: a.action_compute(),
            lambda a, li: li.write({"measure": "More"}),
            lambda a, li: li.write({"share": 100}),
            lambda a, li: li.update_field_translations(
                "agreement_name", {"en_US": "X"}
            ),
            lambda a, li: li.unlink(),
        ]
        for number, road in enumerate(roads):
            for su in (False, True):
                asked = analysis.with_user(self.manager).sudo(su)
                with self.subTest(number=number, su=su):
                    with self.assertRaises(UserError):
                        road(asked, line.with_env(asked.env))
                        self.env.flush_all()
        self.assertEqual(analysis.state, "closed")
        self.assertEqual(line.measure, False)

    def test_says_why(self):
        analysis = self.make_closed()
        with self.assertRefused("is closed: it does not change any more", UserError):
            analysis.name = "Better"
        with self.assertRefused("is closed", UserError):
            analysis.line_ids[0].with_user(self.administrator).measure = "More"

    def test_later_edits_change_nothing(self):
        analysis = self.make_closed()
        before = list(analysis._iter_rows()), analysis._get_document()
        self.env.cr.execute(
            'UPDATE slm_agreement SET name = \'{"en_US": "New"}\', '
            "attainment_target = 10, code = 'NEW' WHERE id = %s",
            [self.agreement.id],
        )
        self.env.invalidate_all()
        self.service.name = "Post"
        ticket = self.answer("mon+5 09:00", "mon+5 12:00")
        self.assertTrue(self.get_clock(ticket, "response"))
        self.at(FEBRUARY)
        self.assertEqual(
            (list(analysis._iter_rows()), analysis._get_document()), before
        )

    def test_settings_change_nothing(self):
        """How it tells its periods is as it was, too."""
        self.make_four()
        self.at("mon+52 09:00")
        analysis = self.make(
            period="quarter", date_from="2024-01-01", date_to="2024-03-31"
        )
        analysis.with_user(self.manager).action_review()
        analysis.with_user(self.manager).action_close()
        before = list(analysis._iter_rows()), analysis._get_document()
        self.company.slm_fiscal_month = "3"
        self.company.name = "Renamed"
        self.company.partner_id.tz = "Asia/Tokyo"
        self.env.flush_all()
        self.env.invalidate_all()
        after = list(analysis._iter_rows()), analysis._get_document()
        self.maxDiff = None
        self.assertEqual(after, before)

    def test_discussions_go_on(self):
        analysis = self.make_closed()
        analysis.with_user(self.administrator).message_post(
            body="See", attachments=[("a.txt", b"a")]
        )

    def test_nobody_writes_what_follows(self):
        analysis = self.make()
        line = analysis.line_ids[0]
        with self.assertRefused("only measures are entered", UserError):
            line.share = 100
        with self.assertRefused("only measures are entered", UserError):
            line.update_field_translations("agreement_name", {"en_US": "X"})
        with self.assertRefused("come about by their buttons", UserError):
            analysis.state = "closed"
        with self.assertRefused("come about by their buttons", UserError):
            analysis.write({"closed_by_id": self.manager.id})
        defaults = {"default_state": "closed", "default_closed_on": "2024-01-01"}
        other = self.analyses.with_user(self.administrator).with_context(**defaults)
        other = other.create({"period": "week", "state": "reviewed"})
        self.assertEqual((other.state, other.closed_on), ("draft", False))
        with self.assertRefused("only measures are entered", UserError):
            self.env[LINES].with_user(self.manager).create({"analysis_id": analysis.id})

    def test_reviewed_keeps_its_period(self):
        analysis = self.make()
        analysis.action_review()
        with self.assertRefused("has been reviewed for its period", UserError):
            analysis.write({"date_from": "2023-12-01", "date_to": "2023-12-31"})
        analysis.name = "Better"
        self.assertEqual(analysis.name, "Better")

    def test_deletion(self):
        analysis = self.make()
        analysis.action_review()
        with self.assertRefused("Only a service level manager", AccessError):
            analysis.with_user(self.administrator).unlink()
        analysis.unlink()
        self.make(self.administrator).unlink()

    def test_each_period_once(self):
        self.make()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.make()
        self.make(period="custom")
        self.make(period="custom")


class TestGapAgain(GapCommon):
    """Figures are taken again; measures stay."""

    def test_measures_stay(self):
        self.make_four()
        self.at(FEBRUARY)
        analysis = self.make()
        line = self.get_line(analysis)
        line.write({"measure": "Train", "owner_id": self.administrator.id})
        self.answer("mon 10:00", "mon 10:10")
        self.at(FEBRUARY)
        analysis.action_compute()
        again = self.get_line(analysis)
        self.assertEqual((again, again.ended), (line, 5))
        self.assertEqual((line.measure, line.owner_id), ("Train", self.administrator))
        analysis.action_review()
        analysis.with_user(self.administrator).action_compute()
        self.assertEqual(line.measure, "Train")

    def test_what_is_not_found_any_more(self):
        ticket = self.answer("mon 09:00", "mon 09:10", priority="2")
        self.at(FEBRUARY)
        analysis = self.make()
        line = self.get_line(analysis, priority="2")
        other = self.get_line(analysis, "completion", priority=False)
        line.measure = "Train"
        ticket.unlink()
        analysis.action_compute()
        self.assertEqual((line.measure, line.ended), ("Train", 0))
        self.assertFalse(line.is_measured or line.trend)
        self.assertTrue(other.exists())
        line.measure = False
        analysis.action_compute()
        self.assertFalse(line.exists())

    def test_other_days(self):
        self.make_four()
        self.at(FEBRUARY)
        analysis = self.make()
        self.assertEqual(analysis.name, "Gap Analysis: January 2024")
        analysis.write({"date_from": "2023-12-01", "date_to": "2023-12-31"})
        self.assertEqual(analysis.name, "Gap Analysis: December 2023")
        self.assertFalse(any(analysis.line_ids.mapped("ended")))
        analysis.name = "Mine"
        analysis.write({"date_from": "2024-01-01", "date_to": "2024-01-31"})
        self.assertEqual(analysis.name, "Mine")
        self.assertEqual(self.get_line(analysis).ended, 4)
        analysis.name = False
        self.assertEqual(analysis.name, "Gap Analysis: January 2024")


class TestGapMeasures(GapCommon):
    """What is done about a gap, by whom, until when."""

    def setUp(self):
        super().setUp()
        self.analysis = self.make()
        self.line = self.analysis.line_ids[0]

    def plan(self, **vals):
        vals = {
            "measure": "Train the team",
            "owner_id": self.administrator.id,
            "measure_date": "2024-03-01",
        } | vals
        self.line.with_user(self.administrator).write(vals)

    def test_an_activity_of_the_owner(self):
        self.line.measure = "Train the team"
        self.line.owner_id = self.administrator
        self.assertFalse(self.line.activity_id)
        self.line.measure_date = "2024-03-01"
        activity = self.line.sudo().activity_id
        self.assertEqual(activity.user_id, self.administrator)
        self.assertEqual(activity.date_deadline, date(2024, 3, 1))
        self.assertEqual(
            (activity.res_model, activity.res_id),
            (self.analysis._name, self.analysis.id),
        )
        self.assertIn("Train the team", activity.summary)
        self.assertIn(self.agreement.code, activity.summary)

    def test_it_moves(self):
        self.plan()
        activity = self.line.sudo().activity_id
        self.plan(measure_date="2024-04-01", owner_id=self.manager.id, measure="Hire")
        self.assertEqual(self.line.sudo().activity_id, activity)
        self.assertEqual(activity.date_deadline, date(2024, 4, 1))
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Hire", activity.summary)
        self.plan(measure_date=False)
        self.assertFalse(activity.exists())

    def test_done(self):
        self.plan()
        activity = self.line.sudo().activity_id
        self.plan(measure_done=True)
        self.assertFalse(activity.active)
        self.plan(measure_done=False)
        self.assertTrue(self.line.sudo().activity_id.active)

    def test_done_on_the_list_of_activities(self):
        self.plan()
        activity = self.line.sudo().activity_id.with_user(self.administrator)
        activity.action_feedback(feedback="Trained")
        self.assertTrue(self.line.measure_done)
        self.assertEqual(self.analysis.measure_count, 0)

    def test_owner_leaves(self):
        """The measure is open still, and nobody is asked who is gone."""
        self.plan()
        self.administrator.sudo().active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.analysis.measure_count, 1)
        self.line.measure = "Train the team once more"
        self.analysis.action_compute()
        activities = self.analysis.sudo().activity_ids
        self.assertNotIn(self.administrator, activities.user_id)
        self.line.owner_id = self.manager
        self.assertEqual(self.line.sudo().activity_id.user_id, self.manager)

    def test_one_for_each_line(self):
        for line in self.analysis.line_ids[:2]:
            line.write({"owner_id": self.manager.id, "measure_date": "2024-03-01"})
        self.assertEqual(len(self.analysis.activity_ids), 2)
        self.analysis.action_compute()
        self.assertEqual(len(self.analysis.activity_ids), 2)
        self.analysis.unlink()
        self.assertFalse(
            self.env["mail.activity"].search([("res_model", "=", "slm.gap.analysis")])
        )

    def test_owners_may_read_it(self):
        for user in (self.agent, self.helpdesk_user, self.portal_user):
            with self.assertRefused("can not be the owner", ValidationError):
                self.line.sudo().owner_id = user
        other = self._create_company(name="Elsewhere")
        stranger = self.create_user(
            "elsewhere",
            "slm_management.group_slm_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        with self.assertRefused("can not be the owner", ValidationError):
            self.line.sudo().owner_id = stranger

    def test_an_agent_sees_the_text_only(self):
        """Who is not an administrator any more still knows what to do."""
        self.plan()
        self.administrator.group_ids = self.agent.group_ids
        activity = self.line.sudo().activity_id.with_user(self.administrator)
        self.assertIn("Train the team", activity.summary)
        with self.assertRaises(AccessError):
            self.analysis.with_user(self.administrator).read(["name"])
        activity.action_feedback()
        self.assertTrue(self.line.measure_done)

    def test_the_language_of_the_owner(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.administrator.lang = "de_DE"
        self.env.cr.execute(
            """UPDATE slm_agreement SET name = '{"en_US": "A", "de_DE": "B"}'"""
        )
        self.env.invalidate_all()
        self.analysis.action_compute()
        self.assertEqual(self.line.agreement_name, "A")
        self.assertEqual(self.line.with_context(lang="de_DE").agreement_name, "B")
        self.plan()
        self.assertIn("] B", self.line.sudo().activity_id.summary)


class TestGapDocument(GapCommon):
    """What screens, papers and spreadsheets tell."""

    def test_document(self):
        self.make_four()
        self.at(FEBRUARY)
        analysis = self.make()
        self.get_line(analysis).measure = "Train"
        told = analysis._get_document()
        self.assertEqual(told["title"], "Gap Analysis: January 2024")
        self.assertEqual((told["period"], told["state"]), ("January 2024", "draft"))
        self.assertEqual(told["company"], self.company.name)
        counts = told["counts"]
        self.assertEqual((counts["ended"], counts["met"], counts["missed"]), (4, 3, 1))
        self.assertEqual((counts["below"], counts["compared"]), (1, 1))
        self.assertEqual((counts["measures"], counts["measures_open"]), (1, 1))
        self.assertEqual((told["share"], told["share_text"]), (75, "75.0 %"))
        self.assertEqual([kind["kind"] for kind in told["kinds"]], ["sla", "ola", "uc"])
        self.assertEqual(told["kinds"][0]["ended"], 4)
        causes = [{"cause": "team", "label": "Our Team", "count": 1}]
        self.assertEqual(told["causes"], causes)
        [worst] = told["worst"]
        self.assertEqual((worst["gap_text"], worst["metric"]), ("−15.0", "response"))
        self.assertIn("75.0 %", " ".join(told["summary"]))

    def test_rows(self):
        self.make_four()
        self.at(FEBRUARY)
        analysis = self.make()
        batches = list(analysis._iter_rows(size=2))
        rows = [row for batch in batches for row in batch]
        self.assertEqual([row["id"] for row in rows], analysis.line_ids.ids)
        self.assertEqual(len(batches[0]), 2)
        for column in analysis._get_document()["labels"]:
            self.assertIn(column, rows[0])
        row = next(row for row in rows if row["ended"])
        self.assertEqual(row["service"], "Mail")
        self.assertEqual((row["promise_text"], row["p90_text"]), ("1 h", "1 h 12 min"))
        self.assertEqual(row["gap_seconds_text"], "+12 min")
        self.assertEqual(
            (row["attainment_text"], row["share_text"]), ("90.0 %", "75.0 %")
        )
        self.assertEqual(row["cause_label"], "Our Team")

    def test_by_metric(self):
        metrics = self.make().line_ids.mapped("metric")
        self.assertEqual(set(metrics), set(METRICS))

    def test_in_another_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        analysis = self.make(date_from="2024-01-01")
        told = analysis._get_document("fr_FR")
        self.assertEqual((told["lang"], told["period"]), ("fr_FR", "janvier 2024"))
        self.assertIn("janvier 2024", told["title"])

    def test_views(self):
        """What the buttons open can be read and grouped."""
        action = self.make().action_view_lines()
        self.assertEqual(action["res_model"], LINES)
        lines = self.env[LINES].with_user(self.administrator)
        groups = lines.formatted_read_group(
            action["domain"], ["service_id", "date_to:month"], ["gap:avg", "share:avg"]
        )
        self.assertTrue(groups)


class TestGapAccess(GapCommon):
    """Administrators draft, managers decide, nobody else knows."""

    def test_nobody_else(self):
        analysis = self.make()
        for user in (self.agent, self.helpdesk_user, self.portal_user):
            for record in (analysis, analysis.line_ids):
                asked = record.with_user(user)
                with self.assertRaises(AccessError):
                    asked.read(["display_name"])
                with self.assertRaises(AccessError):
                    asked.search([])
            for method in ("action_compute", "action_review", "action_close"):
                with self.assertRaises(AccessError):
                    getattr(analysis.with_user(user), method)()
                with self.assertRaises(AccessError):
                    analysis.with_user(user).sudo().action_review()

    def test_only_managers_review(self):
        with self.assertRefused("can not review", ValidationError):
            self.make().manager_id = self.administrator

    def test_an_administrator_changes_what_is_draft(self):
        analysis = self.make(self.administrator)
        analysis.name = "Mine"
        analysis.line_ids[0].measure = "Train"
        analysis.action_compute()
        self.assertEqual(analysis.line_ids[0].measure, "Train")

    def test_companies(self):
        other = self._create_company(name="Elsewhere")
        analysis = self.analyses.create({"company_id": other.id})
        self.assertNotIn(analysis, self.analyses.with_user(self.manager).search([]))
        with self.assertRaises(AccessError):
            analysis.with_user(self.manager).read(["name"])
