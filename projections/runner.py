"""Keeps followers up to date with the log; polling is the guarantee, a hint only ends a wait early."""

from collections.abc import Collection, Sequence
from threading import Event

from ledger.store.hints import POLLING, Wakeups
from projections.follower import Follower, ProjectionStopped, lags
from projections.metrics import LAG_EVENTS


def run(followers: Sequence[Follower], stop: Event, wakeups: Wakeups = POLLING) -> None:
    """Catch up again and again until `stop` is set.

    A follower that fails on an event is stopped and the others go on; started again, it begins with the same
    event. Nothing is skipped.

    Raises:
        ProjectionStopped: of the first follower that was stopped, once the loop ends; it also ends when the
            last one was.
        psycopg.OperationalError: the database is away; whoever supervises starts the process again.
    """
    stopped: dict[str, ProjectionStopped] = {}
    while not stop.is_set() and len(stopped) < len(followers):
        try:
            fresh = catch_up(followers, stopped)
        except ProjectionStopped as failure:
            stopped[failure.follower] = failure
        else:
            if not fresh:
                wakeups.wait(stop)
    if stopped:
        raise next(iter(stopped.values()))


def catch_up(followers: Sequence[Follower], stopped: Collection[str] = ()) -> int:
    """Let every follower handle what is new, partition by partition and batch by batch.

    Followers that stand at the same place handle a batch one after the other, so it is decoded once.

    Args:
        followers: of one ledger.
        stopped: the names of those that shall not; their lag is told nevertheless.

    Returns:
        how many events were handled or passed over, all followers together.

    Raises:
        ProjectionStopped: a follower failed; what the others had done by then stays.
    """
    behind = _measure(followers)
    working = [follower for follower in followers if follower.name not in stopped]
    partitions = sorted({partition for follower in working for partition in behind[follower.name]})
    return sum(
        _catch_up(partition, [follower for follower in working if partition in behind[follower.name]])
        for partition in partitions
    )


def _measure(followers: Sequence[Follower]) -> dict[str, dict[int, int]]:
    with followers[0].ledger.pool.connection() as connection:
        behind = lags(connection, [follower.name for follower in followers])
    for name, events in behind.items():
        LAG_EVENTS.labels(name).set(sum(events.values()))
    return behind


def _catch_up(partition: int, followers: Sequence[Follower]) -> int:
    handled = 0
    while fresh := sum(follower.step(partition) for follower in followers):
        handled += fresh
    return handled
