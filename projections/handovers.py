"""What a worker's own phone is told of a borrowed device; filled with the read model `disclosures`.

It shares that model's positions, so that one cursor of the push orders both.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from domain.event import LedgerAggregate
from domain.handover import COMPLETE, Handover
from projections.log_reader import LoggedEvent
from projections.tables import Table

HANDOVER_STEPS = Table(
    "handover_steps",
    {
        "partition": "smallint",
        "position": "bigint",
        "worker_id": "uuid NOT NULL",
        "handover_id": "uuid NOT NULL",
        "what": "text NOT NULL",
        "at": "timestamptz NOT NULL",
    },
    key=("partition", "position"),
)

STEPS: dict[type[LedgerAggregate.Event], str] = {
    Handover.Created: "opened",
    Handover.Redeemed: "redeemed",
    Handover.Ended: "ended",
}


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """One step an event."""
    HANDOVER_STEPS.upsert(connection, [_row(logged) for logged in events if type(logged.event) in STEPS])


def _row(logged: LoggedEvent) -> dict[str, Any]:
    event: Any = logged.event
    what = "completed" if getattr(event, "because", "") == COMPLETE else STEPS[type(event)]
    return {
        "partition": logged.position.partition,
        "position": logged.position.number,
        "worker_id": event.subject_id,
        "handover_id": event.originator_id,
        "what": what,
        "at": event.timestamp,
    }
