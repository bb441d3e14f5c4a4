"""The policy: calendars, holidays, agreements, and the phase of each state."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date

import pytz

from .broken import BrokenError
from .log import PRIORITIES

# The words of the module, see slm_management/engine/rules.py; a test compares them.
METRICS = ("response", "completion", "closure")
PHASES = (
    "waiting",
    "working",
    "wait_customer",
    "wait_supplier",
    "completed",
    "closed",
    "cancelled",
)
KNOWN_KEYS = {
    "": {"timezone", "holidays", "calendars", "agreements", "states"},
    "calendar": {"days", "hours", "holidays"},
    "agreement": {
        *("code", "name", "kind", "calendar", "sequence", "categories", "targets"),
        *("team", "supplier", "pause_supplier"),
    },
}
#: kinds of agreements, and the key that says whose promise it is
KINDS = {"sla": None, "ola": "team", "uc": "supplier"}
WHOSE = {
    "team": "the assignment group whose promise it is",
    "supplier": "the vendor whose promise it is",
}
TIME = re.compile(r"(\d{1,2}):(\d\d)")
DAY = 24 * 60


@dataclass(frozen=True)
class Calendar:
    """Service hours: the same ``hours``, pairs of minutes, on some days of the week."""

    name: str
    days: tuple
    hours: tuple
    holidays: bool


@dataclass(frozen=True)
class Agreement:
    """A promise for some categories of incidents.

    An SLA is the caller's, an OLA that of a ``team``, a UC that of a ``supplier``.
    """

    code: str
    name: str
    calendar: str
    sequence: int
    #: None: all
    categories: tuple | None
    #: priority to metric to minutes
    targets: dict
    kind: str = "sla"
    #: of an OLA the team, of a UC the supplier, by name
    holder: str = ""
    pause_supplier: bool = False

    def holds_for(self, category):
        """Whether it is for a category ("": unknown)."""
        return self.categories is None or category in self.categories


@dataclass(frozen=True)
class Policy:
    """All of a policy file; agreements as the file has them."""

    timezone: str
    holidays: tuple
    calendars: dict
    agreements: tuple
    states: dict
    #: a short name of the content, the same for the same policy
    digest: str
    #: what the file says and we do not use
    unused: tuple

    def find(self, category):
        """The SLA for a category ("": unknown), or None."""
        in_order = sorted(self.get("sla"), key=lambda agreement: agreement.sequence)
        return next((a for a in in_order if a.holds_for(category)), None)

    def get(self, kind):
        """The agreements of a kind, as the file has them."""
        return [agreement for agreement in self.agreements if agreement.kind == kind]

    def guess_supplier(self, category):
        """Whom an incident waits for if the log does not say, or "".

        If the contracts for its category are all of one supplier, it is him.
        """
        fitting = {a.holder for a in self.get("uc") if a.holds_for(category)}
        return fitting.pop() if len(fitting) == 1 else ""


def read_policy(path):
    """The policy of a JSON file.

    :raise BrokenError: names everything that is wrong with it
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        raw = json.loads(text, object_pairs_hook=unique_keys)
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise BrokenError(path, [(line, "not UTF-8")]) from error
    except json.JSONDecodeError as error:
        raise BrokenError(path, [(error.lineno, f"not JSON: {error.msg}")]) from error
    except KeyError as error:
        problem = f"the key {error.args[0]!r} is there twice in one object"
        raise BrokenError(path, [(0, problem)]) from error
    checks = _Checks()
    policy = checks.policy(raw)
    if checks.problems:
        raise BrokenError(path, [(0, problem) for problem in checks.problems])
    return policy


