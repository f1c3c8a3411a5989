"""The registry of data providers and card-reading machines, with their keys; nothing in it is personal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.event import LedgerAggregate
from domain.kiosk import FIRST_KEY, Kiosk
from domain.provider import Provider
from domain.streams import partition_of
from projections.log_reader import LoggedEvent
from projections.tables import Table

NAME = "signers"

SIGNERS = Table(
    "signers",
    {
        "partition": "smallint",
        "signer_id": "uuid",
        "kind": "text NOT NULL",  # `provider`, `kiosk` or `certified_reader`
        "label": "text NOT NULL",  # a provider's name, or where a machine stands or who carries it
        "status": "text NOT NULL",
        "record_types": "text[] NOT NULL",
        "proposed_record_types": "text[] NOT NULL",
        "registered_by": "text NOT NULL",
        "registered_at": "timestamptz NOT NULL",
    },
    key=("partition", "signer_id"),
)
SIGNER_KEYS = Table(
    "signer_keys",
    {
        "partition": "smallint",
        "signer_id": "uuid",
        "kid": "text",
        "status": "text NOT NULL",
        "public_key": "text NOT NULL",  # a JWK
        "proposed_by": "text NOT NULL",
        "since": "timestamptz NOT NULL",  # when it was added
    },
    key=("partition", "signer_id", "kid"),
)
TABLES = (SIGNERS, SIGNER_KEYS)

STATUS_OF: dict[type[LedgerAggregate.Event], str] = {
    Provider.Confirmed: "in_force",
    Provider.Withdrawn: "withdrawn",
    Kiosk.Confirmed: "in_force",
    Kiosk.Withdrawn: "withdrawn",
}
KEY_STATUS_OF: dict[type[LedgerAggregate.Event], str] = {
    Provider.KeyConfirmed: "in_force",
    Provider.KeyRetired: "retired",
    Kiosk.KeyConfirmed: "in_force",
    Kiosk.KeyRetired: "retired",
}
HANDLES = (
    *(Provider.Created, Provider.KeyAdded, Provider.RecordTypesProposed, Provider.RecordTypesGranted),
    *(Kiosk.Created, Kiosk.KeyAdded),
    *STATUS_OF,
    *KEY_STATUS_OF,
)


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Fold one event after the other: there are few, and each changes what the ones before it made."""
    for logged in events:
        _fold(connection, logged.event)


def _fold(connection: Connection, event: LedgerAggregate.Event) -> None:
    match event:
        case Provider.Created():
            _add(connection, event, "provider", event.name, event.record_types)
            SIGNER_KEYS.upsert(connection, [_key(event, *key, "in_force") for key in event.keys.items()])
        case Kiosk.Created():
            _add(connection, event, event.kind, event.site, [])
            SIGNER_KEYS.upsert(connection, [_key(event, FIRST_KEY, event.public_key, "in_force")])
        case Provider.KeyAdded() | Kiosk.KeyAdded():
            SIGNER_KEYS.upsert(connection, [_key(event, event.kid, event.key, "proposed")])
        case Provider.RecordTypesProposed():
            change = "UPDATE signers SET proposed_record_types = %s"
            _change(connection, event, change, [event.record_types])
        case Provider.RecordTypesGranted():
            change = "UPDATE signers SET record_types = %s, proposed_record_types = '{}'"
            _change(connection, event, change, [event.record_types])
        case Provider.KeyConfirmed() | Provider.KeyRetired() | Kiosk.KeyConfirmed() | Kiosk.KeyRetired():
            change = "UPDATE signer_keys SET status = %s"
            _change(connection, event, change, [KEY_STATUS_OF[type(event)]], kid=event.kid)
        case _ if type(event) in STATUS_OF:
            _change(connection, event, "UPDATE signers SET status = %s", [STATUS_OF[type(event)]])


def _change(
    connection: Connection,
    event: LedgerAggregate.Event,
    change: LiteralString,
    values: list[object],
    *,
    kid: str | None = None,
) -> None:
    where = " WHERE partition = %s AND signer_id = %s" + (" AND kid = %s" if kid else "")
    signer_id = event.originator_id
    place: list[object] = [partition_of(signer_id), signer_id, *([kid] if kid else [])]
    connection.execute(change + where, [*values, *place])


def _add(
    connection: Connection, event: LedgerAggregate.Event, kind: str, label: str, record_types: list[str]
) -> None:
    row = {
        "partition": partition_of(event.originator_id),
        "signer_id": event.originator_id,
        "kind": kind,
        "label": label,
        "status": "proposed",
        "record_types": record_types,
        "proposed_record_types": [],
        "registered_by": event.actor,
        "registered_at": event.timestamp,
    }
    SIGNERS.upsert(connection, [row])


def _key(event: LedgerAggregate.Event, kid: str, key: dict[str, str], status: str) -> dict[str, Any]:
    return {
        "partition": partition_of(event.originator_id),
        "signer_id": event.originator_id,
        "kid": kid,
        "status": status,
        "public_key": json.dumps(key),
        "proposed_by": event.actor,
        "since": event.timestamp,
    }


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of a provider or a kiosk; `public_key` is a JWK as text."""

    signer_id: UUID
    kid: str
    status: str
    public_key: str
    proposed_by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SignerRow:
    """A provider, a kiosk or a certified reader; `label` is a provider's name or a machine's site."""

    signer_id: UUID
    kind: str
    label: str
    status: str
    record_types: list[str]
    proposed_record_types: list[str]
    registered_by: str
    registered_at: datetime
    keys: list[KeyRow] = field(default_factory=list)


def of_kinds(connection: Connection, kinds: Sequence[str], after: UUID | None, limit: int) -> list[SignerRow]:
    """The signers of some kinds in order of id, after `after`, with their keys, oldest first."""
    query = """
        SELECT signer_id, kind, label, status, record_types, proposed_record_types, registered_by,
            registered_at
        FROM views.signers WHERE kind = ANY(%s) AND (%s::uuid IS NULL OR signer_id > %s)
        ORDER BY signer_id LIMIT %s
    """
    with connection.cursor(row_factory=class_row(SignerRow)) as cursor:
        found = cursor.execute(query, (list(kinds), after, after, limit)).fetchall()
    by_id = {row.signer_id: row for row in found}
    query = """
        SELECT signer_id, kid, status, public_key, proposed_by, since FROM views.signer_keys
        WHERE (partition, signer_id) IN (SELECT * FROM unnest(%s::smallint[], %s::uuid[]))
        ORDER BY signer_id, since, kid
    """
    partitions = [partition_of(signer_id) for signer_id in by_id]
    with connection.cursor(row_factory=class_row(KeyRow)) as cursor:
        for key in cursor.execute(query, (partitions, list(by_id))):
            by_id[key.signer_id].keys.append(key)
    return found
