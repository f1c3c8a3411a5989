"""Server-sent events: what happens to a person's disclosures and handovers, at once, with catch-up.

An event holds ids only. Its id is a cursor: the number seen in each partition; a client that comes back with
`Last-Event-ID` gets what it missed.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

import psycopg
from fastapi.concurrency import run_in_threadpool
from sse_starlette import ServerSentEvent

from api.http.tokens import Session, Sessions
from domain.streams import PARTITIONS
from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import InvalidPosition, Position
from projections.follower import positions_of
from projections.pushed import PushStep, steps_after, steps_of_party_after

POLL_SECONDS = 0.1
TOKEN_CHECK_SECONDS = 1.0

Cursor = dict[int, int]

log = logging.getLogger(__name__)


def write_cursor(cursor: Cursor) -> str:
    """The cursor as the id of an event."""
    return ".".join(str(cursor.get(partition, 0)) for partition in range(PARTITIONS))


def read_cursor(text: str) -> Cursor | None:
    """What `write_cursor` wrote; nothing for anything else."""
    try:
        seen = [Position.parse(f"{partition}.{number}") for partition, number in enumerate(text.split("."))]
    except InvalidPosition:
        return None
    return {place.partition: place.number for place in seen} if len(seen) == PARTITIONS else None


@dataclass(eq=False)
class _Connection:
    session: Session
    arrived: asyncio.Queue[PushStep | None] = field(default_factory=asyncio.Queue)


class PushHub:
    """Reads new steps once for all connections of this process and hands each to its parties."""

    def __init__(self, ledger: CreditLedger, sessions: Sessions, clock: Clock) -> None:
        self._ledger = ledger
        self._sessions = sessions
        self._clock = clock
        self._connections: dict[_Connection, None] = {}  # in the order in which they came
        self._seen: Cursor = {}
        self._checked_at = monotonic()

    async def run(self) -> None:
        """Poll until cancelled; while the database is away nothing is pushed, and nothing is lost."""
        while True:
            try:
                await self._poll()
            except psycopg.OperationalError as error:
                log.warning("push waits for the database (%s)", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def _poll(self) -> None:
        if not (self._connections and self._seen):
            await self._skip_to_heads()
            return
        self._hand_out(await run_in_threadpool(self._fresh_steps))
        if monotonic() - self._checked_at >= TOKEN_CHECK_SECONDS:
            self._checked_at = monotonic()
            await self._close_revoked()

    async def _skip_to_heads(self) -> None:
        """Nobody listens; unless somebody came meanwhile, who must get what happened since they came."""
        heads = await run_in_threadpool(self._heads)
        if not (self._connections and self._seen):
            self._seen = heads

    def _heads(self) -> Cursor:
        with self._ledger.pool.connection() as connection:
            return positions_of(connection, "disclosures")

    def _fresh_steps(self) -> Sequence[PushStep]:
        with self._ledger.pool.connection() as connection:
            return steps_after(connection, self._seen)

    def _hand_out(self, steps: Sequence[PushStep]) -> None:
        for step in steps:
            self._seen[step.partition] = max(step.position, self._seen.get(step.partition, 0))
            for connection in self._connections:
                if connection.session.subject_id in (step.worker_id, step.consumer_id):
                    connection.arrived.put_nowait(step)

    async def _close_revoked(self) -> None:
        connected = {connection.session.session_id for connection in self._connections}
        living = await run_in_threadpool(self._sessions.living, self._clock(), connected)
        for connection in self._connections:
            if connection.session.session_id not in living:
                connection.arrived.put_nowait(None)

    async def stream(self, session: Session, last_event_id: str) -> AsyncIterator[ServerSentEvent]:
        """The events of a connection; ends when the session does, so that the client refreshes its token."""
        connection = _Connection(session)
        cursor = dict(self._seen)
        self._make_room_for(session.subject_id)
        self._connections[connection] = None
        try:
            missed = await run_in_threadpool(
                self._missed, session.subject_id, read_cursor(last_event_id), cursor
            )
            yield ServerSentEvent(event="hello", id=write_cursor(cursor), data="{}")
            for step in missed:
                yield _event(step, cursor)
            while arrived := await connection.arrived.get():
                if arrived.position > cursor.get(arrived.partition, 0):
                    yield _event(arrived, cursor)
        finally:
            with suppress(KeyError):
                del self._connections[connection]

    def _make_room_for(self, person: UUID) -> None:
        """End the oldest streams of somebody who has as many as anybody may have; each has a queue."""
        own = [one for one in self._connections if one.session.subject_id == person]
        for connection in own[: max(0, len(own) + 1 - self._ledger.rules.open_streams_per_account)]:
            connection.arrived.put_nowait(None)

    def _missed(self, party: UUID, since: Cursor | None, until: Cursor) -> list[PushStep]:
        if since is None:
            return []
        with self._ledger.pool.connection() as connection:
            steps = steps_of_party_after(connection, party, since)
        until.update(since)
        return steps


def _event(step: PushStep, cursor: Cursor) -> ServerSentEvent:
    cursor[step.partition] = max(step.position, cursor.get(step.partition, 0))
    data = {f"{step.about}_id": str(step.id), "what": step.what, "at": step.at.isoformat()}
    return ServerSentEvent(event=f"{step.about}.{step.what}", id=write_cursor(cursor), data=json.dumps(data))
