"""Prepared databases, made once and copied in a second by PostgreSQL.

``base``   Odoo with everything that the module depends on, but not the module itself,
           so that its installation and its ``at_install`` tests run for real.
``module`` the module installed on top.
Each exists with and without demo data; its name carries a key of what it is made of.
"""

import ast

from . import database, environment, odoo_runner, paths
from .locks import exclusive

PREFIX = "slm_tpl_"
NOT_IN_DATABASE = ("tests", "readme", "static/src")  # read from the files at any time
KEPT = 3  # templates of a kind: someone may work with the one before the last
LANGUAGE = "zh_CN"  # loaded beside English where there is demo data


def depends():
    """The add-ons that the module is built on."""
    manifest = paths.MODULE_DIR / "__manifest__.py"
    if not manifest.exists():
        return ["helpdesk_mgmt"]
    return ast.literal_eval(manifest.read_text())["depends"]


def helpers():
    """Test-only add-ons that this Odoo needs."""
    _venv, root = environment.current()
    lacking = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    places = [root / "addons", root / "odoo" / "addons"]
    if any((place / lacking).exists() for place in places):
        return []
    return [paths.TEST_ASSETS]


def base_modules():
    """What a base template has installed."""
    return sorted({"web", *depends(), *helpers()})


def base_key(demo):
    """What a base template is made of."""
    venv, root = environment.current()
    release = root / "odoo" / "release.py"
    return paths.digest(
        venv.name,
        release.read_text(),
        paths.tree_digest(paths.TEST_ADDONS),
        base_modules(),
        paths.TOOLS.joinpath("templates.py").read_text(),
        demo,
    )


def module_key(demo):
    """What a module template is made of."""
    return paths.digest(
        base_key(demo), paths.tree_digest(paths.MODULE_DIR, NOT_IN_DATABASE)
    )


def demo_options(demo):
    """The option that loads demo data."""
    return ["--with-demo", f"--load-language=en_US,{LANGUAGE}"] if demo else []


def base(demo=False):
    """The name of the base template, made if missing."""
    kind = "base_demo" if demo else "base"
    name = f"{PREFIX}{kind}_{base_key(demo)}"
    with exclusive(paths.state() / f"{kind}.lock"):
        if not database.exists(name):
            _retire(f"{PREFIX}{kind}_")
            building = f"slm_making_{kind}"
            database.drop(building)
            database.create(building)
            title = "Preparing an Odoo database" + (" with demo data" if demo else "")
            odoo_runner.install(building, base_modules(), title, *demo_options(demo))
            stay_home(building)
            database.rename(building, name)
    return name


def module(demo=False):
    """The name of the template with the module installed, made if missing."""
    kind = "module_demo" if demo else "module"
    name = f"{PREFIX}{kind}_{module_key(demo)}"
    source = base(demo)
    with exclusive(paths.state() / f"{kind}.lock"):
        if not database.exists(name):
            _retire(f"{PREFIX}{kind}_")
            building = f"slm_making_{kind}"
            database.copy(source, building)
            title = f"Installing {paths.MODULE}" + (" with demo data" if demo else "")
            odoo_runner.install(building, [paths.MODULE], title, *demo_options(demo))
            database.rename(building, name)
    return name


def stay_home(name):
    """Keep a database from calling Odoo's paid services over the network."""
    database.set_parameter(name, "iap.endpoint", odoo_runner.NOWHERE)
    with database.cursor(name) as cr:
        cr.execute(
            """SELECT 1 FROM information_schema.columns
                WHERE table_name = 'res_company'
                  AND column_name = 'iap_enrich_auto_done'"""
        )
        if cr.fetchone():
            cr.execute("UPDATE res_company SET iap_enrich_auto_done = true")


def _retire(prefix):
    """Drop the oldest templates of a kind."""
    old = [
        name
        for name in database.names()
        if name.startswith(prefix) and "_" not in name.removeprefix(prefix)
    ]
    for name in old[: max(0, len(old) - KEPT + 1)]:
        database.drop(name)
