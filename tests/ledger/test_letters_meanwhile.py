"""A letter that is replaced or revoked just between what a command reads and what it appends."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest

from domain.credit_record import CreditRecord
from domain.disclosure import Disclosure
from domain.letter import SignedLetter
from domain.refused_scan import RefusedScan
from domain.rejections import Reason
from domain.streams import partition_of
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.disclosures import approve, issue_certificate_code, request_disclosure, view
from ledger.use_cases.verification import authorize_letter, revoke_letter, sign_letter
from tests.conftest import MovableClock
from tests.controls.letters import NEW_TEXT, NEW_TEXT_FROM, WITH_NEW_TEXT
from tests.controls.meanwhile import before_the_first
from tests.controls.moments import INSTANT, refused
from tests.controls.people import ACCEPTED, cause, complete_worker, registered_consumer
from tests.controls.tax_office import TaxOffice, submit, tax_office
from tests.ledger.conftest import Scan


@pytest.fixture
def worker(ledger: CreditLedger, clock: MovableClock) -> UUID:
    """A worker whose letter is of the first text, when the new one may be signed."""
    ledger.letters = WITH_NEW_TEXT
    clock.now = NEW_TEXT_FROM - INSTANT
    subject = complete_worker(ledger, clock).subject
    clock.now = NEW_TEXT_FROM
    return subject


@pytest.fixture
def scan(ledger: CreditLedger, clock: MovableClock, worker: UUID) -> Scan:
    """A consumer who waits for that worker."""
    consumer = registered_consumer(ledger, clock).subject
    return Scan(worker, consumer, scanned(ledger, clock, worker, consumer))


@pytest.fixture
def before_it_appends(ledger: CreditLedger, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has something done after the next command has read, and before it appends."""
    return partial(before_the_first, monkeypatch, ledger, "commit")


