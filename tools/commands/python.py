"""``./dev python``: the environment's Python, with the database server at hand."""

import os
import subprocess
import sys

from .. import odoo_runner, paths
from ..console import Failure
from ..server import database_server


def main(arguments):
    """Run Python with the arguments given."""
    with database_server():
        return run_python(arguments)


def script(path, arguments):
    """Run one of the project's scripts, which may ``import tools``."""
    if not path.exists():
        raise Failure(
            f"{path.relative_to(paths.ROOT)} is not there",
            "this clone is incomplete: git status, git pull",
        )
    return main([str(path), *arguments])


def run_python(arguments, **options):
    """Run Python as a child that can import ``tools`` and find the database.

    The caller's folder is kept, so that file names on the command line hold.

    :param options: those of :func:`subprocess.call`
    """
    odoo_runner.write_configuration()
    environment = dict(os.environ, PYTHONPATH=str(paths.ROOT))
    folder = os.environ.get("SLM_CALLED_FROM", paths.ROOT)
    command = [sys.executable, *arguments]
    return subprocess.call(command, env=environment, cwd=folder, **options)
