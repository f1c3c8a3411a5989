"""From the scan of a certificate to the last look (经授权查看)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.disclosure import Disclosure
from domain.letter import CURRENT
from domain.rejections import Reason
from domain.streams import partition_of
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
from tests.controls.moments import INSTANT, PERIOD, refused
from tests.controls.people import (
    ACCEPTED,
    REJECTED,
    cause,
    complete_worker,
    registered_consumer,
)
from tests.controls.races import race, refusals


@dataclass(frozen=True)
class Scan:
    """A worker and a consumer with a prompt between them."""

    worker: UUID
    consumer: UUID
    disclosure: Disclosure

    @property
    def id(self) -> UUID:
        return self.disclosure.id

    @property
    def digits(self) -> str:
        return self.disclosure.digits

    @property
    def wrong_digits(self) -> str:
        return next(choice for choice in self.disclosure.choices if choice != self.digits)


@pytest.fixture
def code(ledger: CreditLedger, clock: MovableClock) -> str:
    """The certificate code of a complete worker."""
    worker = complete_worker(ledger, clock)
    return issue_certificate_code(ledger, cause(clock, "person"), worker.subject)


@pytest.fixture
def scan(ledger: CreditLedger, clock: MovableClock, code: str) -> Scan:
    consumer = registered_consumer(ledger, clock).subject
    disclosure, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax", "health"])
    return Scan(disclosure.subject_id, consumer, disclosure)


def test_a_scan_prompts_the_worker_with_the_consumer_s_masked_name(ledger: CreditLedger, scan: Scan) -> None:
    stored = load_disclosure(ledger, scan.id, scan.worker)
    assert "*" in str(stored.consumer_name)
    assert stored.digits in stored.choices
    assert len(set(stored.choices)) == 3
    assert all(10 <= int(choice) <= 99 for choice in stored.choices)
    assert partition_of(stored.id) == partition_of(scan.worker)


def test_a_code_redeemed_by_twenty_at_once_prompts_one(
    ledger: CreditLedger, clock: MovableClock, code: str
) -> None:
    # given twenty consumers with the same code
    consumers = [registered_consumer(ledger, clock).subject for _ in range(20)]
    # when all redeem it at the same moment
    outcomes = race(
        *[lambda c=c: request_disclosure(ledger, cause(clock, "person"), c, code, ["tax"]) for c in consumers]
    )
    # then exactly one succeeds
    assert refusals(outcomes) == ["code-already-used"] * 19


def test_a_repeated_request_is_the_same_prompt_with_the_same_digits(
    ledger: CreditLedger, clock: MovableClock, code: str
) -> None:
    consumer, command = registered_consumer(ledger, clock).subject, cause(clock, "person")
    first, places = request_disclosure(ledger, command, consumer, code, ["tax"])
    second, again = request_disclosure(ledger, command, consumer, code, ["tax"])
    assert (first.id, first.digits, places) == (second.id, second.digits, again)


@pytest.mark.parametrize("scopes", [[], ["salary"]])
def test_only_what_the_letter_covers_can_be_asked_for(
    ledger: CreditLedger, clock: MovableClock, code: str, scopes: list[str]
) -> None:
    with refused(Reason.SCOPE_NOT_COVERED):
        request_disclosure(
            ledger, cause(clock, "person"), registered_consumer(ledger, clock).subject, code, scopes
        )


def test_a_code_is_refused_when_late_forged_or_one_s_own(
    ledger: CreditLedger, clock: MovableClock, code: str
) -> None:
    consumer = registered_consumer(ledger, clock).subject
    with refused(Reason.CODE_INVALID):
        request_disclosure(ledger, cause(clock, "person"), consumer, code[:-2], ["tax"])
    worker, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])
    own = issue_certificate_code(ledger, cause(clock, "person"), worker.subject_id)
    with refused(Reason.OWN_CERTIFICATE):
        request_disclosure(ledger, cause(clock, "person"), worker.subject_id, own, ["tax"])
    clock.advance(ledger.rules.certificate_code_ttl + INSTANT)
    with refused(Reason.CODE_EXPIRED):
        request_disclosure(ledger, cause(clock, "person"), consumer, own, ["tax"])


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
    asked, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, list(CURRENT.scopes))
    approve(ledger, cause(clock, "person"), worker, asked.id, asked.digits, ["tax"], ACCEPTED)
    view(ledger, cause(clock, "person"), consumer, asked.id)
    # when the deadline passes, with every background job down
    clock.advance(timedelta(minutes=2))
    # then nothing is shown any more
    with refused(Reason.CHECK_IN_OVERDUE):
        view(ledger, cause(clock, "person"), consumer, asked.id)
