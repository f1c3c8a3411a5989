"""Reads the log for followers: decoded once for all that stand at the same place, personal fields sealed."""

from collections.abc import Sequence
from dataclasses import dataclass

from eventsourcing.persistence import Notification

from domain.event import LedgerAggregate
from ledger.credit_ledger import CreditLedger
from ledger.positions import Position

BATCH_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event and its place in the log; its personal fields are sealed."""

    position: Position
    topic: str
    event: LedgerAggregate.Event


class LogReader:
    """Reads a partition batch by batch; followers of one process that go in step share the decoding."""

    def __init__(self, ledger: CreditLedger) -> None:
        self.ledger = ledger
        self._mapper = ledger.reader()
        self._last: tuple[tuple[int, int], Sequence[LoggedEvent]] = ((-1, -1), ())

    def read(self, partition: int, after: int) -> Sequence[LoggedEvent]:
        """The next events of a partition after a number, in commit order."""
        place, batch = self._last
        if place != (partition, after) or not batch:
            notifications = self.ledger.event_log.read_partition(partition, after, BATCH_EVENTS)
            batch = [self._decoded(notification) for notification in notifications]
            self._last = ((partition, after), batch)
        return batch

    def _decoded(self, notification: Notification) -> LoggedEvent:
        event = self._mapper.to_domain_event(notification)
        if not isinstance(event, LedgerAggregate.Event):
            msg = f"{notification.topic} is no event of this ledger"
            raise TypeError(msg)
        return LoggedEvent(Position.from_id(notification.id), notification.topic, event)
