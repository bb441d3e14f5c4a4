"""Schedules of reports: a process killed in the middle, and a dead mail server."""

import email
import signal
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import datetime

import pytest
from dateutil.relativedelta import relativedelta

from tools.commands.run import Server
from tools.locks import wait_until
from tools.odoo_env import close, odoo_env
from tools.unit_tests import free_port

MONTHS = 4
REFUSING_PORT = 1
#: where the worker dies: a model, a method, and whether before or after it
DEATHS = [
    ("slm.report.schedule", "_create_report", "after"),
    ("slm.service.report", "action_publish", "after"),
    ("slm.report.delivery", "_render_files", "after"),
    ("slm.report.delivery", "_make_mail", "after"),
    ("ir.cron", "_commit_progress", "before"),
    ("ir.cron", "_commit_progress", "after"),
]
WORKER = """
import os, signal, sys
from tools.odoo_env import odoo_env

def die_at(model, name, when):
    do = getattr(type(model), name)
    def deadly(*args, **kwargs):
        if when == "after":
            do(*args, **kwargs)
            model.env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(type(model), name, deadly)

with odoo_env(sys.argv[1]) as env:
    if sys.argv[2:]:
        die_at(env[sys.argv[2]], *sys.argv[3:])
    env["slm.report.schedule"]._cron_report_schedules()
"""


def run_worker(name, *death):
    """Run the job in a process of its own; its exit code and what it said."""
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, name, *death],
        capture_output=True,
        text=True,
        timeout=300,
    )
    return worker.returncode, worker.stderr


def make_schedule(env, **vals):
    """One that has some months to make up, for the demo customer."""
    today = datetime.now().date()
    first = today.replace(day=1) - relativedelta(months=MONTHS)
    customer = env["res.users"].search([("login", "=", "slm_customer")]).partner_id
    manager = env["res.users"].search([("login", "=", "slm_manager")])
    vals = {
        "name": "Each month",
        "partner_id": customer.id,
        "recipient_ids": [customer.id, manager.partner_id.id],
        "user_id": manager.id,
        "date_start": first,
        "with_pdf": False,
    } | vals
    return env["slm.report.schedule"].create(vals)


def check_complete(schedule):
    """Each month is reported once, and has one e-mail for each recipient."""
    reports = schedule.report_ids
    days = reports.mapped("date_from")
    assert len(days) == len(set(days)) == MONTHS
    assert set(reports.mapped("state")) == {"published"}
    deliveries = schedule.delivery_ids
    pairs = Counter((d.report_id, d.partner_id) for d in deliveries)
    assert len(pairs) == MONTHS * len(schedule.recipient_ids)
    assert set(pairs.values()) == {1}
    letters = schedule.env["mail.mail"].search([("subject", "like", "Service report")])
    assert letters == deliveries.mail_id
    assert len(letters) == len(deliveries)
    assert all(delivery.mail_id.attachment_ids for delivery in deliveries)


@pytest.mark.parametrize("death", DEATHS, ids=lambda death: "-".join(death[1:]))
def test_killed_at_any_place(make_database, death):
    """A period is neither lost nor doubled, wherever the power goes out."""
    name = make_database()
    with odoo_env(name) as env:
        make_schedule(env)
    close(name)
    code, said = run_worker(name, *death)
    assert code == -signal.SIGKILL, said
    code, said = run_worker(name)
    assert code == 0, said
    with odoo_env(name) as env:
        check_complete(env["slm.report.schedule"].search([]))
    close(name)


def test_two_jobs_at_once(make_database):
    """They share the work, and make nothing twice."""
    name = make_database()
    with odoo_env(name) as env:
        ids = [make_schedule(env).id for _number in range(3)]
    close(name)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(run_worker(name)))
        for _number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [code for code, _said in results] == [0, 0], results
    assert not any("Traceback" in said for _code, said in results), results
    # what one of them left to the other, as it held the schedule, is made by the next
    assert run_worker(name)[0] == 0
    with odoo_env(name) as env:
        schedules = env["slm.report.schedule"].browse(ids)
        assert not any(schedules.mapped("failure"))
        for schedule in schedules:
            assert len(schedule.report_ids) == MONTHS
            assert len(schedule.delivery_ids.mail_id) == 2 * MONTHS
    close(name)


