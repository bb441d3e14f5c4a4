"""``./dev db``: the database server and its databases."""

import os
import subprocess

from .. import database, environment, postgres
from ..console import Failure, say
from ..server import database_server

USAGE = "./dev db start | stop | url | list | drop NAME | psql [NAME]"


def main(arguments):
    """Carry out one of the actions of :data:`USAGE`."""
    action, rest = (arguments or ["url"])[0], arguments[1:]
    actions = {
        "start": start,
        "stop": stop,
        "url": url,
        "list": listing,
        "drop": drop,
        "psql": psql,
    }
    if action not in actions:
        raise Failure(f"unknown action {action!r}", USAGE)
    return actions[action](*rest)


def embedded():
    """This clone's own server, or a Failure."""
    if postgres.named_server():
        raise Failure("PGHOST or DATABASE_URL names a server that is not ours")
    return postgres.Embedded(environment.current()[0])


def start():
    """Start the embedded server and leave it running."""
    embedded().keep.touch()
    return url()


def stop():
    """Stop the embedded server."""
    server = embedded()
    server.keep.unlink(missing_ok=True)
    server.stop()


def url():
    """Say how clients find the server."""
    with database_server():
        names = ("PGHOST", "PGPORT", "PGUSER")
        say(" ".join(f"{name}={os.environ.get(name, '')}" for name in names))


def listing():
    """List our databases."""
    with database_server():
        say("\n".join(database.names()))


def drop(*names):
    """Drop databases."""
    with database_server():
        for name in names:
            database.drop(name)


def psql(*arguments):
    """Open a database in psql."""
    with database_server() as server:
        program = server.programs() / "psql" if server else "psql"
        return subprocess.call([program, *(arguments or ("slm_dev",))], cwd="/")
