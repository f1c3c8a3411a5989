from collections.abc import Callable

import pytest

from domain.assurance import Presence
from domain.letter import Letter
from domain.rejections import Reason
from domain.streams import partition_of
from domain.worker import Worker
from tests.controls import aggregates
from tests.controls.letters import FIRST_TEXT, NEW_TEXT
from tests.controls.moments import AINONG, BEIJIN, HOUR, INSTANT, NOON, RULES, WANG, cause, refused

Given = Callable[[], Worker]
When = Callable[[Worker], None]


def choose(worker: Worker) -> None:
    worker.choose_enterprise(cause(), AINONG)


def confirm(worker: Worker) -> None:
    worker.confirm_employment(cause(), AINONG)


def refuse(worker: Worker) -> None:
    worker.refuse_employment(cause(), AINONG)


def end(worker: Worker) -> None:
    worker.end_employment(cause(), AINONG, "worker")


def verify(worker: Worker) -> None:
    worker.verify_identity(cause(), aggregates.DOCUMENT, aggregates.AT_KIOSK)


def refuse_card(worker: Worker) -> None:
    worker.refuse_identity(cause(), "identity-mismatch")


def sign(worker: Worker) -> None:
    worker.sign_letter(cause(), FIRST_TEXT, FIRST_TEXT.text_sha256)


def sign_another_text(worker: Worker) -> None:
    worker.sign_letter(cause(), FIRST_TEXT, "00" * 32)


def authorize(worker: Worker) -> None:
    worker.authorize_letter(cause(), aggregates.BY_FACE)


def revoke(worker: Worker) -> None:
    worker.revoke_letter(cause())


def refused_worker() -> Worker:
    worker = aggregates.worker_with_choice()
    refuse(worker)
    return worker


def former_worker() -> Worker:
    worker = aggregates.employed_worker()
    end(worker)
    return worker


@pytest.mark.parametrize("assurance", ["kiosk", "officer"])
def test_an_identity_verified_in_person_counts_as_recent_for_ten_minutes(assurance: str) -> None:
    worker = aggregates.worker_with_choice()
    worker.verify_identity(cause(NOON), aggregates.DOCUMENT, Presence("face", assurance))
    assert worker.recent_identity(NOON + RULES.identity_fresh, RULES) == assurance
    with refused(Reason.IDENTITY_NOT_RECENT):
        worker.recent_identity(NOON + RULES.identity_fresh + INSTANT, RULES)


@pytest.mark.parametrize("assurance", ["web", "attested_app"])
def test_an_identity_verified_from_afar_is_no_proof_in_person(assurance: str) -> None:
    worker = aggregates.worker_with_choice()
    worker.verify_identity(cause(NOON), aggregates.DOCUMENT, Presence("face", assurance))
    with refused(Reason.IDENTITY_NOT_RECENT):
        worker.recent_identity(NOON, RULES)


def test_a_worker_lies_among_the_streams_of_the_person() -> None:
    worker = aggregates.worker()
    assert worker.id == Worker.stream_for(WANG)
    assert partition_of(worker.id) == partition_of(WANG)


@pytest.mark.parametrize(
    ("given", "when", "status"),
    [
        (aggregates.worker, choose, "chosen"),
        (aggregates.worker_with_choice, confirm, "confirmed"),
        (aggregates.worker_with_choice, refuse, "refused"),
        (aggregates.worker_with_choice, end, "ended"),
        (aggregates.employed_worker, end, "ended"),
        (refused_worker, choose, "chosen"),
        (former_worker, choose, "chosen"),
    ],
)
def test_an_employment_goes_from_step_to_step(given: Given, when: When, status: str) -> None:
    worker = given()
    when(worker)
    assert worker.employments == {AINONG: status}


def test_several_enterprises_can_be_chosen_and_go_their_own_ways() -> None:
    # given a worker who chose two enterprises
    worker = aggregates.worker_with_choice()
    worker.choose_enterprise(cause(), BEIJIN)
    # when one says yes and the other no
    worker.confirm_employment(cause(), AINONG)
    worker.refuse_employment(cause(), BEIJIN)
    # then each has its own status
    assert worker.employments == {AINONG: "confirmed", BEIJIN: "refused"}


def test_a_verified_identity_has_the_assurance_of_its_reading() -> None:
    worker = aggregates.worker_with_choice()
    verify(worker)
    assert worker.identity_assurance == "kiosk"


def test_a_refused_card_is_counted_and_may_be_tried_again() -> None:
    # given a worker whose card was refused
    worker = aggregates.worker_with_choice()
    refuse_card(worker)
    assert (worker.identity_refusals, worker.identity_assurance) == (1, None)
    # when the right card is read
    verify(worker)
    # then the identity is verified
    assert worker.identity_assurance == "kiosk"


def test_a_signed_letter_is_in_force_only_after_its_authorization() -> None:
    # given a worker who signed
    worker = aggregates.worker_with_signature()
    assert (worker.signed_scopes, worker.authorized_scopes) == (FIRST_TEXT.scopes, ())
    was_complete = worker.is_complete
    # when the second face check authorizes
    worker.require_letter_to_authorize()
    authorize(worker)
    # then the registration is complete
    worker.require_letter_in_force()
    assert (was_complete, worker.is_complete) == (False, True)
    assert worker.authorized_scopes == FIRST_TEXT.scopes


def test_a_revoked_letter_covers_nothing_and_leaves_the_registration_complete() -> None:
    worker = aggregates.worker_with_revoked_letter()
    assert (worker.signed_scopes, worker.authorized_scopes) == ((), ())
    assert worker.is_complete


