"""Second half of ``./dev``: runs inside the environment that the first half made."""

import importlib
import signal
import subprocess
import sys

from .console import Failure, report


def main(arguments):
    """Run the command; the exit code."""
    # A polite end gives the database server back, as an interrupt does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    name, rest = arguments[0], arguments[1:]
    command = importlib.import_module(f"tools.commands.{name}")
    try:
        return command.main(rest) or 0
    except Failure as failure:
        report(failure)
        return 1
    except subprocess.CalledProcessError as error:
        report(Failure(f"{error.cmd[0]} ended with exit code {error.returncode}"))
        return error.returncode or 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
