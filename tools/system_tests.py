"""The tests of the whole system, run by pytest: each file by itself, two at a time."""

import os
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

from . import paths, templates
from .commands.python import run_python
from .console import say, step
from .counts import Counts

NO_TESTS = 5  # pytest's exit code for an empty selection
CORES = 2  # more of them would wait for the same database server
#: what takes longest begins first, so that nobody waits for it alone at the end
LONGEST = (
    *("test_report_schedules", "test_figures_replay", "test_ten_thousand"),
    *("test_replay", "test_reports_replay", "test_bench", "test_screens"),
)


def files():
    """The files of tests, in the order in which they are begun."""
    found = sorted((paths.ROOT / "tests").glob("**/test_*.py"))
    return sorted(found, key=lambda file: (rank(file), -file.stat().st_size))


def rank(file):
    """Its place among those that take longest."""
    return LONGEST.index(file.stem) if file.stem in LONGEST else len(LONGEST)


def run_all(verbose=False):
    """Run all files; what each of them printed is shown when it is done."""
    templates.module(demo=True)
    cores = min(CORES, os.cpu_count() or 1)
    title = f"pytest runs the tests of the whole system, {cores} files at a time"
    with step(title) as progress, ThreadPoolExecutor(cores) as pool:
        done = list(pool.map(lambda file: run_file(file, verbose, progress), files()))
    return sum(done, Counts())


def run_file(file, verbose, progress):
    """Run one file and count it."""
    progress.note = file.stem
    started, log = time.monotonic(), paths.LOGS / f"{file.stem}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        counts = run([str(file), "-v"], stdout=output, stderr=output)
    seconds = int(time.monotonic() - started)
    say(f"   {file.stem}: {counts} ({seconds} s)")
    if verbose or counts.failed or counts.skipped:
        say(log.read_text("utf-8"))
    return counts


def run(arguments, **options):
    """Run pytest in this process's terminal, or as :mod:`subprocess` is told."""
    name = f"pytest-{os.getpid()}-{time.monotonic_ns()}.xml"
    report = paths.state() / name
    try:
        arguments = ["-m", "pytest", *arguments, f"--junitxml={report}"]
        code = run_python(arguments, **options)
        counts = from_junit(report)
    finally:
        report.unlink(missing_ok=True)
    if code not in (0, NO_TESTS) and not counts.failed:
        say(f"   pytest ended with exit code {code}")
        counts += Counts(failed=1)
    return counts


def run_selected(select, verbose=False):
    """Run what an expression selects, of all files, one after the other."""
    arguments = [str(paths.ROOT / "tests"), "-k", select]
    arguments += ["-v"] if verbose or not sys.stdout.isatty() else []
    return run(arguments)


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
