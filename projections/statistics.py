"""Numbers for the regulator, by month and region: each event that changes one leaves its difference.

A worker has no region; what counts is where the enterprises are that confirmed the worker. Whoever works for
two of them counts at each. The differences name no person, so that past months outlive an erasure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.account import Account
from domain.attendance import Attendance
from domain.disclosure import Disclosure
from domain.enterprise import Enterprise
from domain.event import LedgerAggregate
from domain.streams import local_day
from domain.worker import Worker
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "statistics"

CHANGES = Table(
    "statistics_changes",
    {
        "partition": "smallint",
        "position": "bigint",
        "enterprise_id": "uuid",
        "month": "date NOT NULL",  # its first day, in Shanghai
        "workers": "smallint NOT NULL",
        "employed": "smallint NOT NULL",
        "left": "smallint NOT NULL",
        "enterprises": "smallint NOT NULL",
        "disclosures": "smallint NOT NULL",
    },
    key=("partition", "position", "enterprise_id"),
    indexes=("CREATE INDEX IF NOT EXISTS statistics_changes_month ON statistics_changes (month)",),
)

WORKERS = Table(
    "statistics_workers",
    {
        "partition": "smallint",
        "worker_id": "uuid",
        "is_present": "boolean",  # null before the registration is complete
        "confirmed_by": "uuid[] NOT NULL",
    },
    key=("partition", "worker_id"),
)
TABLES = (CHANGES, WORKERS)

CONFIRMED, ENDED = Worker.EmploymentConfirmed, Worker.EmploymentEnded
PRESENCE = (Attendance.Created, Attendance.CheckedIn, Attendance.Left)
OF_WORKERS = (CONFIRMED, ENDED, *PRESENCE, Disclosure.Approved, Account.Erased)
HANDLES: Sequence[type[LedgerAggregate.Event]] = (Enterprise.Created, *OF_WORKERS)

NONE = {"workers": 0, "employed": 0, "left": 0, "enterprises": 0, "disclosures": 0}


@dataclass
class _State:
    """What a worker counts as, and where."""

    is_present: bool | None = None
    confirmed_by: set[UUID] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """At each enterprise that confirmed the worker."""
        return {"workers": 1, "employed": self.is_present is True, "left": self.is_present is False}

    def fold(self, event: Any) -> None:
        """What the event makes of the worker."""
        match event:
            case Worker.EmploymentConfirmed():
                self.confirmed_by.add(event.enterprise_id)
            case Worker.EmploymentEnded():
                self.confirmed_by.discard(event.enterprise_id)
            case Account.Erased():
                self.confirmed_by.clear()
            case Attendance.Created():
                self.is_present = not event.has_left
            case Attendance.CheckedIn():
                self.is_present = True
            case Attendance.Left():
                self.is_present = False


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Fold a batch: the differences that its events make, and the last state of its workers."""
    partition = events[0].position.partition if events else 0
    workers = _states(connection, partition, events)
    CHANGES.upsert(connection, [row for logged in events for row in _changes(logged, workers)])
    WORKERS.upsert(connection, [_worker(partition, *state) for state in workers.items()])
    erased = [logged.event.subject_id for logged in events if isinstance(logged.event, Account.Erased)]
    connection.execute(
        "DELETE FROM statistics_workers WHERE partition = %s AND worker_id = ANY (%s)", (partition, erased)
    )


def _changes(logged: LoggedEvent, workers: dict[UUID, _State]) -> Iterator[dict[str, Any]]:
    event = logged.event
    if isinstance(event, Enterprise.Created):
        yield _change(logged, event.originator_id, {"enterprises": 1})
    elif isinstance(event, Disclosure.Approved):
        for enterprise_id in workers[event.subject_id].confirmed_by:
            yield _change(logged, enterprise_id, {"disclosures": 1})
    elif isinstance(event, OF_WORKERS):
        worker = workers[event.subject_id]
        before = dict.fromkeys(worker.confirmed_by, worker.counts())
        worker.fold(event)
        after = dict.fromkeys(worker.confirmed_by, worker.counts())
        for enterprise_id in before.keys() | after.keys():
            was, now = before.get(enterprise_id, NONE), after.get(enterprise_id, NONE)
            if was != now:
                difference = {name: now[name] - was[name] for name in ("workers", "employed", "left")}
                yield _change(logged, enterprise_id, difference)


def _change(logged: LoggedEvent, enterprise_id: UUID, counts: dict[str, int]) -> dict[str, Any]:
    return (
        NONE
        | counts
        | {
            "partition": logged.position.partition,
            "position": logged.position.number,
            "enterprise_id": enterprise_id,
            "month": local_day(logged.event.timestamp).replace(day=1),
        }
    )


def _states(connection: Connection, partition: int, events: Sequence[LoggedEvent]) -> dict[UUID, _State]:
    """The states of a batch's workers before it."""
    subjects = {logged.event.subject_id for logged in events if isinstance(logged.event, OF_WORKERS)}
    states = {subject: _State() for subject in subjects}
    query = """
        SELECT worker_id, is_present, confirmed_by FROM statistics_workers
        WHERE partition = %s AND worker_id = ANY (%s)
    """
    for worker_id, is_present, confirmed_by in connection.execute(query, (partition, list(states))):
        states[worker_id] = _State(is_present, set(confirmed_by))
    return states


def _worker(partition: int, worker_id: UUID, state: _State) -> dict[str, Any]:
    return {
        "partition": partition,
        "worker_id": worker_id,
        "is_present": state.is_present,
        "confirmed_by": sorted(state.confirmed_by),
    }


@dataclass(frozen=True, slots=True)
class RegionRow:
    """The numbers of a city at the end of a month; `disclosures` are those of the month alone."""

    province: str
    city: str
    workers: int
    employed: int
    left: int
    enterprises: int
    disclosures: int


def by_region(
    connection: Connection, month: date, province: str, after: tuple[str, str] | None, limit: int
) -> list[RegionRow]:
    """The numbers of each city, in order of province and city, after `after`.

    Args:
        connection: of the database.
        month: its first day.
        province: only this one, unless empty.
        after: a province and a city.
        limit: at most so many.
    """
    query = """
        SELECT n.province, n.city, sum(c.workers) AS workers, sum(c.employed) AS employed,
            sum(c.left) AS left, sum(c.enterprises) AS enterprises,
            coalesce(sum(c.disclosures) FILTER (WHERE c.month = %(month)s), 0) AS disclosures
        FROM views.statistics_changes c JOIN views.enterprises n USING (enterprise_id)
        WHERE c.month <= %(month)s AND %(province)s IN ('', n.province)
            AND (%(after)s::text IS NULL OR (n.province, n.city) > (%(after)s, %(city)s))
        GROUP BY n.province, n.city ORDER BY n.province, n.city LIMIT %(limit)s
    """
    last, city = after or (None, None)
    asked = {"month": month, "province": province, "after": last, "city": city, "limit": limit}
    with connection.cursor(row_factory=class_row(RegionRow)) as cursor:
        return cursor.execute(query, asked).fetchall()
