"""The face check in front of a step: recorded whatever comes of it, and limited."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from domain.attendance import Attendance
from domain.event import Cause
from domain.face import FaceChecks, FaceEvidence
from domain.rejections import Reason
from domain.streams import local_day
from ledger.credit_ledger import Appended, CreditLedger
from ledger.gates.face import record_refused_attempt, require_attempt_left
from ledger.use_cases.attendances import check_in
from ledger.use_cases.signing_in import issue_ticket, prove_with_presence
from tests.conftest import MovableClock
from tests.controls.moments import DAY, INSTANT, MINUTE, NEW_YEAR, refused
from tests.controls.people import ACCEPTED, REJECTED, UNCERTAIN, cause, complete_worker
from tests.controls.races import at_full_width, race, refusals


def _attempts(ledger: CreditLedger, clock: MovableClock, subject: object) -> int:
    checks = ledger.find(FaceChecks, FaceChecks.stream_for(subject, clock()))  # type: ignore[arg-type] # an id
    return len(checks.attempts) if checks else 0


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [(REJECTED, Reason.FACE_NOT_MATCHED), (UNCERTAIN, Reason.FACE_UNCERTAIN)],
    ids=["rejected", "uncertain"],
)
def test_a_failed_attempt_is_recorded_and_opens_nothing(
    ledger: CreditLedger, clock: MovableClock, evidence: FaceEvidence, reason: Reason
) -> None:
    # given a worker, a day later
    subject = complete_worker(ledger, clock).subject
    clock.advance(DAY)
    command = cause(clock, "person")
    # when the face is not accepted
    with refused(reason):
        check_in(ledger, command, subject, evidence)
    # then the attempt stands, and the command counts as not carried out
    assert _attempts(ledger, clock, subject) == 1
    assert ledger.find_appended(command.command_id) is None
    attendance = ledger.load(Attendance, Attendance.stream_for(subject, local_day(clock()).year))
    assert attendance.version == 1


def test_a_retry_of_a_rejected_attempt_is_not_taken_for_success_nor_counted_again(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a check-in whose face was rejected
    subject = complete_worker(ledger, clock).subject
    clock.advance(DAY)
    command = cause(clock, "person")
    for _ in range(3):
        # when the same command comes again
        with refused(Reason.FACE_NOT_MATCHED):
            check_in(ledger, command, subject, REJECTED)
    # then it is refused each time and was recorded once
    assert _attempts(ledger, clock, subject) == 1
    # and with an accepted face it is carried out, once
    assert check_in(ledger, command, subject, ACCEPTED) == check_in(ledger, command, subject, ACCEPTED)
    assert _attempts(ledger, clock, subject) == 2


def test_five_attempts_an_hour_then_none_until_the_first_is_an_hour_old(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a worker who was rejected five times within minutes
    subject = complete_worker(ledger, clock).subject
    clock.advance(DAY)
    for _ in range(5):
        with refused(Reason.FACE_NOT_MATCHED):
            check_in(ledger, cause(clock, "person"), subject, REJECTED)
        clock.advance(MINUTE)
    # then even the right face has to wait, and no picture needs to be looked at
    with refused(Reason.FACE_TOO_MANY_ATTEMPTS):
        check_in(ledger, cause(clock, "person"), subject, ACCEPTED)
    with refused(Reason.FACE_TOO_MANY_ATTEMPTS):
        require_attempt_left(ledger, cause(clock, "person"), subject, clock())
    # when the first attempt is an hour old
    clock.advance(timedelta(minutes=55))
    # then one is left
    check_in(ledger, cause(clock, "person"), subject, ACCEPTED)
    with refused(Reason.FACE_TOO_MANY_ATTEMPTS):
        require_attempt_left(ledger, cause(clock, "person"), subject, clock())


def test_midnight_and_the_new_year_bring_no_new_attempts(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a worker who used up the attempts just before the year ends in Shanghai
    clock.now = NEW_YEAR - DAY
    subject = complete_worker(ledger, clock).subject
    clock.now = NEW_YEAR - 6 * MINUTE
    for _ in range(5):
        with refused(Reason.FACE_NOT_MATCHED):
            check_in(ledger, cause(clock, "person"), subject, REJECTED)
        clock.advance(MINUTE)
    # when the new year has begun
    clock.advance(2 * MINUTE)
    # then they are still used up
    with refused(Reason.FACE_TOO_MANY_ATTEMPTS):
        check_in(ledger, cause(clock, "person"), subject, ACCEPTED)
    clock.advance(timedelta(hours=1))
    check_in(ledger, cause(clock, "person"), subject, ACCEPTED)
    assert ledger.find(Attendance, Attendance.stream_for(subject, 2026)) is not None


def test_the_attempt_of_a_refused_step_is_recorded_once(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a face that was compared for a check-in that something else refuses
    subject = complete_worker(ledger, clock).subject
    clock.advance(DAY)
    command = cause(clock, "person")
    # when that is recorded, also by a retry
    for _ in range(3):
        record_refused_attempt(ledger, command, subject, "check_in", ACCEPTED)
    # then there is one attempt, and the command counts as not carried out
    assert _attempts(ledger, clock, subject) == 1
    assert ledger.find_appended(command.command_id) is None


def test_a_face_that_the_step_itself_refused_is_not_recorded_again(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a step that was refused, and recorded, for its face
    subject = complete_worker(ledger, clock).subject
    clock.advance(DAY)
    command = cause(clock, "person")
    with refused(Reason.FACE_NOT_MATCHED):
        check_in(ledger, command, subject, REJECTED)
    # when the route records what it compared, then nothing is added
    record_refused_attempt(ledger, command, subject, "check_in", REJECTED)
    assert _attempts(ledger, clock, subject) == 1


def test_no_sixth_attempt_of_an_hour_is_recorded(ledger: CreditLedger, clock: MovableClock) -> None:
    # given five refused steps within the hour
    subject = complete_worker(ledger, clock).subject
    clock.advance(DAY)
    for _ in range(5):
        record_refused_attempt(ledger, cause(clock, "person"), subject, "check_in", ACCEPTED)
    # when one more was compared at the same moment, then it is passed over: nothing was told of it
    record_refused_attempt(ledger, cause(clock, "person"), subject, "check_in", ACCEPTED)
    assert _attempts(ledger, clock, subject) == 5


@pytest.mark.parametrize("asked_at", [NEW_YEAR - MINUTE / 2, NEW_YEAR - DAY / 2], ids=["midnight", "noon"])
def test_a_challenge_that_is_answered_at_once_serves_one_attempt(
    ledger: CreditLedger, clock: MovableClock, asked_at: datetime
) -> None:
    # given one challenge, answered eight times, by clocks of which some are past midnight if it is so late
    clock.now = NEW_YEAR - 2 * DAY
    subject = complete_worker(ledger, clock).subject
    evidence = replace(ACCEPTED, challenged_at=asked_at)
    instants = [asked_at + MINUTE / 2 + nth * INSTANT for nth in (-1, 1)] * 4
    # when all attempts are recorded at the same moment
    at_full_width(ledger)
    outcomes = race(*[partial(_signed_in, ledger, at, subject, evidence) for at in instants])
    # then one is
    assert refusals(outcomes) == ["face-challenge-expired"] * 7


def test_a_challenge_ends_with_its_day_so_that_its_attempts_meet_in_one_stream(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a challenge of the year's last minute
    clock.now = NEW_YEAR - DAY
    subject = complete_worker(ledger, clock).subject
    evidence = replace(ACCEPTED, challenged_at=NEW_YEAR - MINUTE / 2)
    # when the new year has begun, by the clock of a process that does not know of an attempt before
    with refused(Reason.FACE_CHALLENGE_EXPIRED):
        _signed_in(ledger, NEW_YEAR, subject, evidence)
    # then the challenge serves the attempt of the old year alone
    _signed_in(ledger, NEW_YEAR - INSTANT, subject, evidence)


def _signed_in(ledger: CreditLedger, at: datetime, subject: UUID, evidence: FaceEvidence) -> Appended:
    own = Cause(at, f"person:{subject}", uuid4())
    return prove_with_presence(ledger, own, subject, issue_ticket(ledger, at, subject), evidence)
