"""``./dev shell``: an Odoo shell on the development database."""

import argparse
import subprocess

from .. import database, odoo_runner
from ..console import Failure
from ..server import database_server

DEFAULT = "slm_dev"


def main(arguments):
    """Open the shell; a script on standard input is run."""
    parser = argparse.ArgumentParser(prog="./dev shell")
    parser.add_argument("--database", "-d", default=DEFAULT)
    options, rest = parser.parse_known_args(arguments)
    with database_server():
        if not database.exists(options.database):
            raise Failure(
                f"there is no database {options.database!r}",
                "./dev run makes slm_dev; ./dev db list shows what is there",
            )
        odoo_runner.write_configuration()
        command = odoo_runner.command("shell", "-d", options.database, "--no-http")
        return subprocess.call([*command, "--log-level=warn", *rest])
