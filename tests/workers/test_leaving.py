"""Leaving (离职) by a passed deadline."""

from datetime import timedelta

import pytest

from domain.attendance import Attendance
from tests.controls.accounts import cancel_account
from tests.controls.people import ACCEPTED, CompleteWorker, cause, complete_worker
from tests.workers.conftest import Background, check_in_now
from workers.broker import QUEUE

PERIOD, DAY = timedelta(days=30), timedelta(days=1)


def test_a_passed_deadline_is_recorded_once_with_the_deadline_as_its_time(
    background: Background, worker: CompleteWorker
) -> None:
    # given a deadline that passed an hour ago, and its message in the queue several times
    due_at = background.clock() + PERIOD
    background.clock.advance(PERIOD + timedelta(hours=1))
    for _ in range(6):
        background.enqueue("leave", str(worker.subject))
    # when two workers take them
    with background.workers(2) as drain:
        drain()
    background.settle()
    # then the worker has left once, at the deadline
    left = background.events(background.year_of(worker.subject), Attendance.Left)
    assert [event.timestamp for event in left] == [due_at]
    assert left[0].actor == "system:schedule"


def test_nobody_leaves_at_the_deadline_itself(background: Background, worker: CompleteWorker) -> None:
    # when it is the last instant in time
    background.clock.advance(PERIOD)
    background.settle()
    # then the worker has not left; a microsecond later they have
    stream = background.year_of(worker.subject)
    assert background.events(stream, Attendance.Left) == []
    background.clock.advance(timedelta(microseconds=1))
    background.settle()
    assert len(background.events(stream, Attendance.Left)) == 1


def test_a_late_check_in_between_the_sweep_and_the_actor_leaves_the_worker_present(
    background: Background, worker: CompleteWorker
) -> None:
    # given a message that the deadline passed
    background.clock.advance(PERIOD + DAY)
    background.look()
    # when the worker checks in, which records the leave by itself
    check_in_now(background, worker)
    background.settle()
    # then there is no second leave
    assert len(background.events(background.year_of(worker.subject), Attendance.Left)) == 1
    attendance = background.ledger.load(Attendance, background.year_of(worker.subject))
    assert not attendance.has_left


@pytest.mark.parametrize(("actor", "before"), [("leave", -DAY), ("remind", DAY)])
def test_a_message_about_somebody_who_cancelled_is_done_with(
    background: Background, worker: CompleteWorker, actor: str, before: timedelta
) -> None:
    # given a message in the queue about a worker who then cancels the account
    background.clock.advance(PERIOD - before)
    background.enqueue(actor, str(worker.subject))
    own = cause(background.clock, f"person:{worker.subject}")
    cancel_account(background.ledger, own, worker.subject, ACCEPTED)
    # when a worker takes it
    background.settle()
    # then it is not tried again and again, and nothing more happened
    assert not background.broker.client.exists(f"dramatiq:{QUEUE}.DQ")
    stream = background.year_of(worker.subject)
    assert [type(event) for event in background.ledger.events.get(stream)] == [Attendance.Created]


def test_after_a_return_the_new_deadline_counts(background: Background, worker: CompleteWorker) -> None:
    # given a worker who left and came back
    background.clock.advance(PERIOD + DAY)
    background.settle()
    check_in_now(background, worker)
    background.settle()
    # when the new deadline passes
    due_at = background.clock() + PERIOD
    background.clock.advance(PERIOD + DAY)
    background.settle()
    # then they have left again
    left = background.events(background.year_of(worker.subject), Attendance.Left)
    assert [event.timestamp for event in left][1:] == [due_at]


def test_a_check_in_touches_no_wake_up(background: Background, worker: CompleteWorker) -> None:
    # given the wake-up of a worker
    rows = "SELECT ctid, xmin, * FROM ops.wakeups"
    with background.ledger.pool.connection() as connection:
        before = connection.execute(rows).fetchall()
        # when they check in
        background.clock.advance(timedelta(days=20))
        check_in_now(background, worker)
        background.settle()
        # then the row is the same
        assert len(before) == 1
        assert connection.execute(rows).fetchall() == before


def test_a_lost_message_is_sent_anew(background: Background, worker: CompleteWorker) -> None:
    # given a queue that lost the message of a passed deadline
    background.clock.advance(PERIOD + DAY)
    background.look()
    background.broker.client.flushdb()
    # when the scheduler looks again an hour later
    background.clock.advance(timedelta(hours=1))
    background.settle()
    # then the worker has left, and nothing is left to look at
    assert len(background.events(background.year_of(worker.subject), Attendance.Left)) == 1
    with background.ledger.pool.connection() as connection:
        assert connection.execute("SELECT FROM ops.wakeups").fetchall() == []


def test_one_person_whose_key_is_lost_stops_nobody_else_s_deadline(
    background: Background, worker: CompleteWorker, caplog: pytest.LogCaptureFixture
) -> None:
    # given two workers whose deadlines passed, one of whom lost the key without an erasure
    other = complete_worker(background.ledger, background.clock)
    background.look()
    background.ledger.keys.drop_unused(worker.subject)
    background.clock.advance(PERIOD + DAY)
    # when the schedule looks at both
    background.settle()
    # then the other one has left, and the damage is told without anything personal
    assert len(background.events(background.year_of(other.subject), Attendance.Left)) == 1
    assert background.events(background.year_of(worker.subject), Attendance.Left) == []
    told = [record.getMessage() for record in caplog.records if record.name == "workers.schedule"]
    assert told
    assert all(str(worker.subject) in line for line in told)
