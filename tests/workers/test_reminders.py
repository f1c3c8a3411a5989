"""Reminders before a check-in's deadline (提醒签到)."""

from datetime import timedelta

import pytest

from domain.attendance import Attendance
from tests.controls.people import CompleteWorker
from tests.workers.conftest import Background, check_in_now

PERIOD, WEEK, DAY = timedelta(days=30), timedelta(days=7), timedelta(days=1)


def reminded_days(background: Background, worker: CompleteWorker) -> list[int]:
    stream = background.year_of(worker.subject)
    return [event.days_before for event in background.events(stream, Attendance.Reminded)]  # type: ignore[attr-defined] # of that kind


def test_a_worker_is_reminded_seven_days_and_one_day_before(
    background: Background, worker: CompleteWorker
) -> None:
    # when the two instants come
    background.clock.advance(PERIOD - WEEK)
    background.settle()
    first = background.sms()
    background.clock.advance(WEEK - DAY)
    background.settle()
    # then an SMS goes to the worker's phone at each
    assert [message.phone for message in first] == [str(worker.person.phone)]
    assert "4月1日" in first[0].text
    assert reminded_days(background, worker) == [7, 1]
    assert len(background.sms()) == 2


@pytest.mark.usefixtures("worker")
def test_nobody_is_reminded_earlier(background: Background) -> None:
    # when it is not quite seven days before the deadline
    background.clock.advance(PERIOD - WEEK - timedelta(microseconds=1))
    background.settle()
    # then nothing happens
    assert background.sms() == []


def test_after_a_pause_over_both_reminders_only_the_latest_is_sent(
    background: Background, worker: CompleteWorker
) -> None:
    # given that nothing ran until twelve hours before the deadline
    background.clock.advance(PERIOD - timedelta(hours=12))
    # when the work goes on
    background.settle()
    # then one SMS is sent
    assert len(background.sms()) == 1
    assert reminded_days(background, worker) == [1]


def test_of_two_reminders_that_wait_in_the_queue_only_the_latest_is_sent(
    background: Background, worker: CompleteWorker
) -> None:
    # given the messages of both reminders in the queue, since no worker ran
    background.clock.advance(PERIOD - WEEK)
    background.look()
    background.clock.advance(WEEK - DAY)
    background.look()
    # when workers run
    background.settle()
    # then one SMS is sent
    assert reminded_days(background, worker) == [1]
    assert len(background.sms()) == 1


def test_a_reminder_delivered_twice_sends_one_sms(background: Background, worker: CompleteWorker) -> None:
    # given a reminder whose message is in the queue twice
    background.clock.advance(PERIOD - WEEK)
    background.schedule.sweep()
    background.enqueue("remind", str(worker.subject))
    # when two workers take them
    with background.workers(2) as drain:
        drain()
    background.settle()
    # then there is one event and one SMS
    assert reminded_days(background, worker) == [7]
    assert len(background.sms()) == 1


def test_a_check_in_between_the_sweep_and_the_reminder_stops_it(
    background: Background, worker: CompleteWorker
) -> None:
    # given a reminder in the queue
    background.clock.advance(PERIOD - WEEK)
    background.look()
    # when the worker checks in before an actor takes it
    check_in_now(background, worker)
    background.settle()
    # then nothing happens
    assert reminded_days(background, worker) == []
    assert background.sms() == []


def test_a_check_in_between_the_reminder_and_its_sms_stops_it(
    background: Background, worker: CompleteWorker
) -> None:
    # given a recorded reminder whose SMS waits in the queue
    background.clock.advance(PERIOD - WEEK)
    background.schedule.sweep()
    with background.workers() as drain:
        drain()
    background.look()
    # when the worker checks in before an actor takes it
    check_in_now(background, worker)
    background.settle()
    # then no SMS is sent
    assert reminded_days(background, worker) == [7]
    assert background.sms() == []
