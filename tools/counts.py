"""How many tests passed, failed and were skipped."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """A tally that adds up and prints as the closing line of a test run.

    >>> print(Counts(passed=2) + Counts(failed=1, skipped=3))
    2 passed, 1 failed, 3 skipped
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    @property
    def ran(self):
        """How many really ran."""
        return self.passed + self.failed
