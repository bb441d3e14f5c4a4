"""``./dev setup``: only set the environment up, and say where everything is."""

from .. import environment, odoo_runner, packages
from ..console import say


def main(_arguments):
    """Report the environment."""
    venv, root = environment.current()
    say(f"Python environment: {venv}")
    say(f"Odoo:               {root}")
    say(f"Configuration:      {odoo_runner.write_configuration()}")
    say(f"Browser:            {packages.browser() or 'none'}")
    return 0
