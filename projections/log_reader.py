"""Reads the log for followers: decoded once for all that stand at the same place, personal fields sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

from eventsourcing.persistence import Notification
from eventsourcing.utils import get_topic

from domain.event import LedgerAggregate
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position

BATCH_EVENTS = 2000
"""A live follower holds its partition for so many events at a time."""

Handled = Sequence[type[LedgerAggregate.Event]] | None
"""The classes of event that somebody handles; none given means all."""


class LoggedEvent(NamedTuple):
    """An event and its place in the log; its personal fields are sealed."""

    position: Position
    topic: str
    event: LedgerAggregate.Event


@dataclass(frozen=True, slots=True)
class Batch:
    """What a partition has up to a number, without what nobody here handles."""

    events: Sequence[LoggedEvent]
    until: int


def handled_by(projections: Iterable[ModuleType]) -> Handled:
    """What at least one of these read models handles, by their `HANDLES`."""
    wanted: list[type[LedgerAggregate.Event]] = []
    for projection in projections:
        if projection.HANDLES is None:
            return None
        wanted += projection.HANDLES
    return wanted


class LogReader:
    """Reads a partition batch by batch; followers of one process that go in step share the decoding."""

    def __init__(self, ledger: CreditLedger, handled: Handled, batch_events: int = BATCH_EVENTS) -> None:
        self.ledger = ledger
        self._mapper = ledger.reader()
        self._topics = None if handled is None else sorted(map(get_topic, handled))
        self._batch_events = batch_events
        self._last: tuple[tuple[int, int, int | None], Batch] = ((-1, -1, None), Batch((), 0))

    def read(self, partition: int, after: int, until: int | None = None) -> Batch:
        """What comes after a number, in commit order, at most up to `until`."""
        place, batch = self._last
        if place != (partition, after, until) or batch.until == after:
            batch = self._read(partition, after, until)
            self._last = ((partition, after, until), batch)
        return batch

    def _read(self, partition: int, after: int, until: int | None) -> Batch:
        head = self.ledger.event_log.head(partition)
        end = min(after + self._batch_events, head if until is None else min(head, until))
        if end <= after:
            return Batch((), after)
        found = self.ledger.event_log.read_partition(partition, after, end - after, self._topics)
        return Batch([self._decoded(notification) for notification in found], end)

    def _decoded(self, notification: Notification) -> LoggedEvent:
        event = self._mapper.to_domain_event(notification)
        if not isinstance(event, LedgerAggregate.Event):
            msg = f"{notification.topic} is no event of this ledger"
            raise TypeError(msg)
        return LoggedEvent(Position.from_id(notification.id), notification.topic, event)
