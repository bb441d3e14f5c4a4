"""``./dev run``: a served Odoo with the module and its demo data."""

import argparse
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .. import database, odoo_runner, paths, templates
from ..console import Failure, say, step, warn
from ..locks import exclusive, wait_until
from ..server import database_server

DATABASE = "slm_dev"
LOGINS = {
    "admin": "administrator of Odoo",
    "slm_manager": "service level manager",
    "slm_agent": "agent",
    "slm_customer": "portal customer",
}


def main(arguments):
    """Prepare the database, then serve until interrupted."""
    options = parse(arguments)
    check_port(options.port)
    with database_server():
        prepare(options.database)
        with Server(options.database, options.port, options.odoo) as server:
            with step("Starting Odoo"):
                server.wait()
            greet(options)
            return server.watch()


def parse(arguments):
    """Read the command line; what follows ``--`` goes to Odoo."""
    parser = argparse.ArgumentParser(prog="./dev run")
    parser.add_argument("--port", "-p", type=int, default=8069)
    parser.add_argument("--database", "-d", default=DATABASE)
    parser.add_argument("odoo", nargs="*", help="options for Odoo, after --")
    return parser.parse_args(arguments)


def check_port(port):
    """Fail early where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"port {port} is taken",
                f"stop what uses it, or take another: ./dev run --port {port + 1}",
            ) from error


def prepare(name):
    """Make the database, or bring the module in it up to date."""
    mark = paths.state("applied") / name
    key = templates.module_key(demo=True)
    with exclusive(paths.state() / f"{name}.lock"):
        if not database.exists(name):
            database.copy(templates.module(demo=True), name)
        elif not mark.exists() or mark.read_text() != key:
            update(name)
        mark.write_text(key)


def update(name):
    """Load the module's present files into an existing database."""
    installed = paths.MODULE in database.installed(name)
    title = f"Updating {paths.MODULE} in {name}"
    found = odoo_runner.install(name, [paths.MODULE], title, update=installed)
    for line in found:
        warn(f"   {line}")


def greet(options):
    """Tell the address and who can log in."""
    with database.cursor(options.database) as cr:
        cr.execute("SELECT login FROM res_users WHERE active")
        present = {login for (login,) in cr.fetchall()}
    say("")
    say(f"   Odoo: http://127.0.0.1:{options.port}  (database {options.database})")
    say("   Logins, each with its name as the password:")
    for login, role in LOGINS.items():
        if login in present:
            say(f"     {login:<14} {role}")
    say(f"   Log: {Server.log_path(options.database)}.  Ctrl-C stops it.")
    say("")


class Server:
    """An Odoo server as a child process."""

    def __init__(self, name, port, options=(), crons=1):
        self.name = name
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = self.log_path(name)
        self.command = odoo_runner.command(
            *("-d", name, "--http-port", str(port), "--no-database-list"),
            *(f"--max-cron-threads={crons}", *options),
        )
        self.process = None

    @staticmethod
    def log_path(name):
        """Where a server on this database writes its log."""
        return paths.LOGS / f"serve-{name}.log"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.stop()

    def start(self):
        """Start the process (it needs some seconds, see :meth:`wait`)."""
        odoo_runner.write_configuration()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self):
        """Stop it the polite way, then the other one."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """Kill it without warning, as a power failure would."""
        self.process.kill()
        self.process.wait()

    def answers(self):
        """Whether it serves pages."""
        if self.process.poll() is not None:
            raise Failure(
                "Odoo ended while starting:\n" + "".join(self.lines()[-12:]),
                f"the whole log: {self.log}",
            )
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def wait(self, seconds=120):
        """Wait until it serves pages."""
        if not wait_until(self.answers, seconds):
            raise Failure(f"Odoo did not answer in {seconds} s", f"see {self.log}")

    def lines(self):
        """The lines of its log so far."""
        with open(self.log, errors="replace") as file:
            return file.readlines()

    def faults(self):
        """Its log's warnings and errors."""
        return odoo_runner.faults(self.lines())

    def watch(self):
        """Show warnings and errors as they come, until it ends."""
        try:
            with open(self.log, errors="replace") as file:
                while self.process.poll() is None:
                    for line in odoo_runner.faults(file):
                        warn(line)
                    time.sleep(0.5)
        except KeyboardInterrupt:
            say("\n   stopping …")
            return 0
        say(f"   Odoo ended; see {self.log}")
        return self.process.returncode
