"""The queue: dramatiq over Valkey or Redis; a message names an actor and one id or log position."""

from collections.abc import Callable
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import Middleware, Retries, TimeLimit

QUEUE = "jiazheng"

FIRST_RETRY_MS = 1_000
LAST_RETRY_MS = 15 * 60_000
TIME_LIMIT_MS = 60_000
HEARTBEAT_MS = 60_000
"""A worker that is silent for so long is dead; others take over its messages."""
MAINTENANCE_PER_MILLION = 20_000
"""How often a command also looks for messages of a killed worker; the default lets them wait for minutes."""

Enqueue = Callable[[str, str], None]
"""Sends to an actor, named first, what it is about: an id or a log position, nothing personal."""


class WithoutTraceback(Middleware):
    """Keeps the traceback of a failed attempt out of the queue: an error's text may quote a person's data."""

    def before_enqueue(self, broker: dramatiq.Broker, message: dramatiq.Message[Any], delay: int) -> None:  # noqa: ARG002 - the library's signature
        """Drop what the retries added."""
        message.options.pop("traceback", None)


def _retry_always(_retries: int, _error: BaseException) -> bool:
    """No message is given up: an erasure must come, however long a database is away."""
    return True


def build_broker(redis_url: str, heartbeat_ms: int = HEARTBEAT_MS) -> RedisBroker:
    """A broker; it connects at its first use.

    There is no age limit, since every message has to be done, and no server for metrics. A shutdown
    interrupts no actor, since they are short; what is cut off all the same comes again from the queue.
    """
    retries = Retries(retry_when=_retry_always, min_backoff=FIRST_RETRY_MS, max_backoff=LAST_RETRY_MS)
    return RedisBroker(  # type: ignore[no-untyped-call] # the library's
        url=redis_url,
        heartbeat_timeout=heartbeat_ms,
        maintenance_chance=MAINTENANCE_PER_MILLION,
        middleware=[
            TimeLimit(time_limit=TIME_LIMIT_MS),
            retries,
            WithoutTraceback(),
        ],
    )


def enqueue_to(broker: dramatiq.Broker) -> Enqueue:
    """What sends messages through `broker`; the actors need not be declared in this process."""

    def enqueue(actor: str, about: str) -> None:
        message = dramatiq.Message[None](
            queue_name=QUEUE, actor_name=actor, args=(about,), kwargs={}, options={}
        )
        broker.enqueue(message)

    return enqueue
