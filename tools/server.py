"""The database server for a command: take it, use it, give it back."""

import atexit
import contextlib
import os

from . import environment, postgres
from .console import Failure


@contextlib.contextmanager
def database_server():
    """Have a database server while the block runs; clients find it through PG*."""
    if os.environ.get("SLM_EMBEDDED"):
        yield None  # a child of a ./dev that holds the server already
        return
    named = postgres.named_server()
    if named:
        os.environ.update({name: value for name, value in named.items() if value})
        os.environ.pop("DATABASE_URL", None)
        check_role()
        yield None
        return
    embedded = postgres.Embedded(environment.current()[0])
    embedded.acquire()
    atexit.register(embedded.release)
    os.environ.update(embedded.settings())
    os.environ["SLM_EMBEDDED"] = "1"
    try:
        yield embedded
    finally:
        embedded.release()
        os.environ.pop("SLM_EMBEDDED", None)


def check_role():
    """Odoo refuses to work as the superuser ``postgres``; say so early."""
    import psycopg2

    try:
        connection = psycopg2.connect(dbname="postgres")
    except psycopg2.Error as error:
        raise Failure(
            f"the PostgreSQL server of PGHOST or DATABASE_URL does not answer: {error}",
            "check PGHOST, PGPORT, PGUSER and PGPASSWORD; or unset them, and\n"
            "an embedded server is used",
        ) from error
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        name, may_create = cursor.fetchone()
    if name == "postgres" or not may_create:
        raise Failure(
            f"Odoo can not work as the database role {name!r}",
            "create one (createuser --createdb odoo) and set PGUSER=odoo",
        )
