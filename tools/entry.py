"""First half of ``./dev``: runs on the system's Python, with nothing installed.

It answers what needs no environment (``help``, ``clean``), otherwise sets the
environment up and hands over to :mod:`tools.main` inside of it.
"""

import sys

from . import environment, packages
from .catalogue import COMMANDS, NEED_BROWSER, describe
from .console import Failure, report, say


def main(arguments):
    """Run ``./dev ARGUMENTS``; the exit code."""
    name = arguments[0] if arguments else "help"
    if name in ("help", "-h", "--help"):
        say(describe())
        return 0
    try:
        return dispatch(name, arguments)
    except Failure as failure:
        report(failure)
        return 1
    except KeyboardInterrupt:
        return 130


def dispatch(name, arguments):
    """Set up what the command needs and go on with it."""
    if name not in COMMANDS:
        raise Failure(f"there is no command {name!r}", "./dev help lists them")
    if name == "clean":
        from . import cleaning

        return cleaning.main(arguments[1:])
    folder, odoo_root = environment.ensure()
    if name in NEED_BROWSER:
        packages.ensure_browser()
    sys.stdout.flush()
    return environment.enter(folder, odoo_root, arguments)
