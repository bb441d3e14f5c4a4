"""Odoo as a child process: its configuration, its command line, its log."""

import re
import subprocess
import sys

from . import database, environment, odoo_source, paths
from .console import Failure, step

NOWHERE = "http://127.0.0.1:9"  # the address of services that shall not be called
CONFIG = paths.STATE / "odoo.conf"
LOG_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) (?P<db>\S+) "
    r"(?P<logger>[\w.]+): (?P<text>.*)"
)
# Lines that are neither ours nor a sign of a fault; each with its reason.
NOT_OURS = [
    # Odoo tells of a browser or font that it looks for on its own machines.
    re.compile(r"Chrome executable not found"),
    # A database user's missing right costs nothing here.
    re.compile(r"pg_stat_statements"),
]


def configuration():
    """The settings of every Odoo that ``./dev`` starts."""
    _venv, root = environment.current()
    folders = [*odoo_source.addons_folders(root), paths.ROOT]
    if paths.TEST_ADDONS.is_dir():
        folders.append(paths.TEST_ADDONS)
    return {
        "addons_path": ",".join(map(str, folders)),
        "data_dir": paths.state("data"),
        "admin_passwd": "admin",
        "http_interface": "127.0.0.1",
        "without_demo": "True",
        "max_cron_threads": "0",
        "limit_time_cpu": "3600",
        "limit_time_real": "3600",
        "limit_memory_soft": "0",
        "limit_memory_hard": "0",
        "publisher_warranty_url": f"{NOWHERE}/",
        "smtp_server": "localhost",
        "smtp_port": "9",
        "screenshots": paths.state("screenshots"),
    }


def write_configuration():
    """Write the configuration file and return its path."""
    paths.state()
    lines = ["[options]", *(f"{k} = {v}" for k, v in configuration().items()), ""]
    text = "\n".join(lines)
    if not CONFIG.exists() or CONFIG.read_text() != text:
        CONFIG.write_text(text)
    return CONFIG


def command(*arguments):
    """The command line of an Odoo with our configuration."""
    first, rest = arguments[:1], arguments[1:]
    if first and not first[0].startswith("-"):  # a subcommand, such as "shell"
        return [sys.executable, "-m", "odoo", *first, "-c", str(CONFIG), *rest]
    return [sys.executable, "-m", "odoo", "-c", str(CONFIG), *arguments]


def faults(lines):
    """The warnings and errors among the lines of a log that are for us to mend."""
    found = []
    for line in lines:
        match = LOG_LINE.match(line)
        if not match or match["level"] not in ("WARNING", "ERROR", "CRITICAL"):
            continue
        if not any(pattern.search(line) for pattern in NOT_OURS):
            found.append(line.rstrip())
    return found


def follow(arguments, log, progress=None, echo=None):
    """Run Odoo to its end, its log into a file; ``(exit code, lines)``."""
    write_configuration()
    lines = []
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        open(log, "w") as file,
        subprocess.Popen(
            command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as child,
    ):
        for line in child.stdout:
            file.write(line)
            lines.append(line)
            match = LOG_LINE.match(line)
            if progress and match and "Loading module" in match["text"]:
                progress.note = match["text"].split(" (")[0]
            if echo:
                echo(line, match)
    return child.returncode, lines


def install(name, modules, title, *options, update=False):
    """Install (or update) add-ons in a database; a Failure shows the log's faults."""
    log = paths.LOGS / f"{name}.log"
    action = "-u" if update else "-i"
    arguments = ["-d", name, action, ",".join(modules), "--stop-after-init"]
    arguments += ["--no-http", *options]
    with step(title) as progress:
        code, lines = follow(arguments, log, progress)
    found = faults(lines)
    if code or any(" ERROR " in line or " CRITICAL " in line for line in found):
        tail = found[-5:] or [line.rstrip() for line in lines[-15:]]
        raise Failure("Odoo failed:\n" + "\n".join(tail), f"the whole log: {log}")
    missing = set(modules) - database.installed(name)
    if missing:
        raise Failure(f"not installed: {', '.join(missing)}", f"see {log}")
    return found
