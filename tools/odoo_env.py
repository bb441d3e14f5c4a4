"""Odoo's ORM for scripts: ``with odoo_env("slm_dev") as env: …``.

For use inside the environment (``./dev python FILE``, or a script that ``./dev`` hands
over to). Importing this module needs nothing; its functions import Odoo when called.
"""

import contextlib

from . import database, odoo_runner, templates


def configure(*arguments):
    """Read our configuration into this process, once."""
    from odoo.tools import config

    if config.options.get("config") != str(odoo_runner.CONFIG):
        odoo_runner.write_configuration()
        options = ["-c", str(odoo_runner.CONFIG), "--no-http", *arguments]
        config.parse_config(options, setup_logging=True)


def quiet(level="WARNING"):
    """Let Odoo's log through from this level on."""
    import logging

    logging.getLogger().setLevel(level)
    logging.getLogger("odoo").setLevel(level)


@contextlib.contextmanager
def odoo_env(name, uid=None, commit=True, context=None):
    """An environment on a database; commits at the end, rolls back on an exception."""
    configure()
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    registry = Registry(name)
    with registry.cursor() as cr:  # commits when it leaves without an exception
        env = api.Environment(cr, uid or SUPERUSER_ID, context or {})
        yield env
        env.flush_all()
        if not commit:
            cr.rollback()


def ensure_database(name, modules=(), demo=False, template=None, fresh=False):
    """A database with these add-ons installed; its name.

    An existing one is taken as it is (unless ``fresh``), with what lacks installed. A
    new one is a copy of ``template``, by default the prepared one that has everything
    but slm_management; ``template=""`` begins with an empty database.
    """
    if fresh:
        database.drop(name)
    if not database.exists(name):
        if template == "":
            database.create(name)
            modules = ["base", *modules]
        else:
            database.copy(template or templates.base(demo), name)
    missing = [module for module in modules if module not in database.installed(name)]
    if missing:
        title = f"Installing {', '.join(missing)} in {name}"
        odoo_runner.install(name, missing, title, *templates.demo_options(demo))
    return name


def close(name):
    """Forget a database, so that it can be copied or dropped."""
    from odoo.modules.registry import Registry
    from odoo.sql_db import close_db

    Registry.delete(name)
    close_db(name)
