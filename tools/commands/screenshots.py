"""``./dev screenshots``: hand over to ``tools/screenshots.py``."""

from .. import packages, paths
from . import python


def main(arguments):
    """Take the pictures."""
    packages.ensure_browser(required=True)
    return python.script(paths.TOOLS / "screenshots.py", arguments)
