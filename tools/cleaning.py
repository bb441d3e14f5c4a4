"""``./dev clean``: removes what ``./dev`` made. Runs without the environment."""

import argparse
import os
import shutil
import signal

from . import paths, postgres
from .console import Failure, say
from .locks import exclusive, try_lock, wait_until


def main(arguments):
    """Stop this clone's server and remove its state; the cache as well if asked."""
    parser = argparse.ArgumentParser(prog="./dev clean")
    parser.add_argument(
        "--all", action="store_true", help="also the downloads of this user"
    )
    options = parser.parse_args(arguments)
    if paths.STATE.exists():
        stop_and_remove()
    for folder in [paths.ROOT / "dist", *caches(options.all)]:
        if folder.exists():
            shutil.rmtree(folder)
            say(f"   removed {folder}")
    return 0


def stop_and_remove():
    """Stop this clone's database server and remove all of its state."""
    server = postgres.Embedded()
    with exclusive(server.lock), open(server.users, "a") as users:
        if not try_lock(users, postgres.fcntl.LOCK_EX):
            raise Failure("another ./dev of this clone is at work", "end it first")
        stop(server.data)
    outside = postgres.OUTSIDE / paths.clone_key()
    for folder in [server.socket_folder(), outside, paths.STATE]:
        if folder.exists():
            shutil.rmtree(folder)
            say(f"   removed {folder}")


def stop(data):
    """Stop the server that runs on a data folder."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        if "postgres" not in os.readlink(f"/proc/{pid}/exe"):
            return
        os.kill(pid, signal.SIGINT)
    except (OSError, ValueError, IndexError):
        return
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"), 30)


def caches(everything):
    """The folders shared by all clones of this user."""
    if not everything:
        return []
    return [postgres.programs_outside(), paths.cache()]