class _Checks:
    """Builds a policy of raw JSON; what is wrong goes to ``problems``."""

    def __init__(self):
        self.problems = []
        self.unused = []

    # ------------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------------

    def policy(self, raw):
        """The whole."""
        raw = self.mapping(raw, "the policy")
        self.keys(raw, "", "")
        calendars = self.mapping(self.get(raw, "calendars"), "calendars")
        agreements = self.array(self.get(raw, "agreements"), "agreements")
        policy = Policy(
            timezone=self.timezone(self.get(raw, "timezone")),
            holidays=self.holidays(raw.get("holidays", [])),
            calendars={
                name: self.calendar(name, value) for name, value in calendars.items()
            },
            agreements=tuple(
                self.agreement(value, f"agreements[{i}]", calendars)
                for i, value in enumerate(agreements)
            ),
            states=self.states(self.mapping(self.get(raw, "states"), "states")),
            digest=digest(raw),
            unused=tuple(self.unused),
        )
        self.unique([agreement.code for agreement in policy.agreements])
        if any(calendar.holidays for calendar in policy.calendars.values()):
            self.get(raw, "holidays")
        if agreements == []:
            self.problem("agreements: there are none")
        return policy

    def timezone(self, name):
        """A time zone's name."""
        if name is not None and name not in pytz.all_timezones:
            self.problem(f"timezone: {short(name)} is not a time zone")
        return name

    def holidays(self, raw):
        """Days, sorted, each once."""
        days = set()
        for text in self.array(raw, "holidays"):
            try:
                days.add(date.fromisoformat(text))
            except (TypeError, ValueError):
                self.problem(f"holidays: {text!r} is not a date YYYY-MM-DD")
        return tuple(sorted(days))

    def calendar(self, name, raw):
        """One calendar."""
        where = f"calendars.{name}"
        raw = self.mapping(raw, where)
        self.keys(raw, "calendar", where)
        holidays = self.get(raw, "holidays", where)
        if holidays not in (None, True, False):
            self.problem(f"{where}.holidays: true or false, not {holidays!r}")
        days = self.array(self.get(raw, "days", where), f"{where}.days")
        hours = self.array(self.get(raw, "hours", where), f"{where}.hours")
        return Calendar(
            name=name,
            days=self.days(days, f"{where}.days"),
            hours=self.hours(hours, f"{where}.hours"),
            holidays=bool(holidays),
        )

    def days(self, raw, where):
        """Days of the week, 0 is Monday."""
        for day in raw:
            if type(day) is not int or day not in range(7):
                self.problem(f"{where}: {day!r} is not one of 0 (Monday) to 6")
        if not raw:
            self.problem(f"{where}: there is not a single day")
        return tuple(sorted({day for day in raw if type(day) is int}))

    def hours(self, raw, where):
        """Pairs of minutes, in order."""
        spans = sorted(filter(None, (self.span(pair, where) for pair in raw)))
        for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
            if start < end:
                self.problem(f"{where}: two of them overlap at {clock(start)}")
        if not raw:
            self.problem(f"{where}: there are none")
        return tuple(spans)

    def span(self, pair, where):
        """One pair of times, or None."""
        if not isinstance(pair, list) or len(pair) != 2:
            self.problem(f"{where}: {pair!r} is not a pair of times")
            return None
        start, end = (self.minute(text, where) for text in pair)
        if start is None or end is None:
            return None
        if start >= end:
            self.problem(f"{where}: {pair[1]} is not after {pair[0]}")
        return start, end

    def minute(self, text, where):
        """The minute of the day of a time; 24:00 is the end of the day."""
        match = TIME.fullmatch(text) if isinstance(text, str) else None
        minute = int(match[1]) * 60 + int(match[2]) if match else DAY + 1
        if minute > DAY or int(match[2]) > 59:
            self.problem(f"{where}: {text!r} is not a time hh:mm from 00:00 to 24:00")
            return None
        return minute

    def agreement(self, raw, where, calendars):
        """One agreement."""
        raw = self.mapping(raw, where)
        code = self.text(raw, "code", where)
        where = f"agreement {code}" if code else where
        self.keys(raw, "agreement", where)
        kind = self.kind(raw.get("kind", "sla"), where)
        calendar = self.text(raw, "calendar", where)
        if calendar and calendar not in calendars:
            self.problem(f"{where}: there is no calendar {calendar!r}")
        return Agreement(
            code=code,
            name=str(raw.get("name") or code),
            calendar=calendar,
            sequence=self.whole_number(self.get(raw, "sequence", where), where),
            categories=self.categories(raw, where),
            targets=self.targets(self.get(raw, "targets", where), where),
            kind=kind,
            holder=self.holder(raw, kind, where),
            pause_supplier=self.flag(raw, "pause_supplier", where),
        )

    def kind(self, kind, where):
        """One of the kinds that are known."""
        if isinstance(kind, str) and kind in KINDS:
            return kind
        known = ", ".join(f'"{name}"' for name in KINDS)
        self.problem(f"{where}: the kind {short(kind)} is not known; use {known}")
        return "sla"

    def holder(self, raw, kind, where):
        """Whose promise it is: a team's or a supplier's; "" for an SLA."""
        for other, key in KINDS.items():
            if key and other != kind and raw.get(key) is not None:
                remedy = f'remove it, or write "kind": "{other}"'
                self.problem(f"{where}: {key!r} is for kind {other!r} only; {remedy}")
        key = KINDS[kind]
        if not key:
            return ""
        name = raw.get(key)
        if isinstance(name, str) and name.strip() not in ("", "?"):
            return name.strip()
        self.problem(f'{where}: kind "{kind}" needs {key!r}, {WHOSE[key]}')
        return ""

    def flag(self, raw, key, where):
        """True or false; what is missing is false."""
        value = raw.get(key, False)
        if type(value) is not bool:
            self.problem(f"{where}.{key}: true or false, not {short(value)}")
        return value is True

    def categories(self, raw, where):
        """Categories; an unknown one, '?', is the empty text. None: all."""
        if "categories" not in raw:
            self.problem(f"{where}: 'categories' is missing (null: all)")
            return None
        if raw["categories"] is None:
            return None
        names = self.array(raw["categories"], f"{where}.categories")
        for name in names:
            if not isinstance(name, str):
                self.problem(f"{where}.categories: a text, not {name!r}")
        names = [str(name).strip() for name in names]
        return tuple(dict.fromkeys("" if name == "?" else name for name in names))

    def targets(self, raw, where):
        """Minutes by priority and metric; what promises nothing is left out."""
        targets = {}
        raw = self.mapping(raw, f"{where}.targets")
        for priority, promises in raw.items():
            place = f"{where}.targets.{priority}"
            if priority not in PRIORITIES:
                known = ", ".join(PRIORITIES)
                self.problem(f"{place}: no such priority; there are {known}")
            minutes = self.promises(self.mapping(promises or {}, place), place)
            if minutes:
                targets[priority] = minutes
        if not targets:
            self.problem(f"{where}.targets: nothing is promised")
        return targets

    def promises(self, raw, where):
        """Minutes by metric."""
        minutes = {}
        for metric, value in raw.items():
            if metric not in METRICS:
                known = ", ".join(METRICS)
                self.problem(f"{where}: no such metric {metric!r}; there are {known}")
            elif value is not None:
                minutes[metric] = self.whole_number(value, f"{where}.{metric}")
        return {metric: value for metric, value in minutes.items() if value}

    def states(self, raw):
        """State to phase."""
        for state, phase in raw.items():
            if phase not in PHASES:
                known = ", ".join(PHASES)
                self.problem(f"states.{state}: no such phase {phase!r}; {known} are")
        return raw

    # ------------------------------------------------------------------
    # Pieces
    # ------------------------------------------------------------------

    def problem(self, text):
        """Note what is wrong, once."""
        if text not in self.problems:
            self.problems.append(text)

    def get(self, raw, key, where=""):
        """The value of a key that must be there; None if it is not."""
        if key not in raw:
            self.problem(f"{where}{': ' if where else ''}{key!r} is missing")
        return raw.get(key)

    def text(self, raw, key, where):
        """A text that must be there and not be empty; "" if it is not."""
        value = self.get(raw, key, where)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if key in raw:
            self.problem(f"{where}.{key}: a text, not {short(value)}")
        return ""

    def keys(self, raw, what, where):
        """Note the keys that are not known."""
        for key in sorted(raw.keys() - KNOWN_KEYS[what]):
            self.unused.append(f"{where}.{key}" if where else key)

    def mapping(self, raw, where):
        """A JSON object; of what is missing already, nothing more is said."""
        if isinstance(raw, dict):
            return raw
        if raw is not None or where == "the policy":
            self.problem(f"{where}: an object {{…}}, not {short(raw)}")
        return {}

    def array(self, raw, where):
        """A JSON array."""
        if isinstance(raw, list):
            return raw
        if raw is not None:
            self.problem(f"{where}: a list […], not {short(raw)}")
        return []

    def whole_number(self, value, where):
        """A number, 0 or more."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is int and 0 <= value < 2**31:
            return value
        if value is not None:
            self.problem(f"{where}: {short(value)} is not a whole number, 0 or more")
        return 0

    def unique(self, codes):
        """No two agreements have one code."""
        for code in dict.fromkeys(codes):
            if code and codes.count(code) > 1:
                self.problem(f"agreement {code}: there are {codes.count(code)} of it")


def unique_keys(pairs):
    """A JSON object; JSON itself would take the last of two values in silence."""
    found = {}
    for key, value in pairs:
        if key in found:
            raise KeyError(key)
        found[key] = value
    return found


def clock(minute):
    """A minute of the day as people write it.

    >>> clock(510), clock(1440)
    ('08:30', '24:00')
    """
    return f"{minute // 60:02}:{minute % 60:02}"


def short(value):
    """A JSON value, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 40 else text[:39] + "…"


def digest(raw):
    """A short name of a JSON value; the order of keys does not matter."""
    text = json.dumps(raw, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
