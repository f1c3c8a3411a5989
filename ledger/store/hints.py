"""Hints that something was appended: they end a follower's wait early, and nothing depends on them.

A hint is an empty message on a channel of Valkey or Redis. It may be lost, late, or meant for
another ledger's followers; they poll all the same.
"""

import logging
import time
from threading import Event, Lock, Thread
from typing import Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ledger.store.metrics import HINTS_FAILED, HINTS_SENT

CHANNEL = "jiazheng:appended"
COALESCE_SECONDS = 0.003
"""At most one hint in this time, however many appends there are."""

IDLE_SECONDS = 0.25
"""Between two looks at the log, where hints are expected; this long an event waits whose hint was lost."""

UNHINTED_IDLE_SECONDS = 0.05
RETRY_SECONDS = 1.0
TIMEOUT_SECONDS = 0.25

_logger = logging.getLogger(__name__)


class Wakeups(Protocol):
    """Who appends tells; who follows waits."""

    def tell(self) -> None:
        """Something was appended; returns at once and never fails."""

    def wait(self, stop: Event) -> None:
        """Wait until something may have been appended, some time has passed, or soon after `stop` is set."""

    def close(self) -> None:
        """Let go of connections and threads; hints not yet sent are lost."""


class Polling:
    """No hints."""

    def __init__(self, idle_seconds: float = UNHINTED_IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds

    def tell(self) -> None:
        """Nobody is told."""

    def wait(self, stop: Event) -> None:
        """Wait for the idle time."""
        stop.wait(self._idle_seconds)

    def close(self) -> None:
        """Nothing is held."""


POLLING = Polling()


class Hints:
    """Hints over a Valkey or Redis server; without the server it is a slow `Polling`.

    `tell` may be called by any thread and leaves the sending to one of its own; one thread may `wait`.
    """

    def __init__(self, url: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._idle_seconds = idle_seconds
        self.subscription = self._client.pubsub(  # type: ignore[no-untyped-call] # redis-py has no types here
            ignore_subscribe_messages=True
        )
        self._listen_from = 0.0
        self._is_away = False
        self._due, self._closing = Event(), Event()
        self._starting = Lock()
        self._sender: Thread | None = None

    def tell(self) -> None:
        """Have a hint sent, together with others of the next milliseconds."""
        if self._sender is None:
            self._start()
        self._due.set()

    def _start(self) -> None:
        """Only a process that appends has the thread."""
        with self._starting:
            if self._sender is None:
                self._sender = Thread(target=self._send, name="hints", daemon=True)
                self._sender.start()

    def _send(self) -> None:
        while self._due.wait() and not self._closing.is_set():
            self._due.clear()
            self._closing.wait(COALESCE_SECONDS if self._publish() else RETRY_SECONDS)

    def _publish(self) -> bool:
        try:
            self._client.publish(CHANNEL, b"")
        except redis.RedisError as error:
            self._failed(error)
            return False
        self._is_away = False
        HINTS_SENT.inc()
        return True

    def _failed(self, error: redis.RedisError) -> None:
        """Say so once, not every second."""
        HINTS_FAILED.inc()
        if not self._is_away:
            _logger.warning("without hints, followers poll: %s", type(error).__name__)
        self._is_away = True

    def wait(self, stop: Event) -> None:
        """Wait for a hint, at most the idle time."""
        if time.monotonic() < self._listen_from:
            stop.wait(self._idle_seconds)
            return
        try:
            self._hear()
            self._is_away = False
        except redis.RedisError as error:
            self._failed(error)
            self._listen_from = time.monotonic() + RETRY_SECONDS
            stop.wait(self._idle_seconds)

    def _hear(self) -> None:
        """One hint or the idle time; then all hints that came with it."""
        if not self.subscription.subscribed:
            self.subscription.subscribe(CHANNEL)
        timeout_seconds = self._idle_seconds
        while self.subscription.get_message(timeout=timeout_seconds) is not None:
            timeout_seconds = 0.0

    def close(self) -> None:
        """Stop sending and listening."""
        self._closing.set()
        self._due.set()
        if self._sender is not None:
            self._sender.join()
        self.subscription.close()
        self._client.close()
