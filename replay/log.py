"""The event log: one line an event, the incident's state as of ``sys_updated_at``."""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from .broken import BrokenError

UNKNOWN = "?"
DATE_FORMAT = "%d-%m-%Y %H:%M"
#: a year outside of these is a slip of the pen
YEARS = range(1980, 2100)
#: the log's priorities, and the ticket's
PRIORITIES = {
    "1 - Critical": "3",
    "2 - High": "2",
    "3 - Moderate": "1",
    "4 - Low": "0",
}
REQUIRED = (
    "number",
    "incident_state",
    "sys_mod_count",
    "caller_id",
    "opened_at",
    "sys_updated_at",
    "category",
    "priority",
    "assignment_group",
    "assigned_to",
)


class Line(NamedTuple):
    """One event; empty text where the log does not know. Sorts in order of time."""

    at: datetime
    mod_count: int
    line: int
    state: str
    priority: str
    team: str
    assignee: str
    author: str
    vendor: str = ""

    @property
    def note(self):
        """What the ticket's history shows of it; tells two histories apart."""
        author = f", {self.author}" if self.author else ""
        return f"Log {self.mod_count}: {self.state}, {self.priority}{author}"


@dataclass
class Incident:
    """One incident: what its first event says of it, and its events in order."""

    number: str
    opened_at: datetime
    caller: str
    category: str
    priority: str
    #: all columns of the first event
    details: dict
    lines: list = field(default_factory=list)

    def history(self):
        """``(instant, note)`` of each event; nothing happens before it was opened."""
        return [(max(line.at, self.opened_at), line.note) for line in self.lines]


def read_log(path, states=None):
    """The incidents of a log file, in the order in which they first appear.

    :param path: a CSV file in UTF-8 with a header
    :param states: the known values of ``incident_state``; None: do not check them
    :raise BrokenError: names every line that can not be used
    """
    return _Reader(path, states).read()


class _Reader:
    """One reading of one file."""

    def __init__(self, path, states):
        self.path, self.states = path, states
        self.problems = []
        self.events = {}

    def read(self):
        """The incidents; see :func:`read_log`."""
        text = self.decode(self.path.read_bytes())
        if not text.strip():
            self.problems.append((1, "the file is empty"))
        else:
            self.parse(text)
        if self.problems:
            raise BrokenError(self.path, self.problems)
        return [self.incident(number) for number in self.events]

    def decode(self, data):
        """The text; lines that are not UTF-8 are noted."""
        self.undecodable = set()
        for number, line in enumerate(data.split(b"\n"), 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = line[error.start]
                text = f"not UTF-8 (byte 0x{byte:02x} at position {error.start + 1})"
                self.problems.append((number, text))
                self.undecodable.add(number)
        return data.decode("utf-8-sig", errors="replace")

    def parse(self, text):
        """Note the events and the problems of all lines."""
        records = self.records(text)
        _number, header = next(records, (1, []))
        header = [name.strip() for name in header]
        if not self.check_header(header):
            return
        before = len(self.problems)
        for number, values in records:
            self.parse_record(number, header, values)
        if not self.events and len(self.problems) == before:
            self.problems.append((1, "there is only a header, and no event"))

    def records(self, text):
        """``(line number, values)`` of each line that is not blank."""
        # Only "\n" ends a line; what else Python splits at may stand in a text.
        reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
        while True:
            number = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.problems.append((number, f"not a line of CSV: {error}"))
                continue
            if len(values) > 1 or any(map(str.strip, values)):
                yield number, values

    def check_header(self, header):
        """Whether the columns that are needed are there, each once."""
        if 1 in self.undecodable:
            return False
        found = [
            f"the column {name!r} is missing" for name in REQUIRED if name not in header
        ] + [
            f"the column {name!r} is there {header.count(name)} times"
            for name in REQUIRED
            if header.count(name) > 1
        ]
        self.problems += [(1, text) for text in found]
        return not found

    def parse_record(self, number, header, values):
        """Note one event, or what is wrong with it."""
        if number in self.undecodable:
            return
        if len(values) != len(header):
            count = f"fields: {len(values)}, but the header has {len(header)}"
            self.problems.append((number, count))
            return
        if any("\0" in value for value in values):
            self.problems.append((number, "there is a NUL character in it"))
            return
        values = (value.strip() for value in values)
        row = {
            name: "" if value == UNKNOWN else value
            for name, value in zip(header, values, strict=True)
        }
        checks = _Checks(row, self.states)
        line = checks.line(number)
        if checks.problems:
            self.problems += [(number, text) for text in checks.problems]
        else:
            events = self.events.setdefault(row["number"], [])
            events.append((line, checks.opened_at, row))

    def incident(self, number):
        """The incident made of its events."""
        events = sorted(self.events[number], key=lambda event: event[0][:3])
        first, opened_at, row = events[0]
        return Incident(
            number=number,
            opened_at=opened_at,
            caller=row["caller_id"],
            category=row["category"],
            priority=first.priority,
            details=row,
            lines=[line for line, _opened_at, _row in events],
        )


class _Checks:
    """The checks of one line."""

    def __init__(self, row, states):
        self.row, self.states = row, states
        self.problems = []
        self.opened_at = None

    def line(self, number):
        """The :class:`Line`; it is worth something only without problems."""
        row = self.row
        self.known("number")
        self.opened_at = self.date("opened_at")
        return Line(
            at=self.date("sys_updated_at"),
            mod_count=self.whole_number("sys_mod_count"),
            line=number,
            state=self.one_of("incident_state", self.states, "the policy's states"),
            priority=self.one_of("priority", PRIORITIES, "the priorities"),
            team=row["assignment_group"],
            assignee=row["assigned_to"],
            author=row.get("sys_updated_by", ""),
            vendor=row.get("vendor", ""),
        )

    def known(self, name):
        """A text that must not be unknown."""
        if not self.row[name]:
            self.problems.append(f"{name} is empty or unknown")
        return self.row[name]

    def date(self, name):
        """A date, UTC, to the minute."""
        text = self.known(name)
        if not text:
            return None
        try:
            moment = datetime.strptime(text, DATE_FORMAT)
        except ValueError:
            self.problems.append(f"{name} is {text!r}, not a date DD-MM-YYYY hh:mm")
            return None
        if moment.year not in YEARS:
            span = f"{YEARS[0]} to {YEARS[-1]}"
            self.problems.append(f"{name} is {text!r}; the year is not in {span}")
        return moment

    def whole_number(self, name):
        """A number, 0 or more."""
        text = self.known(name)
        if text.isascii() and text.isdigit():
            return int(text)
        if text:
            self.problems.append(f"{name} is {text!r}, not a whole number")
        return 0

    def one_of(self, name, choices, what):
        """One of some texts; anything where nothing is known of them."""
        text = self.known(name)
        if text and choices is not None and text not in choices:
            known = ", ".join(choices)
            self.problems.append(f"{name} {text!r} is not one of {what}: {known}")
        return text
