"""``./dev test``: all tests, closed by one line that counts them."""

import argparse
import os
import sys
import xml.etree.ElementTree as ElementTree

from .. import paths, unit_tests
from ..console import say
from ..counts import Counts
from ..server import database_server
from . import python

NO_TESTS = 5  # pytest's exit code for an empty selection


def main(arguments):
    """Run what is asked for and count it."""
    options = parse(arguments)
    parts = {"unit": [unit], "system": [system], "all": [unit, system]}
    total = Counts()
    with database_server():
        for part in parts[options.part]:
            counts = part(options)
            if not counts.ran:
                say("   No test ran: that is a failure.")
                counts += Counts(failed=1)
            total += counts
    say("")
    say(str(total))
    return 1 if total.failed else 0


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./dev test")
    parser.add_argument(
        "part", nargs="?", default="", choices=["", "all", "unit", "system"]
    )
    parser.add_argument(
        "-k",
        dest="select",
        metavar="WHICH",
        help="unit: Odoo test tags (/slm_management:TestClock.test_pause); "
        "system: a pytest expression",
    )
    parser.add_argument(
        "--reuse",
        action="store_true",
        help="unit: keep the database of the last run and update it (quicker)",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="the whole log")
    options = parser.parse_args(arguments)
    if not options.part:
        options.part = "unit" if options.select or options.reuse else "all"
    return options


def unit(options):
    """The module's own tests, run by Odoo."""
    say("== Tests of the module, in Odoo")
    if options.select or options.reuse:
        run = unit_tests.Run(options.select, options.reuse, options.verbose)
        counts = run.go()
    else:
        counts = unit_tests.run_all(options.verbose)
    say(f"   module: {counts}")
    return counts


def system(options):
    """The tests of the whole system, run by pytest."""
    say("== Tests of the whole system")
    if not list((paths.ROOT / "tests").glob("**/test_*.py")):
        say("   there are none")
        return Counts()
    report = paths.state() / f"pytest-{os.getpid()}.xml"
    arguments = ["-m", "pytest", str(paths.ROOT / "tests"), f"--junitxml={report}"]
    arguments += ["-k", options.select] if options.select else []
    arguments += ["-v"] if options.verbose or not sys.stdout.isatty() else []
    try:
        code = python.run_python(arguments)
        counts = from_junit(report)
    finally:
        report.unlink(missing_ok=True)
    if code not in (0, NO_TESTS) and not counts.failed:
        say(f"   pytest ended with exit code {code}")
        counts += Counts(failed=1)
    return counts


def from_junit(report):
    """The counts of a pytest run."""
    if not report.exists():
        return Counts(failed=1)
    total = Counts()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        passed = max(0, int(suite.get("tests", 0)) - failed - skipped)
        total += Counts(passed, failed, skipped)
    return total
