"""Databases: make, copy, drop, and keep prepared ones as templates."""

import contextlib
import os
import shutil
import time

import psycopg2
from psycopg2 import errors, sql

from . import paths

FILESTORE = paths.STATE / "data" / "filestore"
TRIES = 20


@contextlib.contextmanager
def cursor(database="postgres"):
    """A cursor in autocommit mode on a database."""
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cr:
        yield cr


def run_alone(statement, *names):
    """Run a statement that wants a database for itself.

    PostgreSQL's own autovacuum may be in it for a moment, and not everybody has the
    right to send it away; then try again.
    """
    for left in reversed(range(TRIES)):
        try:
            with cursor() as cr:
                cr.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return
        except (errors.InsufficientPrivilege, errors.ObjectInUse):
            if not left:
                raise
            time.sleep(1)


def exists(name):
    """Whether there is a database of this name."""
    with cursor() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cr.fetchone())


def names():
    """All databases of the server that are ours, the oldest first."""
    with cursor() as cr:
        cr.execute(
            """SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba
                WHERE rolname = current_user ORDER BY pg_database.oid"""
        )
        return [name for (name,) in cr.fetchall()]


def drop(name):
    """Drop a database with its files, whoever is connected."""
    run_alone("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    shutil.rmtree(FILESTORE / name, ignore_errors=True)


def create(name):
    """Make an empty database the way Odoo does, extensions where they are to be had.

    Odoo itself would warn in its log of a missing ``pg_trgm``, which costs speed of
    some searches and nothing else.
    """
    with cursor() as cr:
        statement = "CREATE DATABASE {} ENCODING 'unicode' LC_COLLATE 'C'"
        statement += " TEMPLATE template0"
        cr.execute(sql.SQL(statement).format(sql.Identifier(name)))
    with cursor(name) as cr:
        cr.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if cr.fetchone():
            cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cr.execute("GRANT CREATE ON SCHEMA PUBLIC TO PUBLIC")


def copy(source, target):
    """Make ``target`` a copy of ``source``, its files included."""
    drop(target)
    with cursor() as cr:
        cr.execute(
            # PostgreSQL itself sends its autovacuum away; we may not.
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = %s AND backend_type = 'client backend'""",
            [source],
        )
    run_alone("CREATE DATABASE {} TEMPLATE {}", target, source)
    if (FILESTORE / source).is_dir():
        # Odoo never changes a stored file, so a link is as good as a copy.
        shutil.copytree(FILESTORE / source, FILESTORE / target, copy_function=os.link)


def rename(source, target):
    """Give a database and its files another name."""
    drop(target)
    run_alone("ALTER DATABASE {} RENAME TO {}", source, target)
    if (FILESTORE / source).is_dir():
        (FILESTORE / source).rename(FILESTORE / target)


def installed(name):
    """The add-ons installed in a database; empty if it is no Odoo's."""
    with cursor(name) as cr:
        cr.execute("SELECT to_regclass('ir_module_module')")
        if not cr.fetchone()[0]:
            return set()
        cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        return {module for (module,) in cr.fetchall()}


def parameter(name, key):
    """A system parameter of a database, or None."""
    with cursor(name) as cr:
        cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [key])
        row = cr.fetchone()
        return row and row[0]


def set_parameter(name, key, value):
    """Store a system parameter in a database that no server has open."""
    with cursor(name) as cr:
        cr.execute("DELETE FROM ir_config_parameter WHERE key = %s", [key])
        cr.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)",
            [key, value],
        )
