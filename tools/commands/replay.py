"""``./dev replay``: hand over to ``tools/replay.py``."""

from .. import paths
from . import python


def main(arguments):
    """Import an event log with the arguments given."""
    return python.script(paths.TOOLS / "replay.py", arguments)
