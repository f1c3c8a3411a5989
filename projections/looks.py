"""Who looked at a person's data, for the person: ids only, and for the living only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.access_log import AccessLog
from domain.account import Account
from domain.disclosure import Disclosure
from ledger.store.positions import Position
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "looks"

LOOKS = Table(
    "looks",
    {
        "subject_id": "uuid",
        "at": "timestamptz",
        "position": "bigint",
        "shown_at": "timestamptz NOT NULL",
        "kind": "text NOT NULL",  # of who looked: `consumer`, `enterprise`, or an authority's role
        "party_id": "uuid",  # the consumer or the enterprise
        "what": "text NOT NULL",
        "basis": "text NOT NULL",  # empty where the person approved it
        "disclosure_id": "uuid",
        "scopes": "text[] NOT NULL",
    },
    key=("subject_id", "at", "position"),
    owner="subject_id",
)
TABLES = (LOOKS,)
HANDLES = (AccessLog.Looked, Disclosure.Viewed, Account.Erased)

KIND_OF_ROLE = {"operator": "enterprise"}
"""The person sees for whom somebody looked; a role that is not here is the kind."""

_DROP_ERASED = """
    DELETE FROM looks l USING unnest(%s::uuid[]) AS seen (id), ledger.erased_subjects e
    WHERE e.partition = ledger.partition_of(seen.id) AND e.subject_id = seen.id
        AND l.partition = ledger.partition_of(seen.id) AND l.subject_id = seen.id
"""


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """One row a look; whoever is erased has none, also of looks that come after the erasure."""
    LOOKS.upsert(connection, [_row(logged) for logged in events if type(logged.event) in HANDLES[:2]])
    seen = {logged.event.subject_id for logged in events if isinstance(logged.event, HANDLES)}
    if seen:
        connection.execute(_DROP_ERASED, (sorted(seen),))


def _row(logged: LoggedEvent) -> dict[str, Any]:
    event: Any = logged.event
    told = _disclosed(event) if isinstance(event, Disclosure.Viewed) else _looked(event)
    return told | {
        "subject_id": event.subject_id,
        "at": event.timestamp,
        "position": logged.position.number,
    }


def _looked(event: AccessLog.Looked) -> dict[str, Any]:
    return {
        "shown_at": event.shown_at,
        "kind": KIND_OF_ROLE.get(event.role, event.role),
        "party_id": event.enterprise_id,
        "what": event.what,
        "basis": event.basis,
        "disclosure_id": None,
        "scopes": [],
    }


def _disclosed(event: Disclosure.Viewed) -> dict[str, Any]:
    return {
        "shown_at": event.timestamp,
        "kind": "consumer",
        "party_id": event.consumer_id,
        "what": "disclosure",
        "basis": "",
        "disclosure_id": event.originator_id,
        "scopes": event.scopes,
    }


@dataclass(frozen=True, slots=True)
class LookRow:
    """A look at somebody's data; `enterprise_name` is empty unless an enterprise of the directory looked."""

    partition: int
    subject_id: UUID
    at: datetime
    position: int
    shown_at: datetime
    kind: str
    party_id: UUID | None
    what: str
    basis: str
    disclosure_id: UUID | None
    scopes: list[str]
    enterprise_name: str

    @property
    def place(self) -> Position:
        """Where the event lies in the log."""
        return Position(self.partition, self.position)


def looks_at(
    connection: Connection, subject_id: UUID, now: datetime, after: tuple[datetime, int] | None, limit: int
) -> list[LookRow]:
    """The looks that the person may see now, newest first, after a (time, number)."""
    query = """
        SELECT l.*, coalesce(n.name, '') AS enterprise_name FROM views.looks l
        LEFT JOIN views.enterprises n
            ON n.partition = ledger.partition_of(l.party_id) AND n.enterprise_id = l.party_id
        WHERE l.partition = ledger.partition_of(%s) AND l.subject_id = %s AND l.shown_at <= %s
            AND (%s::timestamptz IS NULL OR (l.at, l.position) < (%s, %s::bigint))
        ORDER BY l.at DESC, l.position DESC LIMIT %s
    """
    at, number = after or (None, 0)
    with connection.cursor(row_factory=class_row(LookRow)) as cursor:
        return cursor.execute(query, (subject_id, subject_id, now, at, at, number, limit)).fetchall()
