"""The letter over time: a new text, a revocation while others read, disclosures that end with it."""

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.account import Account
from domain.disclosure import Disclosure
from domain.letter import LETTERS
from domain.rejections import Reason, Refused
from domain.worker import Worker
from jiazheng.bootstrap import build_ledger
from jiazheng.settings import Settings
from ledger.credit_ledger import Appended, CreditLedger
from ledger.store.positions import Position
from ledger.use_cases.attendances import check_in
from ledger.use_cases.disclosures import approve, end, issue_certificate_code, request_disclosure, view
from ledger.use_cases.verification import authorize_letter, revoke_letter, sign_letter
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.letters import FIRST_TEXT, NEW_TEXT, NEW_TEXT_COUNTS, NEW_TEXT_FROM, WITH_NEW_TEXT
from tests.controls.moments import INSTANT, refused
from tests.controls.people import ACCEPTED, cause, complete_worker, registered_consumer
from tests.controls.races import at_full_width, race, refusals
from tests.ledger.conftest import Scan

LOOKS_AT_ONCE = 6
NEED_THE_LETTER = (Disclosure.Created, Disclosure.Approved, Disclosure.Viewed)


@pytest.fixture
def new_text(ledger: CreditLedger) -> CreditLedger:
    """A ledger in which a second text of the letter was published."""
    ledger.letters = WITH_NEW_TEXT
    return ledger


