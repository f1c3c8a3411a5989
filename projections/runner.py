"""Keeps followers up to date with the log; polling is the guarantee."""

from collections.abc import Sequence
from threading import Event

from projections.follower import Follower, lagging

IDLE_SECONDS = 0.05


def run(followers: Sequence[Follower], stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
    """Catch up again and again until `stop` is set; an error stops the process, nothing is skipped."""
    while not stop.is_set():
        if not catch_up(followers):
            stop.wait(idle_seconds)


def catch_up(followers: Sequence[Follower]) -> int:
    """Let every follower handle what is new, partition by partition and batch by batch.

    Followers that stand at the same place handle a batch one after the other, so it is decoded once.

    Returns:
        how many events were handled, all followers together.
    """
    by_name = {follower.name: follower for follower in followers}
    with followers[0].ledger.pool.connection() as connection:
        behind = lagging(connection, list(by_name))
    return sum(_catch_up(partition, [by_name[name] for name in names]) for partition, names in behind)


def _catch_up(partition: int, followers: Sequence[Follower]) -> int:
    handled = 0
    while fresh := sum(follower.step(partition) for follower in followers):
        handled += fresh
    return handled
