"""Workers and consumers by subject id, each with the sealed name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.account import Account
from domain.streams import partition_of
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "worker_directory"

PEOPLE = Table(
    "people",
    {
        "subject_id": "uuid",
        "role": "text NOT NULL",
        "sealed_name": "text NOT NULL",  # the event's own seal and its address: no key was ever here
        "registered_at": "timestamptz NOT NULL",
    },
    key=("subject_id",),
    owner="subject_id",
)
TABLES = (PEOPLE,)
HANDLES = (Account.Created, Account.BecameWorker, Account.Renamed, Account.Erased)


_BECAME_WORKERS = """
    UPDATE people p SET role = 'worker' FROM unnest(%s::uuid[]) AS became (id)
    WHERE p.partition = ledger.partition_of(became.id) AND p.subject_id = became.id
"""


_RENAMED = "UPDATE people SET sealed_name = %s WHERE partition = %s AND subject_id = %s"


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Add the new people, give them their later role and name, drop the erased."""
    rows = {
        logged.event.subject_id: _row(logged.event)
        for logged in events
        if isinstance(logged.event, Account.Created)
    }
    PEOPLE.upsert(connection, rows.values())
    workers = [logged.event.subject_id for logged in events if isinstance(logged.event, Account.BecameWorker)]
    connection.execute(_BECAME_WORKERS, (workers,))
    for logged in events:
        if isinstance(logged.event, Account.Renamed):
            owner = logged.event.subject_id
            connection.execute(_RENAMED, (str(logged.event.name), partition_of(owner), owner))
    erased = [logged.event.subject_id for logged in events if isinstance(logged.event, Account.Erased)]
    PEOPLE.delete(connection, erased)


def _row(event: Account.Created) -> dict[str, Any]:
    return {
        "subject_id": event.subject_id,
        "role": event.role,
        "sealed_name": str(event.name),
        "registered_at": event.timestamp,
    }


@dataclass(frozen=True, slots=True)
class Person:
    """A registered person; the name is sealed."""

    subject_id: UUID
    role: str
    sealed_name: str
    registered_at: datetime


def find_people(connection: Connection, subject_ids: Sequence[UUID]) -> dict[UUID, Person]:
    """The living among these people."""
    query = """
        SELECT p.subject_id, p.role, p.sealed_name, p.registered_at FROM unnest(%s::uuid[]) AS wanted (id)
        JOIN views.people p ON p.partition = ledger.partition_of(wanted.id) AND p.subject_id = wanted.id
    """
    with connection.cursor(row_factory=class_row(Person)) as cursor:
        return {person.subject_id: person for person in cursor.execute(query, (list(subject_ids),))}
