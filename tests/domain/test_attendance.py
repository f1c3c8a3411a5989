from collections.abc import Callable
from datetime import datetime

import pytest

from domain.attendance import Attendance
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.moments import (
    DAY,
    HOUR,
    INSTANT,
    NEW_YEAR,
    NOON,
    PERIOD,
    RULES,
    WANG,
    cause,
    refused,
)

DUE = NOON + PERIOD


def _happened(attendance: Attendance) -> list[str]:
    return [type(event).__name__ for event in attendance.pending_events]


def test_the_completed_registration_is_the_first_check_in() -> None:
    attendance = aggregates.attendance()
    assert (attendance.due_at, attendance.has_left, attendance.year) == (DUE, False, 2026)


def test_a_check_in_stores_the_next_deadline_by_the_rule_in_force() -> None:
    # given a worker who registered a week ago
    attendance = aggregates.attendance()
    # when they check in
    saved = attendance.check_in(cause(NOON + 7 * DAY), RULES, aggregates.BY_FACE)
    # then the deadline moves, in the same stream
    assert saved == [attendance]
    assert attendance.due_at == NOON + 7 * DAY + PERIOD


def test_a_worker_is_overdue_after_the_deadline_not_at_it() -> None:
    attendance = aggregates.attendance()
    attendance.require_not_overdue(DUE)
    with refused(Reason.CHECK_IN_OVERDUE):
        attendance.require_not_overdue(DUE + INSTANT)


def test_leaving_carries_the_deadline_as_its_time_however_late_it_is_recorded() -> None:
    # given a worker whose deadline passed days ago
    attendance = aggregates.attendance()
    # when that is recorded
    attendance.leave(cause(DUE + 5 * DAY, "system:sweep"))
    # then the event lies at the deadline
    left = attendance.pending_events[-1]
    assert isinstance(left, Attendance.Left)
    assert (left.timestamp, left.due_at) == (DUE, DUE)
    assert attendance.has_left


def test_an_overdue_check_in_first_records_that_the_worker_had_left() -> None:
    # given a worker whose deadline passed, which no background job recorded
    attendance = aggregates.attendance()
    # when they check in
    attendance.check_in(cause(DUE + DAY), RULES, aggregates.BY_FACE)
    # then both stand in the stream, the leaving with the deadline as its time
    assert _happened(attendance) == ["Created", "Left", "CheckedIn"]
    assert [event.timestamp for event in attendance.pending_events] == [NOON, DUE, DUE + DAY]
    attendance.require_not_overdue(DUE + DAY)


def test_a_check_in_after_a_recorded_leaving_does_not_record_it_again() -> None:
    attendance = aggregates.attendance()
    attendance.leave(cause(DUE + HOUR))
    attendance.check_in(cause(DUE + DAY), RULES, aggregates.BY_FACE)
    assert _happened(attendance) == ["Created", "Left", "CheckedIn"]


@pytest.mark.parametrize(
    ("at", "year"), [(NEW_YEAR - INSTANT, 2025), (NEW_YEAR, 2026)], ids=["last instant", "first instant"]
)
def test_a_year_is_a_year_in_shanghai(at: datetime, year: int) -> None:
    assert aggregates.attendance(at).year == year
    assert aggregates.attendance(at).id == Attendance.stream_for(WANG, year)


def test_the_first_check_in_of_a_year_closes_the_old_stream_and_opens_the_next() -> None:
    # given a registration ten days before the new year
    old = aggregates.attendance(NEW_YEAR - 10 * DAY)
    # when the worker checks in in the first instant of the year
    saved = old.check_in(cause(NEW_YEAR), RULES, aggregates.BY_FACE)
    # then the old stream is closed and the new one starts where it ended
    _, fresh = saved
    assert old.is_closed
    assert (fresh.year, fresh.due_at) == (2026, NEW_YEAR + PERIOD)
    assert _happened(fresh) == ["Created", "CheckedIn"]


