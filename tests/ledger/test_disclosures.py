"""From the prompt to the last look (经授权查看)."""

from datetime import timedelta
from uuid import uuid4

from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.disclosures import (
    abandon,
    approve,
    decline,
    expire,
    issue_certificate_code,
    load_disclosure,
    request_disclosure,
    view,
)
from ledger.use_cases.verification import revoke_letter
from tests.conftest import MovableClock
from tests.controls.letters import FIRST_TEXT
from tests.controls.moments import INSTANT, PERIOD, refused
from tests.controls.people import (
    ACCEPTED,
    REJECTED,
    cause,
    complete_worker,
    registered_consumer,
)
from tests.ledger.conftest import Scan


def test_an_approved_scope_is_shown_and_every_look_recorded(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    # given an approval of tax alone
    command = cause(clock, "person")
    for _ in range(2):  # a retry of the command is the same approval
        approve(ledger, command, scan.worker, scan.id, scan.digits, ["tax"], ACCEPTED)
    # when the consumer looks twice
    looks = [view(ledger, cause(clock, "person"), scan.consumer, scan.id)[1] for _ in range(2)]
    # then that scope is shown, and both looks are in the log
    assert looks == [("tax",), ("tax",)]
    assert load_disclosure(ledger, scan.id, scan.consumer).views == 2


def test_nothing_is_shown_without_the_worker_s_face(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    with refused(Reason.FACE_NOT_MATCHED):
        approve(ledger, cause(clock, "person"), scan.worker, scan.id, scan.digits, ["tax"], REJECTED)
    with refused(Reason.DISCLOSURE_NOT_APPROVED):
        view(ledger, cause(clock, "person"), scan.consumer, scan.id)
    # the prompt stays open for another try
    approve(ledger, cause(clock, "person"), scan.worker, scan.id, scan.digits, ["tax"], ACCEPTED)


def test_wrong_digits_decline_for_good_and_the_same_command_stays_refused(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    # given a worker who picks digits that another screen shows
    command = cause(clock, "person")
    with refused(Reason.DIGITS_WRONG):
        approve(ledger, command, scan.worker, scan.id, scan.wrong_digits, ["tax"], ACCEPTED)
    # then the right ones come too late, whichever command brings them
    for again in (command, cause(clock, "person")):
        with refused(Reason.DISCLOSURE_NOT_PENDING):
            approve(ledger, again, scan.worker, scan.id, scan.digits, ["tax"], ACCEPTED)


def test_more_than_was_asked_for_cannot_be_approved(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    with refused(Reason.SCOPE_NOT_COVERED):
        approve(ledger, cause(clock, "person"), scan.worker, scan.id, scan.digits, ["tax", "basic"], ACCEPTED)


def test_a_prompt_is_declined_abandoned_or_expires(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    with refused(Reason.DISCLOSURE_NOT_PENDING):
        expire(ledger, cause(clock, "system"), scan.id)
    command = cause(clock, "person")
    assert decline(ledger, command, scan.worker, scan.id) == decline(ledger, command, scan.worker, scan.id)
    with refused(Reason.DISCLOSURE_NOT_PENDING):
        abandon(ledger, cause(clock, "person"), scan.consumer, scan.id)


def test_an_unanswered_prompt_expires_by_the_clock_alone(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    clock.advance(ledger.rules.prompt_ttl + INSTANT)
    with refused(Reason.DISCLOSURE_EXPIRED):
        approve(ledger, cause(clock, "person"), scan.worker, scan.id, scan.digits, ["tax"], ACCEPTED)
    command = cause(clock, "system")
    assert expire(ledger, command, scan.id) == expire(ledger, command, scan.id)


def test_a_consumer_may_give_up(ledger: CreditLedger, clock: MovableClock, scan: Scan) -> None:
    abandon(ledger, cause(clock, "person"), scan.consumer, scan.id)
    assert load_disclosure(ledger, scan.id, scan.consumer).status == "abandoned"


def test_a_stranger_finds_no_such_disclosure(ledger: CreditLedger, clock: MovableClock, scan: Scan) -> None:
    stranger = uuid4()
    for act in (
        lambda: load_disclosure(ledger, scan.id, stranger),
        lambda: decline(ledger, cause(clock, "person"), scan.consumer, scan.id),
        lambda: abandon(ledger, cause(clock, "person"), scan.worker, scan.id),
        lambda: view(ledger, cause(clock, "person"), stranger, scan.id),
    ):
        with refused(Reason.NOT_FOUND):
            act()


def test_what_was_approved_closes_with_the_half_hour_the_letter_or_the_deadline(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    # given an approval
    approve(ledger, cause(clock, "person"), scan.worker, scan.id, scan.digits, ["tax"], ACCEPTED)
    started = clock()
    # when the half hour is over
    clock.now = started + ledger.rules.disclosure_ttl + INSTANT
    with refused(Reason.DISCLOSURE_EXPIRED):
        view(ledger, cause(clock, "person"), scan.consumer, scan.id)
    # or the letter is revoked within it
    clock.now = started + timedelta(minutes=1)
    revoke_letter(ledger, cause(clock, "person"), scan.worker)
    with refused(Reason.LETTER_NOT_IN_FORCE):
        view(ledger, cause(clock, "person"), scan.consumer, scan.id)


def test_an_overdue_worker_shows_nothing_even_within_the_half_hour(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given an approval a minute before the worker's deadline
    worker, consumer = complete_worker(ledger, clock).subject, registered_consumer(ledger, clock).subject
    clock.advance(PERIOD - timedelta(minutes=1))
    code = issue_certificate_code(ledger, cause(clock, "person"), worker)
    asked, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, list(FIRST_TEXT.scopes))
    approve(ledger, cause(clock, "person"), worker, asked.id, asked.digits, ["tax"], ACCEPTED)
    view(ledger, cause(clock, "person"), consumer, asked.id)
    # when the deadline passes, with every background job down
    clock.advance(timedelta(minutes=2))
    # then nothing is shown any more
    with refused(Reason.CHECK_IN_OVERDUE):
        view(ledger, cause(clock, "person"), consumer, asked.id)
