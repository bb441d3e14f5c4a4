"""``./dev replay FILE --policy POLICY [--out RESULT.jsonl] [--database NAME]``.

With ``--time-shares SHARES.jsonl`` it writes who used the time of each ticket, too.
"""

import argparse
import contextlib
import sys
import time
from pathlib import Path

from replay.broken import BrokenError
from replay.log import read_log
from replay.policy import read_policy
from replay.progress import Bar
from replay.results import read_results, table, write_results
from replay.shares import check_shares, read_shares
from replay.shares import table as share_table
from tools import database, odoo_runner, paths, templates
from tools.console import Failure, report, say, warn
from tools.locks import exclusive
from tools.odoo_env import configure, odoo_env, quiet

DATABASE = "slm_replay"
NOTHING = "nothing was imported; mend the file and try again"


def main(arguments):
    """Check everything, then import; the exit code."""
    options = parse(arguments)
    try:
        policy, incidents = read(options)
        check_out(options.out)
        check_out(options.time_shares)
        with exclusive(paths.state() / f"{options.database}.replay.lock"):
            prepare(options.database)
            replay(options, policy, incidents)
    except Failure as failure:
        report(failure)
        return 1
    except KeyboardInterrupt:
        warn("interrupted; nothing was imported")
        return 130
    return 0


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="./dev replay",
        description="Import a service desk's event log as tickets with clocks. "
        "The formats stand in replay/README.md.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the log, CSV")
    parser.add_argument("--policy", type=Path, required=True, help="the policy, JSON")
    parser.add_argument(
        "--out", type=Path, metavar="RESULT.jsonl", help="one line for each clock"
    )
    parser.add_argument(
        "--time-shares",
        type=Path,
        metavar="SHARES.jsonl",
        help="one line for each ticket and who used time of it",
    )
    parser.add_argument(
        "--database",
        "-d",
        default=DATABASE,
        metavar="NAME",
        help=f"made if it is not there; {DATABASE} if not named",
    )
    return parser.parse_args(arguments)


def read(options):
    """The policy and the incidents; all that is wrong with either is told."""
    policy, problems = None, []
    for path in (options.policy, options.file):
        if not path.is_file():
            raise Failure(f"there is no file {path}", "check the name")
    try:
        policy = read_policy(options.policy)
    except BrokenError as broken:
        problems += broken.lines()
    try:
        incidents = read_log(options.file, policy and policy.states)
    except BrokenError as broken:
        problems += broken.lines()
    if problems:
        raise Failure("\n".join(["the input is broken", *problems]), NOTHING)
    for key in policy.unused:
        warn(f"{options.policy}: {key!r} is not known and not used")
    return policy, incidents


def check_out(path):
    """The result must have a place to go to, before the work begins."""
    if path and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise Failure(f"{path} can not be written", "name a file in a folder")


def prepare(name):
    """Make the database, or bring the module in it up to date."""
    mark = paths.state("applied") / name
    keys = [templates.module_key(demo) for demo in (False, True)]
    with exclusive(paths.state() / f"{name}.lock"):
        if not database.exists(name):
            database.copy(templates.module(demo=False), name)
        elif not mark.exists() or mark.read_text() not in keys:
            update(name)
        else:
            return
        mark.write_text(keys[0])


def update(name):
    """Install the module, or load its present files."""
    installed = paths.MODULE in database.installed(name)
    title = f"{'Updating' if installed else 'Installing'} {paths.MODULE} in {name}"
    for line in odoo_runner.install(name, [paths.MODULE], title, update=installed):
        warn(f"   {line}")


def replay(options, policy, incidents):
    """Import in one transaction, then tell what the clocks show."""
    configure()
    quiet()
    from replay.importer import Importer

    started = time.monotonic()
    say(f"== Replaying {options.file} into {options.database}")
    with refusals(), odoo_env(options.database) as env:
        importer = Importer(env, policy, f"Replay of {options.policy.stem}")
        tickets = importer.run(incidents, Bar("events"))
        rows = read_results(importer.env, tickets)
        shares = read_shares(importer.env, tickets)
        check_shares(importer.env, policy, importer.imported, tickets, shares)
        company = importer.records.company.name
    tell(importer.count, company, time.monotonic() - started)
    tabulate(tickets, rows)
    for line in [*share_table(shares), ""]:
        say(line)
    for path, lines in ((options.out, rows), (options.time_shares, shares)):
        if path:
            write_results(path, lines)
            say(f"{len(lines)} lines in {path}")


@contextlib.contextmanager
def refusals():
    """What Odoo refuses is told as it would be on the screen."""
    from odoo.exceptions import UserError

    try:
        yield
    except UserError as error:
        remedy = "nothing was imported; replay into another database: --database NAME"
        raise Failure(f"Odoo says: {error}", remedy) from error


def tell(count, company, seconds):
    """What was imported, and whereto."""
    say(
        f"   {count.imported} tickets imported with {count.events} events, "
        f"{count.known} already there ({seconds:.1f} s, company {company})"
    )
    if count.known and not count.imported:
        say("   nothing is imported twice: this log is in the database already")


def tabulate(tickets, rows):
    """How the clocks ended."""
    say("")
    for line in table(rows):
        say(line)
    say("")
    covered = {row["ticket"] for row in rows}
    if without := len(tickets) - len(covered):
        say(f"{without} tickets have no clock: nothing is promised for them")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
