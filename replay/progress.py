"""A progress bar on standard error."""

import sys
import time

WIDTH = 30


class Bar:
    """Shows how far the work is: in place on a terminal, else every ten percent."""

    def __init__(self, title, stream=None):
        self.title = title
        self.stream = stream or sys.stderr
        self.started = time.monotonic()
        self.shown = -1

    def __call__(self, done, total):
        """Show ``done`` of ``total``; called as often as you like."""
        percent = 100 * done // max(total, 1)
        live = self.stream.isatty()
        step = percent if live else percent // 10
        if step == self.shown:
            return
        self.shown = step
        filled = WIDTH * percent // 100
        seconds = time.monotonic() - self.started
        line = (
            f"   {self.title} [{'#' * filled:<{WIDTH}}] {percent:>3}% "
            f"{done}/{total}  {seconds:.0f} s"
        )
        end = "\n" if done >= total or not live else ""
        print(("\r" if live else "") + line, end=end, file=self.stream, flush=True)