class Letterbox(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to receive e-mails."""

    def handle(self):
        """Talk to one client until it goes."""
        self.say("220 letterbox")
        while line := self.rfile.readline().decode().strip().upper():
            if line == "DATA":
                self.say("354 go on")
                self.server.letters.append(self.read_letter())
            elif line == "QUIT":
                return self.say("221 bye")
            self.say("250 letterbox" if line.startswith("EHLO") else "250 fine")

    def say(self, line):
        """Answer the client."""
        self.wfile.write(line.encode() + b"\r\n")

    def read_letter(self):
        """What comes until a lonely dot."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return email.message_from_bytes(b"".join(lines))


@contextmanager
def letterbox():
    """A mail server; its ``letters`` are what it has received."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Letterbox) as server:
        server.letters, server.daemon_threads = [], True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def prepare_outage(name, server):
    """A schedule with papers, and a mail server that is not there."""
    with odoo_env(name) as env:
        env["ir.config_parameter"].set_param("report.url", server.url)
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {
                "name": "Dead",
                "smtp_host": "127.0.0.1",
                "smtp_port": REFUSING_PORT,
                "smtp_encryption": "none",
            }
        )
        make_schedule(env, with_pdf=True)
    close(name)


def look(name, read):
    """What is in the database just now."""
    with odoo_env(name) as env:
        found = read(env["slm.report.delivery"].search([]))
    close(name)
    return found


def bring_back(name, port):
    """The mail server is there again, and the pause of what failed is over."""
    with odoo_env(name) as env:
        env["ir.mail_server"].search([]).smtp_port = port
        deliveries = env["slm.report.delivery"].search([])
        deliveries.retry_at = datetime.now().replace(microsecond=0)
        env.ref("slm_management.ir_cron_report_schedules")._trigger()
    close(name)


def test_server_is_killed_and_mail_server_dead(make_database):
    """Kill -9 while the scheduler makes reports; then no mail server answers, and at
    last one does: each recipient has each report once."""
    name = make_database()
    server = Server(name, free_port(), crons=1)
    prepare_outage(name, server)
    with server:
        server.wait()
        assert wait_until(lambda: look(name, len) >= 2, 120)
        server.kill()
    assert 0 < look(name, len) < 2 * MONTHS, "It was killed in the middle"
    with server:
        server.wait()

        def all_failed(deliveries):
            failed = deliveries.filtered(lambda d: d.state == "failed" and d.retry_at)
            return len(failed) == 2 * MONTHS

        assert wait_until(lambda: look(name, all_failed), 240)
        reasons = look(name, lambda deliveries: set(deliveries.mapped("reason")))
        assert all("refused" in reason for reason in reasons), reasons
        assert look(name, lambda ds: len(ds.schedule_id.activity_ids)) == MONTHS
        with letterbox() as box:
            bring_back(name, box.server_address[1])
            assert wait_until(
                lambda: look(name, lambda ds: set(ds.mapped("state")) == {"sent"}), 120
            )
            letters = list(box.letters)
    assert not server.faults(), server.faults()
    check_letters(letters)
    with odoo_env(name) as env:
        check_complete(env["slm.report.schedule"].search([]))
    close(name)


def check_letters(letters):
    """Each once, with a real PDF and a real spreadsheet."""
    ids = Counter(letter["Message-Id"] for letter in letters)
    assert len(ids) == len(letters) == 2 * MONTHS
    addressed = Counter((letter["To"], letter["Subject"]) for letter in letters)
    assert set(addressed.values()) == {1}
    for letter in letters:
        files = {
            part.get_filename().rsplit(".")[-1]: part.get_payload(decode=True)
            for part in letter.walk()
            if part.get_filename()
        }
        assert files["pdf"].startswith(b"%PDF")
        assert files["xlsx"].startswith(b"PK")