def test_after_a_revocation_the_letter_is_signed_and_authorized_anew() -> None:
    worker = aggregates.worker_with_revoked_letter()
    sign(worker)
    authorize(worker)
    worker.require_letter_in_force()


def test_a_new_text_is_signed_beside_the_letter_in_force_and_replaces_it_when_authorized() -> None:
    # given a complete worker who signs a new text
    worker = aggregates.complete_worker()
    worker.sign_letter(cause(), NEW_TEXT, NEW_TEXT.text_sha256)
    # then the letter before is still in force
    assert worker.require_letter_in_force().version == FIRST_TEXT.version
    assert worker.require_letter_to_authorize().version == NEW_TEXT.version
    # when the new one is authorized
    authorize(worker)
    # then it alone is in force
    assert worker.require_letter_in_force().version == NEW_TEXT.version
    assert [letter.is_in_force for letter in worker.letters] == [False, True]
    assert worker.authorized_scopes == NEW_TEXT.scopes
    with refused(Reason.LETTER_ALREADY_IN_FORCE):
        authorize(worker)


def test_a_revocation_takes_back_what_was_signed_in_its_place_too() -> None:
    worker = aggregates.complete_worker()
    worker.sign_letter(cause(), NEW_TEXT, NEW_TEXT.text_sha256)
    worker.revoke_letter(cause())
    with refused(Reason.LETTER_NOT_SIGNED):
        authorize(worker)


def test_an_older_text_is_not_signed_over_a_newer_one() -> None:
    worker = aggregates.complete_worker()
    older = Letter("2025-01", ("basic", "tax"), "较早的授权书")
    with refused(Reason.LETTER_ALREADY_IN_FORCE):
        worker.sign_letter(cause(), older, older.text_sha256)


def test_a_signed_letter_knows_its_events_and_its_authorization() -> None:
    worker = aggregates.complete_worker()
    letter = worker.require_letter_in_force()
    events = {event.originator_version: type(event) for event in worker.pending_events}
    assert letter.authorizing is not None
    assert events[letter.signing] is Worker.LetterSigned
    assert events[letter.authorizing] is Worker.LetterAuthorized
    assert letter.authorization == cause().command_id


def test_what_was_authorized_is_what_was_signed_whatever_the_text_says_today() -> None:
    # given a worker who signed an older, narrower letter
    older = Letter("2025-01", ("basic", "tax"), "较早的授权书")
    worker = aggregates.verified_worker()
    worker.sign_letter(cause(), older, older.text_sha256)
    # when it is authorized
    authorize(worker)
    # then it covers what that text covered
    assert worker.authorized_scopes == ("basic", "tax")


@pytest.mark.parametrize(
    ("given", "when", "reason"),
    [
        (aggregates.worker_with_choice, choose, Reason.ENTERPRISE_ALREADY_CHOSEN),
        (aggregates.employed_worker, choose, Reason.ENTERPRISE_ALREADY_CHOSEN),
        (aggregates.worker, confirm, Reason.EMPLOYMENT_NOT_CHOSEN),
        (aggregates.employed_worker, confirm, Reason.EMPLOYMENT_NOT_CHOSEN),
        (refused_worker, confirm, Reason.EMPLOYMENT_NOT_CHOSEN),
        (aggregates.worker, refuse, Reason.EMPLOYMENT_NOT_CHOSEN),
        (aggregates.employed_worker, refuse, Reason.EMPLOYMENT_NOT_CHOSEN),
        (aggregates.worker, end, Reason.EMPLOYMENT_NOT_OPEN),
        (refused_worker, end, Reason.EMPLOYMENT_NOT_OPEN),
        (former_worker, end, Reason.EMPLOYMENT_NOT_OPEN),
        (aggregates.worker, verify, Reason.NO_ENTERPRISE_CHOSEN),
        (aggregates.worker, refuse_card, Reason.NO_ENTERPRISE_CHOSEN),
        (aggregates.worker_with_choice, sign, Reason.IDENTITY_NOT_VERIFIED),
        (aggregates.complete_worker, sign, Reason.LETTER_ALREADY_IN_FORCE),
        (aggregates.verified_worker, sign_another_text, Reason.LETTER_UNKNOWN),
        (aggregates.verified_worker, authorize, Reason.LETTER_NOT_SIGNED),
        (aggregates.worker_with_revoked_letter, authorize, Reason.LETTER_NOT_SIGNED),
        (aggregates.complete_worker, authorize, Reason.LETTER_ALREADY_IN_FORCE),
        (aggregates.worker_with_signature, revoke, Reason.LETTER_NOT_IN_FORCE),
        (aggregates.worker_with_revoked_letter, revoke, Reason.LETTER_NOT_IN_FORCE),
        (aggregates.worker_with_signature, Worker.require_letter_in_force, Reason.LETTER_NOT_IN_FORCE),
    ],
)
def test_a_refusal_leaves_no_event(given: Given, when: When, reason: Reason) -> None:
    worker = given()
    before = len(worker.pending_events)
    with refused(reason):
        when(worker)
    assert len(worker.pending_events) == before


def test_a_verification_after_the_first_is_a_renewal() -> None:
    worker = aggregates.verified_worker()
    worker.verify_identity(cause(NOON + HOUR), aggregates.DOCUMENT, Presence("officers", "officer"))
    purposes = [getattr(event, "purpose", None) for event in worker.pending_events]
    assert purposes[-2:] == ["first", "renewal"]
    assert (worker.identity_assurance, worker.identity_verified_at) == ("officer", NOON + HOUR)
