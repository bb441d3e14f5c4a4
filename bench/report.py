"""Results of benchmarks, for people and for programs."""

import json
import os
import platform
from dataclasses import asdict, dataclass

from tools import database


@dataclass(frozen=True)
class Result:
    """One comparison.

    :param ours: what we take, in ``unit``
    :param theirs: what the other side takes; None: there is no other side
    :param least: our work must be at least so many times faster: ``theirs / ours``
    :param most: we may take at most so many times as long: ``ours / theirs``

    >>> Result("plan", 2.0, 1000.0, "µs", least=400).ratio
    500.0
    >>> Result("create", 600.0, 500.0, "ms", most=1.5).verdict
    'ok'
    >>> Result("create", 900.0, 500.0, "ms", most=1.5).verdict
    'MISSED'
    """

    bench: str
    ours: float
    theirs: float | None = None
    unit: str = "ms"
    against: str = ""
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def ratio(self):
        """How many times faster, or as long if ``most`` is what counts; or None."""
        if not self.ours or not self.theirs:
            return None
        return self.ours / self.theirs if self.most else self.theirs / self.ours

    @property
    def verdict(self):
        """``ok``, ``MISSED``, or nothing where nothing is promised."""
        if self.least is not None:
            return "ok" if self.ratio >= self.least else "MISSED"
        if self.most is not None:
            return "ok" if self.ratio <= self.most else "MISSED"
        return ""

    def line(self):
        """As a line of JSON."""
        figures = {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in (asdict(self) | {"ratio": self.ratio}).items()
        }
        return json.dumps(figures | {"verdict": self.verdict}, ensure_ascii=False)


COLUMNS = ("benchmark", "ours", "theirs", "unit", "ratio", "limit", "", "against")


def table(results):
    """The results as text in columns.

    >>> print(table([Result("plan", 2.0, 1000.0, "µs", "core", least=400)]))
    benchmark  ours  theirs  unit  ratio  limit       against
    plan          2    1000  µs     500×  ≥ 400×  ok  core
    """
    rows = [COLUMNS, *(_row(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_pad(row, widths).rstrip() for row in rows)


def _pad(row, widths):
    right = (1, 2, 4)
    cells = [
        cell.rjust(width) if i in right else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells)


def _row(result):
    ratio = f"{_figure(result.ratio)}×" if result.ratio else ""
    limit = f"≥ {result.least:g}×" if result.least is not None else ""
    limit = f"≤ {result.most:g}×" if result.most is not None else limit
    return (
        result.bench,
        _figure(result.ours),
        _figure(result.theirs),
        result.unit,
        ratio,
        limit,
        result.verdict,
        " · ".join(filter(None, (result.against, result.note))),
    )


def _figure(value):
    """Three digits are enough to compare.

    >>> [_figure(v) for v in (None, 0.01234, 2.345, 417.4, 12345.6)]
    ['', '0.0123', '2.35', '417', '12346']
    """
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine():
    """What the figures were measured on."""
    with database.cursor() as cr:
        cr.execute("SHOW server_version")
        (postgres,) = cr.fetchone()
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "postgresql": postgres.split()[0],
        "load": round(os.getloadavg()[0], 2),
    }
