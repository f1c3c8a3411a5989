"""The background roles: `work` carries out messages and sends SMS, `schedule` follows log and clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import dramatiq

from jiazheng.bootstrap import (
    build_clock,
    build_imports,
    build_ledger,
    build_outbox,
    build_push_gateway,
    build_sms_gateway,
)
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from projections import runner
from workers import reactions
from workers.actors import Parts, declare
from workers.broker import build_broker, enqueue_to
from workers.messages import OutboxDelivery
from workers.run import StopRequest, run, run_loops
from workers.schedule import Schedule


def work(settings: Settings, request: StopRequest) -> None:
    """Carry out messages until a stop is requested; several processes may, on one or many machines.

    Raises:
        Exception: a database or the queue is away; whoever supervises starts the process again.
    """
    with _ledger_and_broker(settings) as (ledger, broker):
        clock, outbox, gateway = build_clock(settings), build_outbox(ledger), build_sms_gateway(settings)
        push, imports = build_push_gateway(settings), build_imports(settings, ledger)
        declare(broker, Parts(ledger, clock, outbox, imports, push))
        run(broker, [OutboxDelivery(outbox, clock, gateway).run], request, settings.worker_threads)
        for door in (gateway, push):
            if door is not None:
                door.close()


def schedule(settings: Settings, request: StopRequest) -> None:
    """Enqueue what events and deadlines ask for, until a stop is requested; a second process stands by.

    Raises:
        Exception: as `work`.
    """
    with _ledger_and_broker(settings) as (ledger, broker):
        clock, enqueue = build_clock(settings), enqueue_to(broker)
        follow = partial(runner.run, [reactions.follower(ledger, enqueue)], wakeups=ledger.wakeups)
        run_loops([follow, Schedule(ledger, clock, enqueue).run], request)


@contextmanager
def _ledger_and_broker(settings: Settings) -> Iterator[tuple[CreditLedger, dramatiq.Broker]]:
    ledger, broker = build_ledger(settings), build_broker(settings.redis_url)
    try:
        yield ledger, broker
    finally:
        ledger.close()
        broker.client.close()
