"""Sends batches to the server, and again while it restarts; what was committed is recognised by its id."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from uuid import UUID

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg_pool import ConnectionPool, PoolClosed

from ledger.store.append import Outcome, Save, append

Call = Callable[[psycopg.Connection, Sequence[Save]], Sequence[Outcome]]

RESTARTING = ("57P01", "57P02", "57P03")
"""Shut down by its administrator, after a crash of one of its processes, or not yet ready."""


class ServerAway(OperationalError):
    """The server did not come back in time."""


class FateUnknown(ServerAway):
    """An append was under way when the server went away: it is committed, or it is not.

    Whoever sends it again with the same id finds out, and it is written once in either case.
    """

    def __init__(self, append_id: UUID) -> None:
        super().__init__(f"append {append_id} is committed or not: send it again with the same id")
        self.append_id = append_id


@contextmanager
def telling(save: Save) -> Iterator[None]:
    """Tell whoever appends which append it is whose fate is unknown; a batch holds those of others, too."""
    try:
        yield
    except ServerAway as error:
        raise FateUnknown(save.append_id) from error


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an append waits for a server that restarts.

    Attributes:
        seconds: after this time its fate is called unknown; a crash recovery may take as long.
        first_pause_seconds: between the first two tries; then twice as long each time.
        longest_pause_seconds: between two tries.
        now: seconds, from any beginning.
        pause: waits so many seconds.
    """

    seconds: float = 20.0
    first_pause_seconds: float = 0.02
    longest_pause_seconds: float = 0.5
    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def tries(self) -> Iterator[tuple[int, float]]:
        """The number of each try and the seconds that are left for it, with pauses in between."""
        ends, pause = self.now() + self.seconds, self.first_pause_seconds
        for number in count(1):
            yield number, ends - self.now()
            if self.now() + pause >= ends:
                return
            self.pause(pause)
            pause = min(2 * pause, self.longest_pause_seconds)


PATIENCE = Patience()


class Sender:
    """Appends batches through a pool."""

    def __init__(self, pool: ConnectionPool, patience: Patience = PATIENCE, call: Call = append) -> None:
        self._pool = pool
        self._patience = patience
        self._call = call

    def __call__(self, saves: Sequence[Save]) -> Sequence[Outcome]:
        """Append the saves, which touch nothing in common; on disk when this returns.

        Raises:
            ServerAway: the server did not come back in time; the saves are committed or not.
            OperationalError: the server refused the batch.
        """
        last: Exception | None = None
        for number, seconds_left in self._patience.tries():
            try:
                outcomes = self._send(saves, seconds_left)
            except psycopg.OperationalError as error:
                if not _may_come_back(error):
                    raise OperationalError(str(error)) from error
                last = error
            else:
                return outcomes if number == 1 else _as_first_told(saves, outcomes)
        raise ServerAway(str(last)) from last

    def _send(self, saves: Sequence[Save], seconds: float) -> Sequence[Outcome]:
        with self._pool.connection(timeout=seconds) as connection:
            return self._call(connection, saves)


def _may_come_back(error: psycopg.OperationalError) -> bool:
    """Whether the connection is lost, or none is to be had; a deadlock or a full disk is no such thing."""
    return not isinstance(error, PoolClosed) and (error.sqlstate is None or error.sqlstate in RESTARTING)


def _as_first_told(saves: Sequence[Save], outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Of a batch that was sent again after its answer was lost: committed before means committed now."""
    return [outcome.as_first_told(save) for save, outcome in zip(saves, outcomes, strict=True)]
