"""``./dev bench``: hand over to ``bench/run.py``."""

from .. import paths
from . import python


def main(arguments):
    """Run the benchmarks with the arguments given."""
    return python.script(paths.ROOT / "bench" / "run.py", arguments)
