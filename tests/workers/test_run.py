"""The background roles as processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event

import pytest

from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from ledger.clock import system_clock
from ledger.credit_ledger import CreditLedger
from tests.controls.people import complete_worker
from tests.workers.conftest import Background
from workers.run import StopRequest, run


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


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "KEYS_DATABASE_URL": settings.keys_database_url,
        "REDIS_URL": settings.redis_url,
        "JIAZHENG_KEYRING_FILE": str(settings.keyring_file),
        "JIAZHENG_ERASURES_FILE": str(settings.erasures_file),
    }


def _has_sms(ledger: CreditLedger) -> bool:
    with ledger.pool.connection() as connection:
        return connection.execute("SELECT FROM ops.sms_outbox").fetchone() is not None


@contextmanager
def _role(name: str, settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A role's process; it must end cleanly at SIGTERM."""
    argv = [sys.executable, "-W", "error", "-m", "jiazheng", name]
    with subprocess.Popen(argv, env=_environment(settings), stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        yield process
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 0, said


def test_both_roles_do_their_work_and_end_cleanly_at_sigterm(
    ledger: CreditLedger, settings: Settings
) -> None:
    # given a worker whose employment was just confirmed
    complete_worker(ledger, system_clock)
    # when both processes run until the SMS is in the outbox, and are asked to end
    with _role("schedule", settings) as schedule, _role("work", settings) as work:
        worked = wait_until(
            lambda: _has_sms(ledger) or schedule.poll() is not None or work.poll() is not None, 30
        )
    # then they did their work
    assert worked
    assert _has_sms(ledger)
