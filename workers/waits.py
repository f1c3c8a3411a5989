"""Waits of a main thread that a signal can end.

Linux may hand a process's signal to any of its threads. Python's handlers run in the main thread only,
and its wait for a lock is not interrupted by what another thread received: it would go on as if nothing had
been sent. So each wait ends now and then, and begins again.
"""

from concurrent.futures import Future, wait
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

Item = TypeVar("Item")

SIGNAL_SECONDS: Final = 0.1
"""After so long a handler runs, whichever thread was told."""


def next_of(queue: SimpleQueue[Item]) -> Item:
    """The next item, however long it takes."""
    while True:
        with suppress(Empty):
            return queue.get(timeout=SIGNAL_SECONDS)


def result_of(future: Future[Item]) -> Item:
    """The result, however long it takes, or what the call has raised."""
    while not wait([future], SIGNAL_SECONDS).done:
        pass
    return future.result()
