"""Reads single events back from the log: opened for people who may see them, sealed for whatever else."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.personal import personal_fields
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position

ENVELOPE = frozenset(
    {"originator_id", "originator_version", "originator_topic", "timestamp", "actor", "command_id"}
)
"""The fields that every event has."""


WITHHELD = "withheld"


def read_events(ledger: CreditLedger, positions: Sequence[Position], about: UUID) -> list[dict[str, Any]]:
    """The own fields of the events at some positions, in that order; erased ones read `erased`.

    Personal fields are read out where the event is `about` that person, or they are that person's own. Those
    of other people read `withheld`: nobody recorded a look at them. So it is on the trail of an officer, say.
    """
    found = {stored.id: stored for stored in ledger.event_log.read_at(positions)}
    events = [ledger.mapper.to_domain_event(found[position.notification_id]) for position in positions]
    return [_read_out(event, about) for event in events]


def sealed_event(ledger: CreditLedger, position: Position) -> Any:
    """The event at a position; its personal fields stay sealed."""
    (stored,) = ledger.event_log.read_at([position])
    return ledger.reader().to_domain_event(stored)


def _read_out(event: object, about: UUID) -> dict[str, Any]:
    withheld = set() if getattr(event, "subject_id", None) == about else _of_others(event, about)
    return {name: WITHHELD if name in withheld else _plain(value) for name, value in _own(event)}


def _of_others(event: object, about: UUID) -> set[str]:
    """The personal fields of an event whose person is somebody else."""
    marked = personal_fields(type(event)).items()
    return {name for name, subject_field in marked if getattr(event, subject_field) != about}


def _own(event: object) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in vars(event).items() if name not in ENVELOPE]


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else str(value)
