"""Writers that append as fast as they can, each in its own way; a process holds many of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from random import Random
from uuid import UUID, uuid4

from domain.rejections import Refused
from domain.streams import PARTITIONS
from ledger.store.append import StreamConflict
from ledger.store.claims import Claim, ClaimChanges
from ledger.store.connections import LastingPool
from ledger.store.recorder import LedgerRecorder
from tests.controls.stored_events import claim_on, stored, stream_in

HOT = tuple(stream_in(partition, 99) for partition in (3, 3 + PARTITIONS, 7, 8, 9, 10))
"""Streams that many writers continue at once; two of them lie in one partition."""

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CONNECTIONS = 4


@dataclass(frozen=True)
class Acknowledged:
    """An append that was answered.

    Attributes:
        append_id: under which it was sent.
        events: stream and version of each event.
        ids: the notification id of each, as it was told.
        won: the claim that it took for good.
    """

    append_id: UUID
    events: tuple[tuple[UUID, int], ...]
    ids: tuple[int, ...]
    won: str | None


class Writer:
    """Appends to a stream of its own, to a hot one, to several, or with claims that others want, too."""

    def __init__(self, recorder: LedgerRecorder, number: int, ends: float) -> None:
        self._recorder = recorder
        self._number = number
        self._own = stream_in(number % PARTITIONS, 1000 + number)
        self._elsewhere = stream_in((number + 5) % PARTITIONS, 2000 + number)
        self._random = Random(number)  # noqa: S311 - chooses streams
        self._ends = ends

    def append(self, nth: int) -> Acknowledged:
        """Append until it is acknowledged; a conflict is answered by another try with fresh versions.

        Raises:
            TimeoutError: the deadline is over.
        """
        streams, append_id, wanted = self._streams(), uuid4(), self._wanted(nth)
        while time.monotonic() < self._ends:
            events = [stored(stream, self._next_version(stream)) for stream in streams]
            claims = ClaimChanges(take=(*self._passing_claims(), *wanted))
            try:
                ids = self._recorder.insert_events(events, append_id=append_id, at=NOW, claims=claims)
            except StreamConflict:
                continue
            except Refused:  # somebody else was faster
                wanted = ()
                continue
            happened = tuple((UUID(str(e.originator_id)), e.originator_version) for e in events)
            won = wanted[0].digest.decode() if wanted else None
            return Acknowledged(append_id, happened, tuple(ids), won)
        raise TimeoutError

    def _streams(self) -> list[UUID]:
        match self._number % 4:
            case 0:
                return [self._random.choice(HOT)]
            case 1:
                several = [self._own, self._elsewhere, self._random.choice(HOT)]
                return self._random.sample(several, self._random.choice((2, 2, 3)))
        return [self._own]

    def _next_version(self, stream: UUID) -> int:
        last = self._recorder.select_events(stream, desc=True, limit=1)
        return last[0].originator_version + 1 if last else 1

    def _passing_claims(self) -> list[Claim]:
        """Two that all take and that lapse at once; half of the writers name them the other way round."""
        if self._number % 4 != 2:
            return []
        lapsed = NOW - timedelta(days=1)
        pair = [
            Claim("phone", 1, claim_on(value, self._own).digest, self._own, lapsed) for value in ("x", "y")
        ]
        return pair if self._number % 8 == 2 else pair[::-1]

    def _wanted(self, nth: int) -> tuple[Claim, ...]:
        """One that only the first of all writers gets."""
        return (claim_on(f"value {nth}", self._own),) if self._number % 4 == 2 else ()


def write(url: str, numbers: range, appends: int, seconds: float) -> list[Acknowledged]:
    """What the writers of one process were told; each appends so often."""
    pool = LastingPool(url, CONNECTIONS)
    recorder, ends = LedgerRecorder(pool), time.monotonic() + seconds

    def run(number: int) -> list[Acknowledged]:
        writer = Writer(recorder, number, ends)
        return [writer.append(nth) for nth in range(appends)]

    with ThreadPoolExecutor(len(numbers)) as threads:
        written = list(chain.from_iterable(threads.map(run, numbers)))
    pool.close()
    return written
