"""A letter that is replaced or revoked just between what a command reads and what it appends."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest

from domain.letter import SignedLetter
from domain.rejections import Reason
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.verification import authorize_letter, revoke_letter, sign_letter
from tests.conftest import MovableClock
from tests.controls.letters import NEW_TEXT, NEW_TEXT_FROM, WITH_NEW_TEXT
from tests.controls.meanwhile import before_the_first
from tests.controls.moments import INSTANT, refused
from tests.controls.people import ACCEPTED, cause, complete_worker


@pytest.fixture
def worker(ledger: CreditLedger, clock: MovableClock) -> UUID:
    """A worker whose letter is of the first text, when the new one may be signed."""
    ledger.letters = WITH_NEW_TEXT
    clock.now = NEW_TEXT_FROM - INSTANT
    subject = complete_worker(ledger, clock).subject
    clock.now = NEW_TEXT_FROM
    return subject


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
