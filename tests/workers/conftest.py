"""The background work on a real queue and a real database, driven step by step."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import dramatiq
import pytest
import redis
from dramatiq.brokers.redis import RedisBroker

from domain.attendance import Attendance
from domain.event import LedgerAggregate
from jiazheng.bootstrap import build_imports, build_outbox
from jiazheng.embedded.valkey import EmbeddedValkey
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.enterprise_imports import EnterpriseImports
from ledger.use_cases.attendances import check_in
from ledger.vault.sms_outbox import Message, SmsOutbox
from projections.follower import Follower
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.people import ACCEPTED, CompleteWorker, cause, complete_worker
from workers import reactions
from workers.actors import Parts, declare
from workers.broker import QUEUE, Enqueue, build_broker, enqueue_to
from workers.schedule import Schedule


@dataclass(frozen=True)
class Background:
    """The parts of the role `work`; nothing of it runs by itself."""

    ledger: CreditLedger
    clock: MovableClock
    broker: RedisBroker
    url: str
    outbox: SmsOutbox
    enqueue: Enqueue
    reactions: Follower
    schedule: Schedule
    imports: EnterpriseImports

    def look(self) -> None:
        """Follow the log and sweep what is due; messages stay in the queue."""
        while catch_up([self.reactions]) + self.schedule.sweep():
            pass

    @contextmanager
    def workers(self, count: int = 1) -> Iterator[Callable[[], None]]:
        """Workers that run; yields what waits until the queue is empty."""
        brokers = [_declared(self) for _ in range(count)]
        running = [dramatiq.Worker(broker, worker_threads=2, worker_timeout=20) for broker in brokers]
        for worker in running:
            worker.start()
        try:
            yield self._drain
        finally:
            for worker in running:
                worker.stop()
            for broker in brokers:
                broker.client.close()

    def settle(self) -> None:
        """Work until nothing is left to do at the clock's instant."""
        with self.workers() as drain:
            drain()
            while catch_up([self.reactions]) + self.schedule.sweep():
                drain()

    def sms(self) -> list[Message]:
        return self.outbox.show(self.clock())

    def events(self, stream: UUID, kind: type[LedgerAggregate.Event]) -> list[LedgerAggregate.Event]:
        return [event for event in self.ledger.events.get(stream) if isinstance(event, kind)]

    def year_of(self, subject: UUID) -> UUID:
        return Attendance.stream_for(subject, self.clock().year)

    def queued(self) -> bytes:
        """Everything in Valkey, keys and values."""
        client = self.broker.client
        return b"\n".join(part for key in client.scan_iter() for part in (key, *_values(client, key)))

    def _drain(self) -> None:
        self.broker.join(QUEUE, interval=5, timeout=60_000)


def _values(client: redis.Redis, key: bytes) -> Sequence[Any]:
    kind = client.type(key)
    if kind == b"hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    if kind == b"list":
        return client.lrange(key, 0, -1)
    if kind == b"zset":
        return client.zrange(key, 0, -1)
    return list(client.smembers(key))


def _declared(background: Background) -> RedisBroker:
    broker = build_broker(background.url)
    declare(broker, Parts(background.ledger, background.clock, background.outbox, background.imports))
    return broker


@pytest.fixture
def background(
    ledger: CreditLedger, clock: MovableClock, valkey: EmbeddedValkey, settings: Settings
) -> Iterator[Background]:
    broker = build_broker(valkey.url)
    broker.client.flushdb()
    enqueue, outbox = enqueue_to(broker), build_outbox(ledger)
    follower, schedule = reactions.follower(ledger, enqueue), Schedule(ledger, clock, enqueue)
    imports = build_imports(settings, ledger)
    yield Background(ledger, clock, broker, valkey.url, outbox, enqueue, follower, schedule, imports)
    broker.client.close()


@pytest.fixture
def worker(background: Background) -> CompleteWorker:
    """A complete worker whose news have been sent and read."""
    made = complete_worker(background.ledger, background.clock)
    background.settle()
    with background.outbox.take(background.clock()) as news:
        assert news is not None
    return made


def check_in_now(background: Background, worker: CompleteWorker) -> None:
    own = cause(background.clock, f"person:{worker.subject}")
    check_in(background.ledger, own, worker.subject, ACCEPTED)
