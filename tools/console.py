"""What ``./dev`` says: steps with their time, and failures with their remedy."""

import contextlib
import os
import sys
import threading
import time


class Failure(Exception):
    """Something is missing or went wrong; ``remedy`` tells what to do about it."""

    def __init__(self, problem, remedy=""):
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def say(message):
    """Print one line at once, also when the output is a file."""
    print(message, flush=True)


def warn(message):
    """Print one line on standard error."""
    print(message, file=sys.stderr, flush=True)


def report(failure):
    """Tell a failure: what is missing, then what to do."""
    warn(f"./dev: {failure.problem}")
    for line in failure.remedy.splitlines():
        warn(f"  -> {line}")


def in_ci():
    """Whether this is a build server, where nothing may be skipped."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


class Progress:
    """A step under way: tells its current state in place, or every ten seconds."""

    def __init__(self, title):
        self.title = title
        self.note = ""
        self.started = time.monotonic()
        self._done = threading.Event()
        self._live = sys.stdout.isatty()

    def seconds(self):
        """Seconds since the step began."""
        return int(time.monotonic() - self.started)

    def loop(self):
        """Repeat the line until the step is done."""
        while not self._done.wait(0.5 if self._live else 10):
            line = f"   {self.title} … {self.seconds()} s  {self.note}"[:100]
            if self._live:
                print(f"\r\x1b[K{line}", end="", flush=True)
            else:
                say(line)

    def finish(self, ok):
        """Close the line with the time that the step took."""
        self._done.set()
        if self._live:
            print("\r\x1b[K", end="")
        state = "ok" if ok else "FAILED"
        say(f"   {self.title}: {state} ({self.seconds()} s)")


@contextlib.contextmanager
def step(title):
    """Show a long step: its name at once, a sign of life, and how long it took."""
    progress = Progress(title)
    say(f"== {title}")
    thread = threading.Thread(target=progress.loop, daemon=True)
    thread.start()
    ok = False
    try:
        yield progress
        ok = True
    finally:
        progress.finish(ok)
        thread.join()
