"""``./dev test``: all tests, closed by one line that counts them."""

import argparse

from .. import system_tests, unit_tests
from ..console import say
from ..counts import Counts
from ..server import database_server


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
    if not system_tests.files():
        say("   there are none")
        return Counts()
    if options.select:
        return system_tests.run_selected(options.select, options.verbose)
    return system_tests.run_all(options.verbose)
