# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is recorded about a ticket, and how a change of it becomes an event."""

#: The kind of an event by the most important fact that changed, in this order.
KINDS = (
    ("phase", "phase"),
    ("answered", "answer"),
    ("active", "archive"),
    ("priority", "priority"),
    ("service", "service"),
    ("process", "service"),
    ("process_kind", "service"),
    ("partner", "requester"),
    ("company", "requester"),
    ("sla", "agreement"),
    ("stage", "phase"),
    ("team", "assignment"),
    ("supplier", "assignment"),
    ("user", "assignment"),
    ("team_answered", "answer"),
    ("ola", "agreement"),
    ("uc", "agreement"),
    ("hours", "hours"),
)

#: A change of one of these asks anew which agreement of a kind is in force.
MATCHED_BY = {
    "sla": frozenset({"service", "process", "process_kind", "partner", "company"}),
    "ola": frozenset({"service", "process", "process_kind", "team", "company"}),
    "uc": frozenset({"service", "process", "process_kind", "supplier", "company"}),
}


def changes(before, after):
    """The facts of ``after`` that differ from ``before``, as a pair of dicts.

    >>> changes({"phase": "waiting", "team": 1}, {"phase": "working", "team": 1})
    ({'phase': 'waiting'}, {'phase': 'working'})
    >>> changes({}, {"priority": "1"})
    ({'priority': None}, {'priority': '1'})
    """
    changed = [key for key, value in after.items() if before.get(key) != value]
    return (
        {key: before.get(key) for key in changed},
        {key: after[key] for key in changed},
    )


def kind_of(changed):
    """The kind of an event that changed these facts.

    >>> kind_of({"team": 4, "phase": "working"}), kind_of({"user": 2}), kind_of({})
    ('phase', 'assignment', 'note')
    """
    return next((kind for fact, kind in KINDS if fact in changed), "note")


def most_specific(targets, service, process_kind, priority):
    """The target line that fits best, or None.

    :param targets: iterable of objects with ``service``, ``process_kind`` and
        ``priority``; an empty value fits all. A line that names the service beats one
        that does not; then the process kind decides, then the priority.

    >>> from types import SimpleNamespace as Line
    >>> lines = [Line(service=None, process_kind=None, priority="3", name="urgent"),
    ...          Line(service=5, process_kind=None, priority=None, name="mail"),
    ...          Line(service=None, process_kind=None, priority=None, name="rest")]
    >>> [most_specific(lines, *wanted).name
    ...  for wanted in ((5, None, "3"), (6, None, "3"), (6, "change", "1"))]
    ['mail', 'urgent', 'rest']
    """
    wanted = (service, process_kind, priority)

    def fits(line):
        having = (line.service, line.process_kind, line.priority)
        return all(not h or h == w for h, w in zip(having, wanted, strict=True))

    def rank(line):
        return bool(line.service), bool(line.process_kind), bool(line.priority)

    return max(filter(fits, targets), key=rank, default=None)