def sign_anew(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    """Sign and authorize the text of today."""
    letter = ledger.letters.current(clock())
    sign_letter(ledger, cause(clock, "person"), subject, letter.version, letter.text_sha256)
    authorize_letter(ledger, cause(clock, "person"), subject, ACCEPTED)


def approve_tax(ledger: CreditLedger, clock: MovableClock, scan: Scan) -> Appended:
    return approve(ledger, cause(clock, "person"), scan.worker, scan.id, scan.digits, ["tax"], ACCEPTED)


def look(ledger: CreditLedger, clock: MovableClock, scan: Scan) -> Appended:
    return view(ledger, cause(clock, "person"), scan.consumer, scan.id)[-1]


def test_only_the_text_of_today_is_signed(new_text: CreditLedger, clock: MovableClock) -> None:
    # given a new text that is not yet in force
    subject = complete_worker(new_text, clock).subject
    clock.now = NEW_TEXT_FROM - INSTANT
    with refused(Reason.LETTER_UNKNOWN):
        sign_letter(new_text, cause(clock, "person"), subject, NEW_TEXT.version, NEW_TEXT.text_sha256)
    # when its day has come, then it is signed, and the older one no more
    clock.now = NEW_TEXT_FROM
    with refused(Reason.LETTER_UNKNOWN):
        sign_letter(new_text, cause(clock, "person"), subject, FIRST_TEXT.version, FIRST_TEXT.text_sha256)
    sign_anew(new_text, clock, subject)
    worker = new_text.load(Worker, Worker.stream_for(subject))
    assert worker.require_letter_in_force().version == NEW_TEXT.version


def test_an_older_letter_opens_everything_until_the_new_text_counts_and_nothing_after(
    new_text: CreditLedger, clock: MovableClock
) -> None:
    # given a worker who signed the older text
    subject = complete_worker(new_text, clock).subject
    clock.now = NEW_TEXT_COUNTS - INSTANT
    issue_certificate_code(new_text, cause(clock, "person"), subject)
    # when the new text counts, with every job at rest
    clock.now = NEW_TEXT_COUNTS
    # then neither certificate nor check-in goes on before the new one is signed and authorized
    for act in (
        lambda: issue_certificate_code(new_text, cause(clock, "person"), subject),
        lambda: check_in(new_text, cause(clock, "person"), subject, ACCEPTED),
    ):
        with refused(Reason.LETTER_OUTDATED):
            act()
    sign_anew(new_text, clock, subject)
    check_in(new_text, cause(clock, "person"), subject, ACCEPTED)
    issue_certificate_code(new_text, cause(clock, "person"), subject)


def test_a_signature_that_came_too_late_is_not_authorized(
    new_text: CreditLedger, clock: MovableClock
) -> None:
    # given a worker who signed the older text, and put the phone away until the new one counts
    subject = complete_worker(new_text, clock).subject
    revoke_letter(new_text, cause(clock, "person"), subject)
    sign_letter(new_text, cause(clock, "person"), subject, FIRST_TEXT.version, FIRST_TEXT.text_sha256)
    clock.now = NEW_TEXT_COUNTS
    with refused(Reason.LETTER_OUTDATED):
        authorize_letter(new_text, cause(clock, "person"), subject, ACCEPTED)


@pytest.mark.parametrize("ending", ["revoked", "replaced"])
def test_what_was_approved_before_the_letter_ended_never_opens_again(
    new_text: CreditLedger, clock: MovableClock, ending: str
) -> None:
    # given an approved disclosure, just before a new text is in force
    clock.now = NEW_TEXT_FROM - INSTANT
    worker, consumer = complete_worker(new_text, clock).subject, registered_consumer(new_text, clock).subject
    code = issue_certificate_code(new_text, cause(clock, "person"), worker)
    asked, _ = request_disclosure(new_text, cause(clock, "person"), consumer, code, ["tax"])
    scan = Scan(worker, consumer, asked)
    approve_tax(new_text, clock, scan)
    # when the letter is revoked and authorized anew, or replaced by the new text, within the half hour
    if ending == "revoked":
        revoke_letter(new_text, cause(clock, "person"), worker)
    else:
        clock.now = NEW_TEXT_FROM
    sign_anew(new_text, clock, worker)
    # then the consumer has to ask again
    with refused(Reason.DISCLOSURE_EXPIRED):
        look(new_text, clock, scan)


def test_the_end_of_a_disclosure_is_recorded_once(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    # given an approved disclosure: as long as its letter is in force it goes on
    approve_tax(ledger, clock, scan)
    with refused(Reason.DISCLOSURE_NOT_TO_END):
        end(ledger, cause(clock, "system"), scan.id)
    # when the letter is revoked
    revoke_letter(ledger, cause(clock, "person"), scan.worker)
    command = cause(clock, "system")
    assert end(ledger, command, scan.id) == end(ledger, command, scan.id)
    # then a second command finds nothing to end
    with refused(Reason.DISCLOSURE_NOT_TO_END):
        end(ledger, cause(clock, "system"), scan.id)


def places(outcomes: list[Appended | Refused]) -> list[Position]:
    return [place for outcome in outcomes if isinstance(outcome, Appended) for place in outcome.positions]


@pytest.mark.parametrize("attempt", range(5))
def test_nothing_after_the_revocation_discloses_approves_or_prompts_in_any_race(
    ledger: CreditLedger, clock: MovableClock, scan: Scan, attempt: int
) -> None:
    # given one disclosure that is open, one that waits, and a code on the worker's screen
    at_full_width(ledger)
    approve_tax(ledger, clock, scan)
    waiting = _another_scan(ledger, clock, scan)
    code = issue_certificate_code(ledger, cause(clock, "person"), scan.worker)
    revoked: list[Position] = []

    def revoke() -> Appended:
        appended = revoke_letter(ledger, cause(clock, "person"), scan.worker)
        revoked.extend(appended.positions)
        return appended

    def scan_again() -> Appended:
        return request_disclosure(ledger, cause(clock, "person"), waiting.consumer, code, ["tax"])[1]

    # when all of it is used while the worker revokes, and a little after
    acts: list[Callable[[], Appended]] = [lambda: look(ledger, clock, scan)] * LOOKS_AT_ONCE
    acts += [lambda: approve_tax(ledger, clock, waiting), scan_again]
    outcomes = race(*acts[:attempt], revoke, *acts[attempt:])
    outcomes += race(*acts)
    # then nothing that lies after the revocation is anything but a refusal
    (end_of_letter,) = revoked
    after = [place for place in places(outcomes) if place.number > end_of_letter.number]
    assert after == []
    assert "letter-not-in-force" in refusals(outcomes)
    assert (
        _events_after(ledger, end_of_letter, (Disclosure.Viewed, Disclosure.Approved, Disclosure.Created))
        == 0
    )


@pytest.mark.parametrize("attempt", range(5))
def test_nothing_after_the_cancellation_discloses_approves_or_prompts_in_any_race(
    ledger: CreditLedger, clock: MovableClock, scan: Scan, attempt: int
) -> None:
    # given one disclosure that is open, and a code on the worker's screen
    at_full_width(ledger)
    approve_tax(ledger, clock, scan)
    other = registered_consumer(ledger, clock).subject
    code = issue_certificate_code(ledger, cause(clock, "person"), scan.worker)
    cancelled: list[Position] = []

    def cancel() -> Appended:
        appended = cancel_account(ledger, cause(clock, "person"), scan.worker, ACCEPTED)
        cancelled.extend(appended.positions)
        return appended

    def scan_again() -> Appended:
        return request_disclosure(ledger, cause(clock, "person"), other, code, ["tax"])[1]

    # when both are used while the worker cancels the account
    acts: list[Callable[[], Appended]] = [lambda: look(ledger, clock, scan)] * LOOKS_AT_ONCE + [scan_again]
    race(*acts[:attempt], cancel, *acts[attempt:])
    # then the cancellation is the last of it
    assert _events_after(ledger, cancelled[-1], NEED_THE_LETTER) == 0


def _another_scan(ledger: CreditLedger, clock: MovableClock, scan: Scan) -> Scan:
    consumer = registered_consumer(ledger, clock).subject
    code = issue_certificate_code(ledger, cause(clock, "person"), scan.worker)
    asked, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])
    return Scan(scan.worker, consumer, asked)


def _events_after(ledger: CreditLedger, place: Position, kinds: tuple[type, ...]) -> int:
    found = ledger.event_log.read_partition(place.partition, place.number, 1000)
    return sum(isinstance(ledger.mapper.to_domain_event(stored), kinds) for stored in found)


def test_a_letter_that_was_revoked_leaves_no_claim_once_its_worker_is_erased(
    ledger: CreditLedger, clock: MovableClock, scan: Scan
) -> None:
    # given claims on a letter, by a prompt and by the revocation
    revoke_letter(ledger, cause(clock, "person"), scan.worker)
    assert _claims(ledger, scan.worker)
    # when the worker cancels the account
    cancel_account(ledger, cause(clock, "person"), scan.worker, ACCEPTED)
    assert ledger.load(Account, scan.worker).is_erased
    # then there is none
    assert _claims(ledger, scan.worker) == []


def _claims(ledger: CreditLedger, owner: UUID) -> list[tuple[str]]:
    with ledger.pool.connection() as connection:
        return connection.execute("SELECT kind FROM ledger.claims WHERE owner = %s", (owner,)).fetchall()


def test_the_published_texts_are_those_of_the_ledger(settings: Settings) -> None:
    ledger = build_ledger(settings)
    assert ledger.letters is LETTERS
    ledger.close()
