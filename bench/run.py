"""``./dev bench``: all benchmarks in one run; a table, then the same as JSON lines.

./dev bench                    all of them, some minutes
./dev bench --only plan cron   some
./dev bench --quick            tiny sizes: shows that it works, the figures are void
./dev bench --profile FOLDER   with a cProfile of each step of each process
"""

import argparse
import contextlib
import functools
import importlib
import json
import os
import sys

from bench.peer import Peer
from bench.report import machine, table
from tools import database, odoo_env, paths, templates, unit_tests
from tools.console import Failure, report, say, step

BENCHMARKS = (
    *("plan", "create", "stage", "cron", "edit", "contracts"),
    *("figures", "papers"),
)
PREFIX = "slm_bench_"
#: what is installed in the database of each side
SIDES = {
    "bare": "base",
    "sla": "helpdesk_mgmt_sla",
    "ours": paths.MODULE,
    "small": paths.MODULE,
    "large": paths.MODULE,
    "edit": paths.MODULE,
    "figures": paths.MODULE,
    "papers": paths.MODULE,
}


class Bench:
    """One run: its databases and processes, made when they are first asked for."""

    def __init__(self, quick=False):
        self.quick = quick
        self.stack = contextlib.ExitStack()
        self.peer = functools.cache(self._open)

    def size(self, full, quick):
        """How much of something: the real figure or the one of a quick run."""
        return quick if self.quick else full

    def check(self, holds, what):
        """Fail if the work that was timed has not been done right."""
        if not holds:
            raise Failure(f"the benchmark's work is wrong: {what}")

    def _open(self, side):
        """A process with a fresh database of a side."""
        name = f"{PREFIX}{os.getpid()}_{side}"
        self.stack.callback(database.drop, name)
        make(name, SIDES[side])
        peer = self.stack.enter_context(Peer(name))
        peer.call("bench.desk:prepare")
        if side == "sla":
            peer.call("bench.desk:promise_theirs")
        if side == "ours":
            peer.call("bench.desk:promise_ours")
        return peer


def make(name, module):
    """A database with an add-on installed, or with none beyond what all have."""
    if module == paths.MODULE:
        database.copy(templates.module(demo=False), name)
    elif module == "base":
        database.copy(templates.base(demo=False), name)
    else:
        odoo_env.ensure_database(name, [module])


def main(arguments):
    """Run what is asked for."""
    options = parse(arguments)
    if options.profile:
        os.makedirs(options.profile, exist_ok=True)
        os.environ["SLM_BENCH_PROFILE"] = os.path.abspath(options.profile)
    unit_tests.drop_left_over(PREFIX)
    templates.module(demo=False)
    facts = machine() | {"quick": options.quick}
    results = measure(options)
    tell(results, facts, options.out)
    return 0


def measure(options):
    """All results."""
    bench, results = Bench(options.quick), []
    with bench.stack:
        for name in options.only:
            module = importlib.import_module(f"bench.{name}")
            with step(f"Benchmark: {name}"):
                results += module.run(bench)
    return results


def tell(results, facts, out):
    """Print the table and the lines."""
    say("")
    say(", ".join(f"{key}: {value}" for key, value in facts.items()))
    say("")
    say(table(results))
    lines = [json.dumps({"machine": facts}), *(result.line() for result in results)]
    say("")
    for line in lines:
        say(line)
    if out:
        with open(out, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    missed = [result.bench for result in results if result.verdict == "MISSED"]
    say("")
    say(f"MISSED: {'; '.join(missed)}" if missed else "All ratios are reached.")


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="tiny sizes")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=BENCHMARKS)
    parser.add_argument("--out", metavar="FILE", help="write the JSON lines here, too")
    parser.add_argument("--profile", metavar="FOLDER", help="keep profiles here")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        report(failure)
        sys.exit(1)
