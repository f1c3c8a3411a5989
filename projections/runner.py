"""Keeps every read model up to date; polling is the guarantee."""

import logging
from collections.abc import Sequence
from threading import Event

from projections.follower import Follower

IDLE_SECONDS = 0.05

log = logging.getLogger(__name__)


def run(followers: Sequence[Follower], stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
    """Catch up again and again until `stop` is set; an error stops the process, nothing is skipped."""
    while not stop.is_set():
        if not catch_up(followers):
            stop.wait(idle_seconds)


def catch_up(followers: Sequence[Follower]) -> int:
    """Let every follower handle what is new.

    Returns:
        how many events were handled, all followers together.
    """
    return sum(follower.catch_up() for follower in followers)
