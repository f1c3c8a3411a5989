"""Identity verification (人证合一验证) and the authorization letter (授权书)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.account import Account
from domain.attendance import Attendance
from domain.rejections import Reason
from domain.streams import local_day
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.gates.own_document import CardReading
from ledger.use_cases.employments import choose_enterprises
from ledger.use_cases.verification import (
    authorize_letter,
    revoke_letter,
    sign_letter,
    verify_identity,
)
from ledger.vault.face_templates import FaceTemplate, delete_template, load_template
from tests.conftest import MovableClock
from tests.controls.letters import FIRST_TEXT
from tests.controls.moments import INSTANT, refused
from tests.controls.people import (
    ACCEPTED,
    REJECTED,
    TEMPLATE,
    Registered,
    cause,
    complete_worker,
    listed_enterprise,
    new_person,
    registered_worker,
)


@pytest.fixture
def chosen(ledger: CreditLedger, clock: MovableClock) -> Registered:
    """A worker who has chosen an enterprise."""
    worker = registered_worker(ledger, clock)
    enterprise = listed_enterprise(ledger, clock)
    choose_enterprises(ledger, cause(clock, "person"), worker.subject, [enterprise])
    return worker


def _worker(ledger: CreditLedger, subject: UUID) -> Worker:
    return ledger.load(Worker, Worker.stream_for(subject))


def test_the_right_card_and_face_verify_the_identity_and_leave_a_template(
    ledger: CreditLedger, clock: MovableClock, chosen: Registered
) -> None:
    command = cause(clock, "kiosk:1")
    for _ in range(2):  # a retry of the command changes nothing
        verify_identity(ledger, command, chosen.subject, chosen.person.card(), ACCEPTED, TEMPLATE)
    assert _worker(ledger, chosen.subject).identity_assurance == "kiosk"
    assert load_template(ledger, chosen.subject) == TEMPLATE


def test_a_retry_keeps_the_template_of_a_verification_whose_process_died_after_the_append(
    ledger: CreditLedger, clock: MovableClock, chosen: Registered
) -> None:
    # given a verification, by a challenge that ended with it, of which no template was kept any more
    command, card = cause(clock, "kiosk:1"), chosen.person.card()
    shown = (chosen.subject, card, replace(ACCEPTED, challenged_at=clock() - INSTANT), TEMPLATE)
    verify_identity(ledger, command, *shown)
    delete_template(ledger, chosen.subject)
    # when the command comes again
    verify_identity(ledger, command, *shown)
    # then it is kept
    assert load_template(ledger, chosen.subject) == TEMPLATE


@pytest.mark.parametrize("wrong", ["face", "card"])
def test_a_retry_with_another_face_or_card_leaves_no_template(
    ledger: CreditLedger, clock: MovableClock, chosen: Registered, wrong: str
) -> None:
    # given a verification
    command, card = cause(clock, "kiosk:1"), chosen.person.card()
    verify_identity(ledger, command, chosen.subject, card, ACCEPTED, TEMPLATE)
    # when its command comes again with what is not the person's
    other = (card, REJECTED) if wrong == "face" else (new_person().card(), ACCEPTED)
    verify_identity(ledger, command, chosen.subject, *other, replace(TEMPLATE, vector=b"another's"))
    # then the template is the person's
    assert load_template(ledger, chosen.subject) == TEMPLATE


def test_before_a_card_check_there_is_no_template(ledger: CreditLedger, chosen: Registered) -> None:
    with refused(Reason.FACE_TEMPLATE_MISSING):
        load_template(ledger, chosen.subject)


def test_a_template_is_replaced_by_the_next_and_shows_nothing() -> None:
    assert "vector" not in repr(FaceTemplate("ab" * 32, "selfie", b"secret"))


@pytest.mark.parametrize("field", ["name", "id_number", "valid_until"])
def test_a_wrong_card_is_refused_and_recorded_and_the_face_is_not_asked(
    ledger: CreditLedger, clock: MovableClock, chosen: Registered, field: str
) -> None:
    # given a card of somebody else, or one that expired yesterday
    other = new_person()
    yesterday = local_day(clock()) - timedelta(days=1)
    wrong = {"name": "赵云", "id_number": str(other.id_number), "valid_until": yesterday}
    card: CardReading = replace(chosen.person.card(), **{field: wrong[field]})  # type: ignore[arg-type] # one of three
    reason = Reason.ID_CARD_EXPIRED if field == "valid_until" else Reason.IDENTITY_MISMATCH
    command = cause(clock, "kiosk:1")
    # when it is read, twice by the same command
    for _ in range(2):
        with refused(reason):
            verify_identity(ledger, command, chosen.subject, card, ACCEPTED, TEMPLATE)
    # then the refusal stands in the log once
    worker = _worker(ledger, chosen.subject)
    assert (worker.identity_refusals, worker.identity_assurance) == (1, None)


def test_a_card_is_valid_on_its_last_day(
    ledger: CreditLedger, clock: MovableClock, chosen: Registered
) -> None:
    card = replace(chosen.person.card(), valid_until=local_day(clock()))
    verify_identity(ledger, cause(clock, "kiosk:1"), chosen.subject, card, ACCEPTED, TEMPLATE)


def test_another_face_does_not_verify(ledger: CreditLedger, clock: MovableClock, chosen: Registered) -> None:
    with refused(Reason.FACE_NOT_MATCHED):
        verify_identity(
            ledger, cause(clock, "kiosk:1"), chosen.subject, chosen.person.card(), REJECTED, TEMPLATE
        )
    assert _worker(ledger, chosen.subject).identity_assurance is None
    with refused(Reason.FACE_TEMPLATE_MISSING):
        load_template(ledger, chosen.subject)


def test_a_verified_identity_may_be_renewed_and_the_template_with_it(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a complete worker whose template is of a model before this one
    worker, newer = complete_worker(ledger, clock), FaceTemplate("cd" * 32, "selfie", b"newer" * 200)
    # when card and face are verified again
    command = cause(clock, "kiosk:1")
    verify_identity(ledger, command, worker.subject, worker.person.card(), ACCEPTED, newer)
    # then later checks compare with the newer one, and nothing else of the worker has changed
    assert load_template(ledger, worker.subject) == newer
    assert _worker(ledger, worker.subject).is_complete


def test_a_card_reading_works_once(ledger: CreditLedger, clock: MovableClock) -> None:
    worker = complete_worker(ledger, clock)
    card = worker.person.card()
    verify_identity(ledger, cause(clock, "kiosk:1"), worker.subject, card, ACCEPTED, TEMPLATE)
    with refused(Reason.CHALLENGE_EXPIRED):
        verify_identity(ledger, cause(clock, "kiosk:1"), worker.subject, card, ACCEPTED, TEMPLATE)


def test_a_newer_card_with_the_same_number_brings_its_name(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a complete worker with a card that bears another name by now
    worker = complete_worker(ledger, clock)
    card = replace(worker.person.card(), name="王 敏")
    # when it is verified
    verify_identity(ledger, cause(clock, "kiosk:1"), worker.subject, card, ACCEPTED, TEMPLATE)
    # then the account has that name
    assert ledger.load(Account, worker.subject).name == "王敏"


def test_a_letter_is_signed_only_in_a_known_version_with_its_own_text(
    ledger: CreditLedger, clock: MovableClock, chosen: Registered
) -> None:
    verify_identity(ledger, cause(clock, "kiosk:1"), chosen.subject, chosen.person.card(), ACCEPTED, TEMPLATE)
    for version, text in (("1999-01", FIRST_TEXT.text_sha256), (FIRST_TEXT.version, "00" * 32)):
        with refused(Reason.LETTER_UNKNOWN):
            sign_letter(ledger, cause(clock, "person"), chosen.subject, version, text)
    sign_letter(ledger, cause(clock, "person"), chosen.subject, FIRST_TEXT.version, FIRST_TEXT.text_sha256)
    assert _worker(ledger, chosen.subject).signed_scopes == FIRST_TEXT.scopes


def test_nothing_is_signed_before_the_identity_is_verified(
    ledger: CreditLedger, clock: MovableClock, chosen: Registered
) -> None:
    with refused(Reason.IDENTITY_NOT_VERIFIED):
        sign_letter(
            ledger, cause(clock, "person"), chosen.subject, FIRST_TEXT.version, FIRST_TEXT.text_sha256
        )


def test_the_authorization_completes_the_registration_and_counts_as_a_check_in(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    subject = complete_worker(ledger, clock).subject
    attendance = ledger.load(Attendance, Attendance.stream_for(subject, 2026))
    assert attendance.due_at == clock() + ledger.rules.check_in_period


def test_an_authorization_needs_the_signature_and_the_face(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a worker whose letter is revoked
    subject = complete_worker(ledger, clock).subject
    with refused(Reason.LETTER_ALREADY_IN_FORCE):
        authorize_letter(ledger, cause(clock, "person"), subject, ACCEPTED)
    revoke_letter(ledger, cause(clock, "person"), subject)
    # then it is in force again only after signature and face check
    with refused(Reason.LETTER_NOT_SIGNED):
        authorize_letter(ledger, cause(clock, "person"), subject, ACCEPTED)
    sign_letter(ledger, cause(clock, "person"), subject, FIRST_TEXT.version, FIRST_TEXT.text_sha256)
    with refused(Reason.FACE_NOT_MATCHED):
        authorize_letter(ledger, cause(clock, "person"), subject, REJECTED)
    authorize_letter(ledger, cause(clock, "person"), subject, ACCEPTED)
    # and no second year is begun
    assert ledger.load(Attendance, Attendance.stream_for(subject, 2026)).version == 1


def test_a_letter_is_revoked_once_however_often_the_command_comes(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    subject, command = complete_worker(ledger, clock).subject, cause(clock, "person")
    assert revoke_letter(ledger, command, subject) == revoke_letter(ledger, command, subject)
    with refused(Reason.LETTER_NOT_IN_FORCE):
        revoke_letter(ledger, cause(clock, "person"), subject)
