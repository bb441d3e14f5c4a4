"""File locks, so that two commands at once do not build the same thing."""

import contextlib
import fcntl
import time

from .console import say


@contextlib.contextmanager
def exclusive(path):
    """Hold the lock file ``path``; wait for whoever has it, and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as handle:
        if not try_lock(handle, fcntl.LOCK_EX):
            say(f"   waiting for another ./dev that holds {path.name} …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


def try_lock(handle, kind):
    """Take a lock without waiting; whether it was to be had."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_until(condition, seconds, pause=0.1):
    """Wait until ``condition()`` is true; its last value."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(pause)
    return value
