"""The recorder: events in Postgres, ordered per partition, claims and erasures in the same transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg_pool import ConnectionPool

from domain.streams import partition_of
from ledger.store.append import Outcome, Save, find_append
from ledger.store.batcher import Append, Batcher
from ledger.store.claims import NO_CHANGES, ClaimChanges
from ledger.store.hints import POLLING, Wakeups
from ledger.store.metrics import APPEND_EVENTS, APPEND_SAVES, APPEND_SECONDS
from ledger.store.partitioned_log import PartitionedLog
from ledger.store.positions import Position
from ledger.store.sender import Sender, telling

_STREAM = """
    SELECT stream_id, version, topic, state FROM ledger.events
    WHERE partition = %s AND stream_id = %s AND version > %s AND version <= %s
    ORDER BY version"""
STREAM: dict[bool, LiteralString] = {False: _STREAM + " LIMIT %s", True: _STREAM + " DESC LIMIT %s"}
"""Reads a stream forwards, or backwards if `desc`."""

STREAMS = """
    SELECT e.* FROM unnest(%s::smallint[], %s::uuid[]) AS w (partition, stream_id)
    CROSS JOIN LATERAL (
        SELECT stream_id, version, topic, state FROM ledger.events e
        WHERE e.partition = w.partition AND e.stream_id = w.stream_id ORDER BY version
    ) AS e"""
"""Reads streams one by one by their index, whatever the server takes the table's size for."""

FLUSH = "SELECT pg_logical_emit_message(true, '', '')"
IS_BEHIND = "SELECT pg_current_wal_flush_lsn() < pg_current_wal_insert_lsn()"

DISTANT_PAST = datetime(1970, 1, 1, tzinfo=UTC)
"""No claim lapses when an append names no instant."""


class LedgerRecorder(PartitionedLog, ApplicationRecorder):
    """The library's recorder interface over `ledger.events`, and a log that is read per partition."""

    def __init__(self, pool: ConnectionPool, wakeups: Wakeups = POLLING, send: Append | None = None) -> None:
        super().__init__(pool)
        self.wakeups = wakeups
        self._send = send or Sender(pool)
        self._batcher = Batcher(self._append)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        append_id: UUID | None = None,
        at: datetime = DISTANT_PAST,
        claims: ClaimChanges = NO_CHANGES,
        subjects: Sequence[UUID] = (),
        erase: UUID | None = None,
        **_: Any,
    ) -> Sequence[int]:
        """Append a batch in one transaction.

        Args:
            stored_events: the events, in order; several streams may be mixed.
            append_id: a batch with an id that was committed before is not written again.
            at: the command's instant, by which older claims lapse.
            claims: what is taken and given back in the same transaction.
            subjects: whose personal fields the batch seals; refused once one of them is erased.
            erase: the person whom this batch erases.

        Returns:
            the notification id of each event.

        Raises:
            StreamConflict: a stream moved on; names it.
            Refused: a claim is held by somebody else, or a subject is erased.
            AlreadyAppended: the append was committed before.
            FateUnknown: the server went away for too long; names the append.
        """
        if not stored_events:
            return []
        save = Save(stored_events, append_id or uuid4(), at, claims, subjects, erase)
        with telling(save):
            return self._batcher.save(save).result()

    def _append(self, saves: Sequence[Save]) -> Sequence[Outcome]:
        """Append a batch and tell those who follow, who may come too late or never hear of it."""
        APPEND_SAVES.observe(len(saves))
        APPEND_EVENTS.observe(sum(len(save.events) for save in saves))
        with APPEND_SECONDS.time():
            outcomes = self._send(saves)
        self.wakeups.tell()
        return outcomes

    def flush(self) -> None:
        """Wait until everything that was visible is on disk; before anything leaves the database."""
        with self._connection() as connection:
            connection.execute(FLUSH)

    def settle(self) -> None:
        """As `flush`, but at no cost where the disk is not behind; before an answer from the log."""
        with self._connection() as connection:
            behind = connection.execute(IS_BEHIND).fetchone()
            if behind and behind[0]:
                connection.execute(FLUSH)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read a stream, or a part of it."""
        stream = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        bounds = (gt or 0, (1 << 62) if lte is None else lte, limit)
        with self._connection() as connection:
            rows = connection.execute(STREAM[desc], (partition_of(stream), stream, *bounds)).fetchall()
        return [StoredEvent(s, v, t, bytes(b)) for s, v, t, b in rows]

    def select_streams(self, streams: Sequence[UUID]) -> Sequence[StoredEvent]:
        """Read whole streams in one round trip, each once and in order."""
        wanted = sorted(set(streams))
        with self._connection() as connection:
            places = ([partition_of(stream) for stream in wanted], wanted)
            rows = connection.execute(STREAMS, places).fetchall()
        return [StoredEvent(s, v, t, bytes(b)) for s, v, t, b in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read the log by notification id, that is partition after partition."""
        query = """
            SELECT (partition::bigint << 48) + position, stream_id, version, topic, state FROM ledger.events
            WHERE (partition, position) >= (%s, %s) AND (partition, position) <= (%s, %s)
                AND (%s = '{}' OR topic = ANY (%s))
            ORDER BY partition, position LIMIT %s
        """
        low = Position.from_id((start or 0) + (not inclusive_of_start))
        high = Position.from_id((1 << 62) if stop is None else stop)
        bounds = (low.partition, low.number, min(high.partition, 32767), high.number)
        with self._connection() as connection:
            rows = connection.execute(query, (*bounds, *[list(topics)] * 2, limit)).fetchall()
        return [Notification(s, v, t, bytes(b), id=n) for n, s, v, t, b in rows]

    def max_notification_id(self) -> int | None:
        """The id of the last event of the last partition that has any."""
        query = "SELECT max((partition::bigint << 48) + head) FROM ledger.partitions WHERE head > 0"
        with self._connection() as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Followers poll partitions (`projections.runner`); one subscription would have no order to offer."""
        msg = "follow the log per partition"
        raise NotImplementedError(msg)

    def find_append(self, append_id: UUID) -> list[int] | None:
        """The notification ids of an append that was committed, if it was; on disk when this returns."""
        with self._connection() as connection:
            ids = find_append(connection, append_id)
        if ids is not None:
            self.flush()
        return ids
