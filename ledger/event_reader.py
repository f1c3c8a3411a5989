"""Reads single events back from the log: opened for people who may see them, sealed for whatever else."""

from collections.abc import Sequence
from typing import Any

from ledger.credit_ledger import CreditLedger
from ledger.positions import Position

ENVELOPE = frozenset(
    {"originator_id", "originator_version", "originator_topic", "timestamp", "actor", "command_id"}
)
"""The fields that every event has."""


def read_events(ledger: CreditLedger, positions: Sequence[Position]) -> list[dict[str, Any]]:
    """The own fields of the events at some positions, in that order; erased ones read `erased`."""
    found = {stored.id: stored for stored in ledger.event_log.read_at(positions)}
    events = [ledger.mapper.to_domain_event(found[position.notification_id]) for position in positions]
    return [{name: _plain(value) for name, value in _own(event)} for event in events]


def sealed_event(ledger: CreditLedger, position: Position) -> Any:
    """The event at a position; its personal fields stay sealed."""
    (stored,) = ledger.event_log.read_at([position])
    return ledger.reader().to_domain_event(stored)


def _own(event: object) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in vars(event).items() if name not in ENVELOPE]


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, list, dict, type(None))) else str(value)
