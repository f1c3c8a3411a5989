"""The separate consent to face checks, and what its withdrawal deletes."""

from collections.abc import Callable

import pytest

from domain.face_consent import CURRENT_CONSENT, FaceConsent
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.gates.face import has_face_consent
from ledger.use_cases.attendances import check_in
from ledger.use_cases.face_consents import give_face_consent, withdraw_face_consent
from ledger.use_cases.verification import verify_identity
from ledger.vault.face_templates import has_template
from tests.conftest import MovableClock
from tests.controls.moments import refused
from tests.controls.people import (
    ACCEPTED,
    TEMPLATE,
    CompleteWorker,
    cause,
    complete_worker,
    consented,
    registered_consumer,
)
from tests.controls.races import at_full_width, race

TEXT = (CURRENT_CONSENT.version, CURRENT_CONSENT.text_sha256)


@pytest.fixture
def worker(ledger: CreditLedger, clock: MovableClock) -> CompleteWorker:
    return complete_worker(ledger, clock)


def test_a_consent_is_given_and_withdrawn_once_however_often_the_command_comes(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    consumer = registered_consumer(ledger, clock).subject
    give, withdraw = cause(clock, "person"), cause(clock, "person")
    assert not has_face_consent(ledger, consumer)
    assert give_face_consent(ledger, give, consumer, *TEXT) == give_face_consent(
        ledger, give, consumer, *TEXT
    )
    assert has_face_consent(ledger, consumer)
    assert withdraw_face_consent(ledger, withdraw, consumer) == withdraw_face_consent(
        ledger, withdraw, consumer
    )
    assert not has_face_consent(ledger, consumer)


def test_a_withdrawal_deletes_the_template_and_every_use_case_refuses_the_face(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given a worker with a template
    assert has_template(ledger, worker.subject)
    # when they withdraw
    withdraw_face_consent(ledger, cause(clock, "person"), worker.subject)
    # then it is gone, and no face that was compared a moment before is taken, nor a template made
    assert not has_template(ledger, worker.subject)
    own = (cause(clock, "person"), worker.subject)
    card = worker.person.card()
    tries: list[Callable[[], object]] = [
        lambda: check_in(ledger, *own, ACCEPTED),
        lambda: verify_identity(ledger, *own, card, ACCEPTED, TEMPLATE),
    ]
    for act in tries:
        with refused(Reason.FACE_CONSENT_MISSING):
            act()
    assert not has_template(ledger, worker.subject)


def test_a_consent_given_anew_does_not_bring_an_old_template_back(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given a withdrawal whose process died before it deleted anything
    consent = ledger.load(FaceConsent, FaceConsent.stream_for(worker.subject))
    consent.withdraw(cause(clock, "person"))
    ledger.commit(cause(clock, "person"), consent)
    assert has_template(ledger, worker.subject)
    # when the worker consents again
    consented(ledger, clock, worker.subject)
    # then the face must be shown with the card again
    assert not has_template(ledger, worker.subject)


@pytest.mark.parametrize("round_number", range(5))
def test_a_verification_and_a_withdrawal_that_race_leave_no_template_without_consent(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker, round_number: int
) -> None:
    # given two threads
    at_full_width(ledger)
    card, subject = worker.person.card(), worker.subject
    command, other = cause(clock, "person"), cause(clock, "person")
    # when one verifies and the other withdraws
    race(
        lambda: verify_identity(ledger, command, subject, card, ACCEPTED, TEMPLATE),
        lambda: withdraw_face_consent(ledger, other, subject),
    )
    # then no template is left, whoever came first
    assert not has_template(ledger, subject), round_number
