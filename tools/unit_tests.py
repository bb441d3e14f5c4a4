"""The add-ons' own tests, run by Odoo's runner on a copy of the base template."""

import os
import re
import socket
from concurrent.futures import ThreadPoolExecutor

from . import database, odoo_runner, paths, templates
from .console import in_ci, say, step
from .counts import Counts

SUMMARY = re.compile(
    r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database"
)
STARTING = re.compile(r"Starting (\S+) \.\.\.")
SKIPPED = re.compile(r"skipped (\S+) : (.*)")
MISSING_PART = re.compile(r"chrome|browser|websocket|wkhtmltopdf", re.IGNORECASE)
FAULT_OF_TEST = re.compile(r"(FAIL|ERROR): ")
FAULT_OF_RUN = re.compile(
    r"\d+ failures?, \d+ errors? of \d+ tests|Module .*: \d+ failures, \d+ errors"
)
PREFIX = "slm_unit_"
REUSED = "slm_reuse"
CORES = 2  # more of them would wait for the same database server
#: files that take longer than their size tells, as if they had so many bytes
SLOW = {"test_access_matrix.py": 400_000, "test_access_mutation.py": 170_000}


def free_port():
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def drop_left_over(prefix):
    """Drop databases whose makers, named by process id, are gone."""
    for name in database.names():
        pid = name.removeprefix(prefix).split("_")[0]
        if name.startswith(prefix) and not os.path.exists(f"/proc/{pid}"):
            database.drop(name)


def shares(number):
    """The test files in so many heaps that take about the same time, as test tags."""
    files = sorted(paths.MODULE_DIR.glob("tests/test_*.py"), key=weight, reverse=True)
    heaps = [[] for _heap in range(number)]
    for file in files:
        min(heaps, key=lambda files: sum(map(weight, files))).append(file)
    return [
        ",".join(f"/{paths.MODULE}/tests/{file.name}" for file in heap)
        for heap in heaps
        if heap
    ]


def weight(file):
    """How long a file takes, told by its size."""
    return SLOW.get(file.name) or file.stat().st_size


def beside():
    """The tests of what installs itself beside the module, as test tags."""
    return [f"/{addon}" for addon in paths.ADDONS if addon != paths.MODULE]


def wanted(tags):
    """The add-ons that the tests of these tags need: the module and those named."""
    return {paths.MODULE, *(tag[1:] for tag in beside() if tag in tags)}


def run_all(verbose=False):
    """Run all tests in heaps, one on each core.

    What installs itself beside the module is one more, in a database that has it.
    """
    drop_left_over(PREFIX)
    cores = min(CORES, os.cpu_count() or 1)
    runs = [
        Run(tags, verbose=verbose, number=number)
        for number, tags in enumerate([*shares(cores), *beside()])
    ]
    for run in runs:
        run.prepare()
    title = f"Odoo runs the tests of the add-ons, {cores} heaps at a time"
    with step(title) as progress, ThreadPoolExecutor(cores) as pool:
        done = list(pool.map(lambda run: run.follow(progress), runs))
    total = Counts()
    for run, (code, lines) in zip(runs, done, strict=True):
        total += run.count(code, lines)
    return total


class Run:
    """One run of tests of the add-ons."""

    def __init__(self, tags=None, reuse=False, verbose=False, number=0):
        self.tags = tags or f"/{paths.MODULE}"
        self.addons = wanted(self.tags)
        self.reuse = reuse
        self.verbose = verbose
        self.name = REUSED if reuse else f"{PREFIX}{os.getpid()}_{number}"
        self.log = paths.LOGS / f"{'reuse' if reuse else 'unit'}{number or ''}.log"
        self.action = "-i"
        self.skips = []
        self.progress = None

    def go(self):
        """Prepare a database, run, count, and drop the database."""
        drop_left_over(PREFIX)
        self.prepare()
        with step(f"Odoo runs {self.tags}") as progress:
            done = self.follow(progress)
        return self.count(*done)

    def follow(self, progress):
        """Run in the prepared database: ``(exit code, lines of the log)``."""
        self.progress = progress
        try:
            return odoo_runner.follow(
                self.arguments(self.action), self.log, progress, self.echo
            )
        finally:
            if not self.reuse:
                database.drop(self.name)

    def prepare(self):
        """Make the database, or take the last run's."""
        source = templates.base()
        mark = paths.state("applied") / self.name
        if self.reuse and database.exists(self.name):
            same = mark.exists() and mark.read_text() == source
            installed = database.installed(self.name) & set(paths.ADDONS)
            if same and installed == self.addons:
                self.action = "-u"
                return
        database.copy(source, self.name)
        if self.reuse:
            mark.write_text(source)

    def arguments(self, action):
        """Odoo's command line."""
        return [
            *("-d", self.name, action, ",".join(sorted(self.addons))),
            *("--test-tags", self.tags, "--stop-after-init"),
            *("--http-port", str(free_port())),
        ]

    def echo(self, line, match):
        """Show what matters of the log while it runs."""
        if match:
            started = STARTING.search(match["text"])
            if started and ".tests." in match["logger"]:
                self.progress.note = started[1]
            skipped = SKIPPED.match(match["text"])
            if skipped and ".tests." in match["logger"]:
                self.skips.append(f"{skipped[1]}: {skipped[2]}")
        if self.verbose:
            say(line.rstrip())

    def count(self, code, lines):
        """Add up the results; a fault in the log is a failure, too."""
        failed = ran = 0
        for line in lines:
            if summary := SUMMARY.search(line):
                failed += int(summary[1]) + int(summary[2])
                ran += int(summary[3])
        skipped = len(self.skips)
        counts = Counts(max(0, ran - skipped - failed), failed, skipped)
        if not self.verbose:
            self.show_failures(lines)
        for skip in self.skips:
            say(f"   skipped {skip}")
        counts += self.strictness(code, lines, counts)
        if counts.failed:
            say(f"   the whole log: {self.log}")
        return counts

    def strictness(self, code, lines, counts):
        """Failures beyond those of tests: a fault in the log, or an abrupt end."""
        faults = [line for line in odoo_runner.faults(lines) if not of_a_test(line)]
        if faults:
            say("   The log has warnings or errors:")
            for line in faults[:20]:
                say(f"     {line}")
            return Counts(failed=1)
        if code and not counts.failed:
            say(f"   Odoo ended with exit code {code}:")
            for line in lines[-15:]:
                say(f"     {line.rstrip()}")
            return Counts(failed=1)
        if in_ci() and any(MISSING_PART.search(skip) for skip in self.skips):
            say("   In CI no test may be skipped for want of a program.")
            return Counts(failed=1)
        return Counts()

    def show_failures(self, lines):
        """Print each failed test with its traceback."""
        showing = False
        for line in lines:
            match = odoo_runner.LOG_LINE.match(line)
            if match:
                showing = of_a_test(line) or match["level"] == "CRITICAL"
            if showing:
                say("   | " + line.rstrip())


def of_a_test(line):
    """Whether a line of the log reports a failed test."""
    match = odoo_runner.LOG_LINE.match(line)
    text = match["text"] if match else line
    return bool(
        FAULT_OF_TEST.match(text) or FAULT_OF_RUN.search(text) or SUMMARY.search(text)
    )
