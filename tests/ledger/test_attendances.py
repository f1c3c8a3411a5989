"""Check-in (签到), reminders, and leaving by a passed deadline (离职)."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.attendance import Attendance
from domain.rejections import Reason
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.attendances import check_in, current_attendance, leave, remind
from ledger.use_cases.disclosures import require_disclosing
from tests.conftest import MovableClock
from tests.controls.moments import DAY, INSTANT, NEW_YEAR, PERIOD, refused
from tests.controls.people import ACCEPTED, cause, complete_worker, registered_worker


@pytest.fixture
def subject(ledger: CreditLedger, clock: MovableClock) -> UUID:
    return complete_worker(ledger, clock).subject


def _current(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> Attendance:
    worker = ledger.load(Worker, Worker.stream_for(subject))
    return current_attendance(ledger, cause(clock, "person"), worker)


def test_a_check_in_moves_the_deadline_and_a_retry_gets_the_same_answer(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    clock.advance(3 * DAY)
    command = cause(clock, "person")
    assert check_in(ledger, command, subject, ACCEPTED) == check_in(ledger, command, subject, ACCEPTED)
    current = _current(ledger, clock, subject)
    assert (current.due_at, current.version) == (clock() + PERIOD, 2)


def test_before_the_registration_is_complete_there_is_nothing_to_attend(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    fresh = registered_worker(ledger, clock).subject
    for act in (
        lambda: check_in(ledger, cause(clock, "person"), fresh, ACCEPTED),
        lambda: leave(ledger, cause(clock, "system"), fresh),
        lambda: remind(ledger, cause(clock, "system"), fresh, 7),
    ):
        with refused(Reason.REGISTRATION_INCOMPLETE):
            act()  # type: ignore[no-untyped-call] # three commands


def test_the_certificate_closes_at_the_deadline_with_every_job_down_and_opens_with_a_check_in(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    # given a worker whose deadline is reached
    clock.advance(PERIOD)
    require_disclosing(ledger, cause(clock, "person"), subject)
    # when an instant more passes, and nothing has recorded it
    clock.advance(INSTANT)
    with refused(Reason.CHECK_IN_OVERDUE):
        require_disclosing(ledger, cause(clock, "person"), subject)
    # then a check-in opens it again, and the leaving stands in the log
    check_in(ledger, cause(clock, "person"), subject, ACCEPTED)
    require_disclosing(ledger, cause(clock, "person"), subject)
    assert _current(ledger, clock, subject).version == 3


def test_leaving_is_recorded_once_and_only_when_due(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    with refused(Reason.NOT_YET_DUE):
        leave(ledger, cause(clock, "system"), subject)
    clock.advance(PERIOD + DAY)
    command = cause(clock, "system")
    assert leave(ledger, command, subject) == leave(ledger, command, subject)
    with refused(Reason.ALREADY_LEFT):
        leave(ledger, cause(clock, "system"), subject)


def test_a_worker_who_comes_back_after_years_goes_on_from_the_last_stream(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    # given a worker who was away for three years
    left_at = clock() + PERIOD
    clock.advance(timedelta(days=3 * 365))
    assert _current(ledger, clock, subject).year == 2026
    # when they check in
    check_in(ledger, cause(clock, "person"), subject, ACCEPTED)
    # then the new year's stream begins with what the old one ended with
    assert _current(ledger, clock, subject).year == 2029
    [began, *_] = ledger.events.get(Attendance.stream_for(subject, 2029))
    assert isinstance(began, Attendance.Created)
    assert (began.due_at, began.has_left) == (left_at, True)


def test_the_year_turns_in_shanghai(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a registration on the last day of 2025 there
    clock.now = NEW_YEAR - INSTANT
    subject = complete_worker(ledger, clock).subject
    # when the worker checks in an instant later
    clock.now = NEW_YEAR
    check_in(ledger, cause(clock, "person"), subject, ACCEPTED)
    # then that is in the stream of 2026
    assert _current(ledger, clock, subject).year == 2026
    assert ledger.load(Attendance, Attendance.stream_for(subject, 2025)).is_closed


def test_a_check_in_that_turns_the_year_may_be_retried(ledger: CreditLedger, clock: MovableClock) -> None:
    clock.now = NEW_YEAR - DAY
    subject = complete_worker(ledger, clock).subject
    clock.now = NEW_YEAR
    command = cause(clock, "person")
    assert check_in(ledger, command, subject, ACCEPTED) == check_in(ledger, command, subject, ACCEPTED)


def test_a_reminder_is_recorded_once(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    with refused(Reason.NOT_YET_DUE):
        remind(ledger, cause(clock, "system"), subject, 7)
    clock.advance(PERIOD - 7 * DAY)
    command = cause(clock, "system")
    assert remind(ledger, command, subject, 7) == remind(ledger, command, subject, 7)
    with refused(Reason.REMINDER_ALREADY_SENT):
        remind(ledger, cause(clock, "system"), subject, 7)
