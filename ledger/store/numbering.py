"""The events of an append, numbered within their partitions before it is known where those end."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from typing import cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.streams import PARTITIONS, partition_of
from ledger.store.arrays import Bigints, Byteas, Smallints, Texts, TypedList, Uuids, columns
from ledger.store.positions import Position

Batch = Sequence[tuple[UUID, Sequence[StoredEvent]]]
"""Of each save its id and its events."""

SAVE = (Uuids, Smallints)
RUN = (Smallints, Uuids, Bigints, Bigints)
EVENT = (Smallints, Bigints, Uuids, Bigints, Texts, Byteas, Uuids)


def stream_of(event: StoredEvent) -> UUID:
    """The event's stream; ids of ours are no text."""
    return cast("UUID", event.originator_id)


class NumberedEvents:
    """Events of several saves; those of a save follow each other in each partition."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._counts = [0] * PARTITIONS
        self._runs: list[tuple[object, ...]] = []
        self._rows: list[tuple[int, int, UUID, int, str, bytes, UUID | None]] = []
        for save, (append_id, events) in enumerate(batch, 1):
            self._number(save, append_id, events)

    def _number(self, save: int, append_id: UUID, events: Sequence[StoredEvent]) -> None:
        """A run is some events of one stream in a row; the id of the append stands where it begins."""
        begun: set[int] = set()
        for stream, grouped in groupby(events, stream_of):
            run, partition = list(grouped), partition_of(stream)
            self._runs.append((save, stream, run[0].originator_version, run[-1].originator_version))
            for event in run:
                self._counts[partition] = number = self._counts[partition] + 1
                row = (partition, number, stream, event.originator_version, event.topic, event.state)
                self._rows.append((*row, None if partition in begun else append_id))
                begun.add(partition)

    @property
    def partitions(self) -> list[int]:
        """Where there are any, sorted."""
        return [partition for partition, count in enumerate(self._counts) if count]

    def columns(self) -> list[TypedList | None]:
        """Of the saves, the runs and the events."""
        saves = [(append_id, partition_of(stream_of(events[0]))) for append_id, events in self._batch]
        return [*columns(saves, SAVE), *columns(self._runs, RUN), *columns(self._rows, EVENT)]

    def ids_after(self, heads: Sequence[int]) -> Iterator[list[int]]:
        """Of each save the notification ids of its events, by the heads of `partitions` before the append."""
        before = {
            p: Position(p, head).notification_id for p, head in zip(self.partitions, heads, strict=True)
        }
        ids = [before[partition] + number for partition, number, *_ in self._rows]
        ends = accumulate((len(events) for _, events in self._batch), initial=0)
        return (ids[first:end] for first, end in pairwise(ends))