def sign_new_text(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    sign_letter(ledger, cause(clock, "person"), subject, NEW_TEXT.version, NEW_TEXT.text_sha256)


def authorize(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    authorize_letter(ledger, cause(clock, "person"), subject, ACCEPTED)


def replace_letter(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    """Sign and authorize the new text."""
    sign_new_text(ledger, clock, subject)
    authorize(ledger, clock, subject)


def revoke(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    revoke_letter(ledger, cause(clock, "person"), subject)


def scanned(ledger: CreditLedger, clock: MovableClock, worker: UUID, consumer: UUID) -> Disclosure:
    code = issue_certificate_code(ledger, cause(clock, "person"), worker)
    return request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])[0]


def approve_tax(ledger: CreditLedger, clock: MovableClock, scan: Scan) -> None:
    approve(ledger, cause(clock, "person"), scan.worker, scan.id, scan.digits, ["tax"], ACCEPTED)


def status(ledger: CreditLedger, scan: Scan) -> str:
    return ledger.load(Disclosure, scan.id).status


def refused_scans(ledger: CreditLedger, worker: UUID) -> int:
    found = ledger.event_log.read_partition(partition_of(worker), 0, 1000)
    return sum(isinstance(ledger.mapper.to_domain_event(one), RefusedScan.Created) for one in found)


def in_force(ledger: CreditLedger, subject: UUID) -> SignedLetter | None:
    return ledger.load(Worker, Worker.stream_for(subject)).letter_in_force


def test_a_revocation_revokes_the_letter_that_came_in_the_place_of_the_one_it_saw(
    ledger: CreditLedger, clock: MovableClock, worker: UUID, before_it_appends: Callable[..., None]
) -> None:
    # given a letter that is replaced while its worker revokes it
    before_it_appends(lambda: replace_letter(ledger, clock, worker))
    # when the revocation is carried out, then none is in force
    revoke(ledger, clock, worker)
    assert in_force(ledger, worker) is None


def test_of_two_revocations_at_once_one_is_told_that_there_is_no_letter(
    ledger: CreditLedger, clock: MovableClock, worker: UUID, before_it_appends: Callable[..., None]
) -> None:
    before_it_appends(lambda: revoke(ledger, clock, worker))
    with refused(Reason.LETTER_NOT_IN_FORCE):
        revoke(ledger, clock, worker)


def test_of_two_authorizations_at_once_one_is_told_that_the_letter_is_in_force(
    ledger: CreditLedger, clock: MovableClock, worker: UUID, before_it_appends: Callable[..., None]
) -> None:
    # given a new text that was signed
    sign_new_text(ledger, clock, worker)
    # when it is authorized twice at once
    before_it_appends(lambda: authorize(ledger, clock, worker))
    with refused(Reason.LETTER_ALREADY_IN_FORCE):
        authorize(ledger, clock, worker)
    # then it is in force
    assert getattr(in_force(ledger, worker), "version", None) == NEW_TEXT.version


def test_an_authorization_during_which_the_letter_is_revoked_finds_nothing_signed(
    ledger: CreditLedger, clock: MovableClock, worker: UUID, before_it_appends: Callable[..., None]
) -> None:
    # given a new text that was signed, and a revocation of the letter before it meanwhile
    sign_new_text(ledger, clock, worker)
    before_it_appends(lambda: revoke(ledger, clock, worker))
    # when the new one is to be authorized, then it is void, too
    with refused(Reason.LETTER_NOT_SIGNED):
        authorize(ledger, clock, worker)
    assert in_force(ledger, worker) is None


def test_a_scan_prompts_under_the_letter_that_came_in_the_place_of_the_one_it_saw(
    ledger: CreditLedger, clock: MovableClock, worker: UUID, before_it_appends: Callable[..., None]
) -> None:
    # given a letter that is replaced while somebody scans the certificate
    consumer = registered_consumer(ledger, clock).subject
    before_it_appends(lambda: replace_letter(ledger, clock, worker))
    # when the scan is carried out, then the worker is asked, and no receipt says that it was refused
    assert scanned(ledger, clock, worker, consumer).status == "pending"
    assert refused_scans(ledger, worker) == 0


def test_a_scan_during_which_the_letter_is_revoked_is_refused_and_leaves_a_receipt(
    ledger: CreditLedger, clock: MovableClock, worker: UUID, before_it_appends: Callable[..., None]
) -> None:
    consumer = registered_consumer(ledger, clock).subject
    before_it_appends(lambda: revoke(ledger, clock, worker))
    with refused(Reason.LETTER_NOT_IN_FORCE):
        scanned(ledger, clock, worker, consumer)
    assert refused_scans(ledger, worker) == 1


def test_an_approval_names_the_letter_that_came_in_the_place_of_the_one_it_saw(
    ledger: CreditLedger, clock: MovableClock, scan: Scan, before_it_appends: Callable[..., None]
) -> None:
    # given a letter that is replaced while its worker approves
    before_it_appends(lambda: replace_letter(ledger, clock, scan.worker))
    approve_tax(ledger, clock, scan)
    # then the consumer sees what was approved
    assert view(ledger, cause(clock, "person"), scan.consumer, scan.id)[1] == ("tax",)


def test_an_approval_during_which_the_letter_is_revoked_approves_nothing(
    ledger: CreditLedger, clock: MovableClock, scan: Scan, before_it_appends: Callable[..., None]
) -> None:
    before_it_appends(lambda: revoke(ledger, clock, scan.worker))
    with refused(Reason.LETTER_NOT_IN_FORCE):
        approve_tax(ledger, clock, scan)
    assert status(ledger, scan) == "pending"


@pytest.mark.parametrize(
    ("ending", "reason"),
    [(replace_letter, Reason.DISCLOSURE_EXPIRED), (revoke, Reason.LETTER_NOT_IN_FORCE)],
    ids=["replaced", "revoked"],
)
def test_a_look_during_which_the_letter_ends_is_told_how_it_did(
    ledger: CreditLedger,
    clock: MovableClock,
    scan: Scan,
    before_it_appends: Callable[..., None],
    ending: Callable[[CreditLedger, MovableClock, UUID], None],
    reason: Reason,
) -> None:
    # given an approved disclosure, whose letter ends while the consumer looks
    approve_tax(ledger, clock, scan)
    before_it_appends(lambda: ending(ledger, clock, scan.worker))
    # then nothing is shown: the consumer asks again where the worker signed anew, and else there is no letter
    with refused(reason):
        view(ledger, cause(clock, "person"), scan.consumer, scan.id)


@pytest.fixture
def office(ledger: CreditLedger, clock: MovableClock) -> TaxOffice:
    """A tax office, and a worker who may sign the new text."""
    ledger.letters = WITH_NEW_TEXT
    clock.now = NEW_TEXT_FROM - INSTANT
    office = tax_office(ledger, clock)
    clock.now = NEW_TEXT_FROM
    return office


def test_a_record_is_taken_over_under_the_letter_that_came_in_the_place_of_the_one_it_saw(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, before_it_appends: Callable[..., None]
) -> None:
    # given a letter that is replaced while a provider submits
    before_it_appends(lambda: replace_letter(ledger, clock, office.worker.subject))
    submit(ledger, clock, office, office.sign())
    # then the record is there
    assert ledger.find(CreditRecord, office.stream(ledger))


def test_a_record_during_whose_submission_the_letter_is_revoked_is_refused(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, before_it_appends: Callable[..., None]
) -> None:
    before_it_appends(lambda: revoke(ledger, clock, office.worker.subject))
    with refused(Reason.LETTER_NOT_IN_FORCE):
        submit(ledger, clock, office, office.sign())
    assert ledger.find(CreditRecord, office.stream(ledger)) is None
