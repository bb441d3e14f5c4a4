"""``./dev replay``: hand over to ``replay/run.py``."""

from .. import paths
from . import python


def main(arguments):
    """Import an event log with the arguments given."""
    return python.script(paths.ROOT / "replay" / "run.py", arguments)
