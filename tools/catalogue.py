"""The commands of ``./dev``, with what each is for."""

COMMANDS = {
    "run": "serve Odoo with the module and demo data at http://127.0.0.1:8069",
    "test": "run all tests; `unit` or `system` for a part, -k TAGS or NAME, --reuse",
    "bench": "measure ours against helpdesk_mgmt_sla and core, side by side",
    "replay": "import a service desk's event log: replay FILE --policy POLICY",
    "lint": "check style, XML, lengths of functions; --fix repairs what it can",
    "i18n": "export the .pot and merge zh_CN.po; --check only checks",
    "package": "build the wheels into dist/",
    "screenshots": "take the pictures of the README and the Apps page",
    "shell": "an Odoo shell on the development database",
    "python": "the Python of the environment: python SCRIPT …",
    "db": "the database server: start, stop, url, list, drop NAME",
    "setup": "only set the environment up",
    "clean": "remove this clone's databases and files; --all the cache as well",
    "help": "this list",
}
NEED_BROWSER = {"test", "screenshots"}


def describe():
    """The list of commands, for people."""
    lines = ["Usage: ./dev COMMAND [OPTIONS]", ""]
    lines += [f"  {name:<12} {purpose}" for name, purpose in COMMANDS.items()]
    lines += [
        "",
        "Settings from the environment:",
        "  SLM_ODOO                  a source checkout of Odoo 19 to use",
        "  PGHOST or DATABASE_URL    a PostgreSQL server to use (else one is embedded)",
        "  XDG_CACHE_HOME            where downloads and environments are kept",
        "  CI                        nothing is skipped, no question is asked",
    ]
    return "\n".join(lines)
