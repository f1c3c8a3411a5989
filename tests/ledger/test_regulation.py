"""The regulator's desk: looks are recorded, and any past state is replayed."""

from uuid import uuid4

from domain.access_log import AccessLog, Look
from domain.failed_lookups import FailedLookups
from domain.rejections import Reason
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.attendances import current_attendance, leave
from ledger.use_cases.regulation import (
    authorization_as_of,
    record_daily_looks,
    record_failed_lookup,
    record_look,
)
from ledger.use_cases.verification import revoke_letter
from tests.conftest import MovableClock
from tests.controls.letters import FIRST_TEXT
from tests.controls.moments import AINONG, DAY, INSTANT, PERIOD, ZHAO, refused
from tests.controls.people import cause, complete_worker, registered_worker
from tests.controls.races import at_full_width, race

TRAIL = Look("regulator", "trail", "§12")


def test_looks_from_several_desks_at_once_are_all_recorded(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a worker
    subject = registered_worker(ledger, clock).subject
    # when four regulators look at the same moment, one of them twice with the same command
    causes = [cause(clock, f"staff:{number}") for number in range(4)]
    at_full_width(ledger)
    race(*[lambda c=c: record_look(ledger, c, subject, TRAIL) for c in causes])
    again = record_look(ledger, causes[0], subject, TRAIL)
    assert again == ledger.find_appended(causes[0].command_id)
    # then there are four looks
    assert ledger.load(AccessLog, AccessLog.stream_for(subject, causes[0])).looks == 4


def test_people_seen_in_a_list_have_a_look_each_and_once_a_day(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given three workers, one of whom the operator saw this morning
    subjects = [registered_worker(ledger, clock).subject for _ in range(3)]
    seen = Look("operator", "employments", "从业关系管理", AINONG)
    record_daily_looks(ledger, cause(clock, "staff:one"), subjects[:1], seen)
    # when all of them are seen, twice
    first = record_daily_looks(ledger, cause(clock, "staff:one"), subjects, seen)
    again = record_daily_looks(ledger, cause(clock, "staff:one"), subjects, seen)
    # then the two others are recorded, a month's beginning and a look each, and nothing more
    assert (len(first.positions), len(again.positions)) == (4, 0)
    month = cause(clock, "staff:one")
    logs = [ledger.load(AccessLog, AccessLog.stream_for(subject, month)) for subject in subjects]
    assert [log.looks for log in logs] == [1, 1, 1]


def test_failed_look_ups_at_once_are_all_recorded_and_a_repeated_one_once(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given four tries of one member of staff at the same moment
    causes = [cause(clock, f"staff:{ZHAO}") for _ in range(4)]
    at_full_width(ledger)
    race(*[lambda c=c: record_failed_lookup(ledger, c, ZHAO, TRAIL, "id_number") for c in causes])
    # when one of them comes again
    record_failed_lookup(ledger, causes[0], ZHAO, TRAIL, "id_number")
    # then there are four
    assert ledger.load(FailedLookups, FailedLookups.stream_for(ZHAO, causes[0])).count == 4


def test_a_look_up_that_failed_first_is_recorded_as_a_look_when_its_repetition_finds_somebody(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a try whose answer was lost, and a person who registered since
    tried = cause(clock, f"staff:{ZHAO}")
    record_failed_lookup(ledger, tried, ZHAO, TRAIL, "id_number")
    subject = registered_worker(ledger, clock).subject
    # when it comes again
    record_look(ledger, tried, subject, TRAIL)
    # then the look is on the person's record
    assert ledger.load(AccessLog, AccessLog.stream_for(subject, tried)).looks == 1


def test_a_look_of_the_next_month_begins_a_stream_of_its_own(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    subject = registered_worker(ledger, clock).subject
    march = cause(clock, "staff")
    clock.advance(PERIOD)
    april = cause(clock, "staff")
    for look in (march, april):
        record_look(ledger, look, subject, TRAIL)
        assert ledger.load(AccessLog, AccessLog.stream_for(subject, look)).looks == 1


def test_the_authorization_is_replayed_as_of_any_instant(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a worker who revoked the letter a day after the registration
    before = clock() - INSTANT
    worker = complete_worker(ledger, clock)
    complete = clock()
    clock.advance(DAY)
    revoke_letter(ledger, cause(clock, "person"), worker.subject)
    # then each instant has its own state
    state = authorization_as_of(ledger, worker.subject, complete)
    assert (state.authorized_scopes, state.employments) == (
        FIRST_TEXT.scopes,
        {worker.enterprise: "confirmed"},
    )
    assert (
        authorization_as_of(ledger, worker.subject, clock() - INSTANT).authorized_scopes == FIRST_TEXT.scopes
    )
    assert authorization_as_of(ledger, worker.subject, clock()).authorized_scopes == ()
    assert authorization_as_of(ledger, worker.subject, before).identity_assurance is None
    assert authorization_as_of(ledger, uuid4(), clock()).employments == {}


def test_a_leaving_counts_from_its_deadline_however_late_it_was_recorded(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a deadline that a sweep recorded days later
    worker = complete_worker(ledger, clock)
    due_at = clock() + PERIOD
    clock.advance(PERIOD + 5 * DAY)
    leave(ledger, cause(clock, "system"), worker.subject)
    life = ledger.load(Worker, Worker.stream_for(worker.subject))
    attendance = current_attendance(ledger, cause(clock, "x"), life)
    # then the worker had left from the deadline on
    at_deadline = ledger.as_of(type(attendance), attendance.id, due_at)
    just_before = ledger.as_of(type(attendance), attendance.id, due_at - INSTANT)
    assert at_deadline is not None
    assert just_before is not None
    assert (just_before.has_left, at_deadline.has_left) == (False, True)


def test_a_stream_of_another_kind_is_not_found(ledger: CreditLedger, clock: MovableClock) -> None:
    subject = registered_worker(ledger, clock).subject
    assert ledger.find(AccessLog, Worker.stream_for(subject)) is None
    with refused(Reason.NOT_FOUND):
        ledger.load(Worker, subject)
