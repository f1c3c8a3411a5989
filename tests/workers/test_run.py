"""The background roles as processes."""

import signal
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event, get_ident

import pytest

from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from ledger.clock import system_clock
from ledger.credit_ledger import CreditLedger
from tests.controls.people import complete_worker
from tests.controls.roles import role
from tests.workers.conftest import Background
from workers.run import StopRequest, run, run_loops, stop_at_signals


def test_a_failing_loop_stops_everything_and_says_why(background: Background) -> None:
    # given a loop that fails beside one that works
    stopped = Event()

    def fail(_stop: Event) -> None:
        msg = "the database is away"
        raise ConnectionError(msg)

    def work(stop: Event) -> None:
        stop.wait()
        stopped.set()

    # when they run
    with pytest.raises(ConnectionError, match="away"):
        run(background.broker, [work, fail], SimpleQueue(), threads=1, idle_ms=20)
    # then the other one has ended, too
    assert stopped.is_set()


def _until_stopped(stop: Event) -> None:
    stop.wait()


def test_a_stop_that_is_asked_for_ends_it(background: Background) -> None:
    # given a request to stop
    request: StopRequest = SimpleQueue()
    request.put(None)
    # when it runs
    run(background.broker, [_until_stopped], request, threads=1, idle_ms=20)
    # then it ends without an error


@pytest.fixture
def request_by_signals() -> Iterator[StopRequest]:
    """A stop request that signals make, for one test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield stop_at_signals()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_that_reaches_another_thread_is_heard(request_by_signals: StopRequest) -> None:
    # given a main thread that waits, and a signal that the system hands to another one
    def told(stop: Event) -> None:
        assert not stop.wait(0.2), "by now the main thread waits"
        signal.pthread_kill(get_ident(), signal.SIGTERM)
        assert stop.wait(60), "it waits on"

    # when it arrives, then the loops are stopped
    run_loops([told], request_by_signals)


def _has_sms(ledger: CreditLedger) -> bool:
    with ledger.pool.connection() as connection:
        return connection.execute("SELECT FROM ops.sms_outbox").fetchone() is not None


def test_both_roles_do_their_work_and_end_cleanly_at_sigterm(
    ledger: CreditLedger, settings: Settings
) -> None:
    # given a worker whose employment was just confirmed
    complete_worker(ledger, system_clock)
    # when both processes run until the SMS is in the outbox, and are asked to end
    with role("schedule", settings) as schedule, role("work", settings) as work:
        worked = wait_until(
            lambda: _has_sms(ledger) or schedule.poll() is not None or work.poll() is not None, 30
        )
    # then they did their work
    assert worked
    assert _has_sms(ledger)