def test_leaving_over_the_new_year_is_handed_on_to_the_next_stream() -> None:
    # given a worker whose deadline lies in the new year
    old = aggregates.attendance(NEW_YEAR - 10 * DAY)
    # when they check in after it
    _, fresh = old.check_in(cause(NEW_YEAR + PERIOD), RULES, aggregates.BY_FACE)
    # then the old stream says that they left, and the new one begins with it
    assert _happened(old) == ["Created", "Left", "Closed"]
    began = fresh.pending_events[0]
    assert isinstance(began, Attendance.Created)
    assert (began.has_left, began.due_at) == (True, NEW_YEAR - 10 * DAY + PERIOD)
    assert not fresh.has_left


def test_reminders_come_once_each_and_an_earlier_one_never_after_a_later_one() -> None:
    # given a worker who was reminded a week before the deadline
    attendance = aggregates.attendance()
    attendance.remind(cause(DUE - 7 * DAY), 7)
    with refused(Reason.REMINDER_ALREADY_SENT):
        attendance.remind(cause(DUE - 6 * DAY), 7)
    # when the day before is reminded of too
    attendance.remind(cause(DUE - DAY), 1)
    # then neither comes again
    for days in (7, 1):
        with refused(Reason.REMINDER_ALREADY_SENT):
            attendance.remind(cause(DUE - HOUR), days)


def test_after_a_pause_only_the_latest_reminder_is_sent() -> None:
    # given a system that stood still from before the first reminder until the day before the deadline
    attendance = aggregates.attendance()
    # when it reminds of that day
    attendance.remind(cause(DUE - HOUR), 1)
    # then the older reminder is not made up for
    with refused(Reason.REMINDER_ALREADY_SENT):
        attendance.remind(cause(DUE - HOUR), 7)
    assert attendance.reminded_days == 1


def test_a_check_in_lets_the_reminders_begin_anew() -> None:
    attendance = aggregates.attendance()
    attendance.remind(cause(DUE - DAY), 1)
    attendance.check_in(cause(DUE), RULES, aggregates.BY_FACE)
    attendance.remind(cause(DUE + PERIOD - 7 * DAY), 7)
    assert attendance.reminded_days == 7


def _closed() -> Attendance:
    attendance = aggregates.attendance(NEW_YEAR - 10 * DAY)
    attendance.check_in(cause(NEW_YEAR), RULES, aggregates.BY_FACE)
    return attendance


def _left() -> Attendance:
    attendance = aggregates.attendance()
    attendance.leave(cause(DUE + INSTANT))
    return attendance


@pytest.mark.parametrize(
    ("given", "when", "reason"),
    [
        (aggregates.attendance, lambda a: a.leave(cause(DUE)), Reason.NOT_YET_DUE),
        (_left, lambda a: a.leave(cause(DUE + DAY)), Reason.ALREADY_LEFT),
        (_closed, lambda a: a.leave(cause(NEW_YEAR + 2 * PERIOD)), Reason.NOT_YET_DUE),
        (aggregates.attendance, lambda a: a.remind(cause(DUE - 7 * DAY - INSTANT), 7), Reason.NOT_YET_DUE),
        (aggregates.attendance, lambda a: a.remind(cause(DUE + INSTANT), 1), Reason.CHECK_IN_OVERDUE),
        (_left, lambda a: a.remind(cause(DUE + INSTANT), 1), Reason.CHECK_IN_OVERDUE),
        (_closed, lambda a: a.remind(cause(NEW_YEAR + DAY), 7), Reason.CHECK_IN_OVERDUE),
    ],
)
def test_a_refusal_leaves_no_event(
    given: Callable[[], Attendance], when: Callable[[Attendance], None], reason: Reason
) -> None:
    attendance = given()
    before = len(attendance.pending_events)
    with refused(reason):
        when(attendance)
    assert len(attendance.pending_events) == before
