"""The role `work`: worker threads, the reactions to the log, the schedule and the delivery of SMS."""

from contextlib import ExitStack
from functools import partial

import dramatiq

from jiazheng.bootstrap import build_clock, build_ledger, build_outbox, build_sms_gateway
from jiazheng.settings import Settings
from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from projections import runner
from workers import reactions
from workers.actors import Parts, declare
from workers.broker import build_broker, enqueue_to
from workers.messages import OutboxDelivery
from workers.run import Loop, StopRequest, run, stop_at_signals
from workers.schedule import Schedule


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    work(Settings(), stop_at_signals())


def work(settings: Settings, request: StopRequest) -> None:
    """Work until a stop is requested; several processes may, each on one or many machines.

    Raises:
        Exception: a database or the queue is away; whoever supervises starts the process again.
    """
    with ExitStack() as at_the_end:
        clock, ledger, broker = (
            build_clock(settings),
            build_ledger(settings),
            build_broker(settings.redis_url),
        )
        at_the_end.callback(ledger.close)
        at_the_end.callback(broker.client.close)
        outbox, gateway = build_outbox(ledger), build_sms_gateway(settings)
        if gateway is not None:
            at_the_end.callback(gateway.close)
        declare(broker, Parts(ledger, clock, outbox))
        loops = [*_loops(ledger, clock, broker), OutboxDelivery(outbox, clock, gateway).run]
        run(broker, loops, request, settings.worker_threads)


def _loops(ledger: CreditLedger, clock: Clock, broker: dramatiq.Broker) -> list[Loop]:
    enqueue = enqueue_to(broker)
    follow = partial(runner.run, [reactions.follower(ledger, enqueue)])
    return [follow, Schedule(ledger, clock, enqueue).run]


if __name__ == "__main__":
    main()
