"""Polling with a deadline."""

import time
from collections.abc import Callable

INTERVAL_SECONDS = 0.02


def wait_until(condition: Callable[[], bool], deadline_seconds: float) -> bool:
    """Polls `condition` until it holds (True) or `deadline_seconds` have passed (False)."""
    ends = time.monotonic() + deadline_seconds
    while not condition():
        if time.monotonic() >= ends:
            return False
        time.sleep(INTERVAL_SECONDS)
    return True
