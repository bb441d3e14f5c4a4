"""``./dev python``: the environment's Python, with the database server at hand."""

import os
import subprocess
import sys

from .. import odoo_runner, paths
from ..server import database_server


def main(arguments):
    """Run Python with the arguments given."""
    with database_server():
        return run_python(arguments)


def run_python(arguments):
    """Run Python as a child that can import ``tools`` and find the database."""
    odoo_runner.write_configuration()
    environment = dict(os.environ, PYTHONPATH=str(paths.ROOT))
    return subprocess.call([sys.executable, *arguments], env=environment)
