"""POST /v1/recovery-requests and POST /v1/recoveries: the way back (找回账号) without phone and session."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import httpx
import pytest

from tests.controls.api import Api
from tests.controls.cards import registered_kiosk
from tests.controls.devices import PASSCODE, prove, sign_in, ticket_of, with_passcode
from tests.controls.looking import looks_of
from tests.controls.meanwhile import before_the_first
from tests.controls.people import Person, new_person
from tests.controls.presences import confirm
from tests.controls.problems import invalid_fields, refusal
from tests.controls.races import race
from tests.controls.recoveries import (
    by_face,
    by_officers,
    card_form,
    confirmed_by_two,
    form_of,
    recover,
    request_recovery,
    requested,
)
from tests.controls.trails import fields_of
from tests.controls.visitors import (
    ENROLLED,
    OTHER_FACE,
    Visitor,
    borrowing,
    complete_worker,
    form,
    officer,
    register_consumer,
    sms_code,
)

AN_HOUR = timedelta(hours=1)
WAYS = pytest.mark.parametrize("way", [by_officers, by_face])
Way = Callable[[Api, Person, Person], httpx.Response]


@pytest.fixture
def worker(api: Api) -> Visitor:
    """A complete worker with a passcode, whose phone is about to be lost."""
    return with_passcode(api, complete_worker(api))


@WAYS
def test_the_document_brings_the_account_to_the_new_phone(api: Api, worker: Visitor, way: Way) -> None:
    # given somebody who has nothing but the document, and another phone
    new = new_person()
    # when they go the way back
    answer = way(api, worker.person, new)
    assert answer.json() == {"done": True}, answer.text
    # then the new phone signs in as on a device not seen before, and the old one is nobody's
    signed_in = prove(api, ticket_of(sign_in(api, new)), PASSCODE)
    assert api.get("/v1/me", signed_in.json()["access_token"]).json()["subject_id"] == str(worker.subject)
    assert refusal(sign_in(api, worker.person)) == (404, "account-unknown", "phone")


@WAYS
def test_all_that_the_old_phone_had_open_is_over(api: Api, worker: Visitor, way: Way) -> None:
    # given a session, a known device, a sign-in that waits, and a session on a borrowed phone
    device_token = worker.client.device_token
    waiting = ticket_of(sign_in(api, worker.person))
    borrowed = borrowing(api, worker.subject)
    code = worker.client.post("/v1/handovers")["code"]
    # when the person comes back
    new = new_person()
    assert way(api, worker.person, new).is_success
    # then none of them opens anything
    assert refusal(api.get("/v1/me", worker.token))[1] == "token-invalid"
    assert refusal(api.get("/v1/me/letter", borrowed.access_token))[1] == "token-invalid"
    assert refusal(api.post("/v1/handover-sessions", json={"code": code}))[1] == "handover-code-wrong"
    assert refusal(prove(api, waiting, PASSCODE)) == (410, "second-factor-expired", None)
    assert refusal(sign_in(api, new, device_token))[1] == "second-factor-needed"


def _with_the_sms_code(api: Api, visitor: Visitor) -> Callable[[], httpx.Response]:
    return partial(sign_in, api, visitor.person)


def _with_the_second_factor(api: Api, visitor: Visitor) -> Callable[[], httpx.Response]:
    return partial(prove, api, ticket_of(sign_in(api, with_passcode(api, visitor).person)), PASSCODE)


@pytest.mark.parametrize(
    ("way_in", "problem"),
    [
        (_with_the_sms_code, (404, "account-unknown", "phone")),
        (_with_the_second_factor, (410, "second-factor-expired", None)),
    ],
)
def test_who_signs_in_with_the_old_phone_meanwhile_is_not_signed_in(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    way_in: Callable[[Api, Visitor], Callable[[], httpx.Response]],
    problem: tuple[int, str, str | None],
) -> None:
    # given somebody with the old phone, whose sign-in is about to open a session
    visitor, new = register_consumer(api), new_person()
    signs_in = way_in(api, visitor)
    request = requested(api, new)
    confirmed_by_two(api, request, visitor.person)
    # when the person is back at this very moment
    before_the_first(monkeypatch, api.parts.sessions, "open", lambda: recover(api, form_of(request, new)))
    answer = signs_in()
    # then there is no session, and no device that is known
    assert refusal(answer) == problem
    assert open_sign_ins(api, visitor.subject) == 0


def open_sign_ins(api: Api, subject: UUID) -> int:
    """How many sessions are open, and how many devices known."""
    counted = """
        SELECT (SELECT count(*) FROM ops.sessions WHERE subject_id = %s AND revoked_at IS NULL)
            + (SELECT count(*) FROM ops.known_devices WHERE subject_id = %s)
    """
    with api.parts.ledger.pool.connection() as connection:
        row = connection.execute(counted, (subject, subject)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_known_device_of_before_is_not_known_any_more(api: Api) -> None:
    # given somebody whose device was known
    visitor = with_passcode(api)
    tablet = prove(api, ticket_of(sign_in(api, visitor.person)), PASSCODE).json()
    assert sign_in(api, visitor.person, tablet["device_token"]).status_code == 201
    # when they come back with another phone
    new = new_person()
    assert by_officers(api, visitor.person, new).is_success
    # then the same device needs the second factor, and no session of it is refreshed
    assert refusal(sign_in(api, new, tablet["device_token"]))[1] == "second-factor-needed"
    refreshed = api.post("/v1/session-refreshes", json={"refresh_token": tablet["refresh_token"]})
    assert refusal(refreshed)[1] == "token-invalid"


def test_each_step_is_an_event_and_the_officers_are_seen(api: Api, worker: Visitor) -> None:
    # when somebody comes back
    assert by_officers(api, worker.person, new_person()).is_success
    # then the person's own list has both officers
    looks = looks_of(api, worker.subject)
    assert [(look["who"]["kind"], look["what"], look["basis"]) for look in looks] == [
        ("officer", "presence", "recovery")
    ] * 2
    # and the trail says how it was done
    (completed,) = fields_of(api, worker, "jz.recovery.completed")
    assert (completed["method"], completed["assurance"]) == ("officers", "officer")
    assert [f["purpose"] for f in fields_of(api, worker, "jz.presence.begun")] == ["recovery"]
    assert [f["proof"] for f in fields_of(api, worker, "jz.account.phone_changed")] == ["officer"]
    assert len({f["officer_id"] for f in fields_of(api, worker, "jz.presence.officer_confirmed")}) == 2


def test_the_face_is_recorded_with_its_purpose(api: Api, worker: Visitor) -> None:
    assert by_face(api, worker.person, new_person()).is_success
    *_, attempt = fields_of(api, worker, "jz.face_checks.attempted")
    assert (attempt["purpose"], attempt["assurance"], attempt["verdict"]) == ("recovery", "kiosk", "accepted")


def test_before_two_officers_have_confirmed_nothing_changes(api: Api, worker: Visitor) -> None:
    # given a request, before and after the first officer
    new, member = new_person(), officer(api)
    request = requested(api, new)
    before = recover(api, form_of(request, new))
    confirm(api, member, request["code"], worker.person)
    answers = [before, recover(api, form_of(request, new))]
    # then both answers are the same to the byte, and the phone is the old one
    assert refusal(answers[0]) == (409, "presence-proof-incomplete", "recovery_ticket")
    assert answers[0].content == answers[1].content
    assert api.get("/v1/me", worker.token).is_success
    # and the same officer does not make two
    again = confirm(api, member, request["code"], worker.person)
    assert refusal(again)[:2] == (403, "second-officer-needed")


def test_what_an_officer_reads_decides_and_not_what_anybody_typed(api: Api, worker: Visitor) -> None:
    # given somebody who has asked for the way back and names a worker's ID number all over the form
    thief, member = new_person(), officer(api)
    request = request_recovery(
        api, thief, id_number=str(worker.person.id_number), name=str(worker.person.name)
    ).json()
    # when the document is their own, or bears another name than the account, then it leads nowhere
    answers = [
        confirm(api, member, request["code"], thief),
        confirm(api, member, request["code"], worker.person, name="赵云"),
    ]
    assert [refusal(answer) for answer in answers] == [(403, "identity-mismatch", None)] * 2
    assert answers[0].content == answers[1].content
    assert refusal(recover(api, form_of(request, thief)))[1] == "presence-proof-incomplete"


def test_a_number_that_was_only_typed_comes_back_with_the_document_and_is_proven_by_it(api: Api) -> None:
    # given a consumer, whose number no document has proven
    consumer, new = register_consumer(api), new_person()
    assert consumer.client.get("/v1/me")["id_number_state"] == "provisional"
    # when the document is there
    assert by_officers(api, consumer.person, new).is_success
    # then the account is back, and its number proven
    tokens = sign_in(api, new).json()
    assert api.get("/v1/me", tokens["access_token"]).json()["id_number_state"] == "proven"


def test_who_typed_somebody_else_s_number_loses_the_account_to_the_document(api: Api) -> None:
    # given somebody who registered with another person's name and ID number
    owner, squatter = new_person(), new_person()
    form_ = form(replace(owner, phone=squatter.phone), sms_code(api, squatter))
    registered = api.post("/v1/consumers", json=form_).json()
    # when that person comes with the document, then what is under their name is theirs
    assert by_officers(api, owner, owner).is_success
    assert refusal(api.get("/v1/me", registered["tokens"]["access_token"]))[1] == "token-invalid"
    assert sign_in(api, owner).status_code == 201


def test_an_officer_does_not_bring_back_the_own_account(api: Api, worker: Visitor) -> None:
    request = requested(api, new_person())
    answer = confirm(api, officer(api, worker.person), request["code"], worker.person)
    assert refusal(answer) == (403, "officer-is-person", None)


def test_without_consent_no_face_is_compared_and_nobody_learns_whose_card_it_is(api: Api) -> None:
    # given a worker who took the consent back, a consumer who never gave it, and a stranger
    worker, consumer, stranger = complete_worker(api), register_consumer(api), new_person()
    worker.client.post("/v1/me/face-consent/withdrawal")
    # when their cards are read at a kiosk
    answers = [by_face(api, who, new_person()) for who in (worker.person, consumer.person, stranger)]
    # then officers are named, in the same words
    assert refusal(answers[0]) == (403, "face-consent-missing", "frames")
    assert answers[0].json()["ways"] == ["officers"]
    assert len({answer.content for answer in answers}) == 1


def test_a_wrong_face_is_refused_and_recorded_five_times_an_hour(api: Api, worker: Visitor) -> None:
    # given the card, and another person's face
    api.clock.advance(AN_HOUR)
    data = card_form(api, worker.person, new_person())
    # when it is tried again and again
    answers = [recover(api, data, picture=OTHER_FACE) for _ in range(6)]
    # then the person's limit of face checks holds, and the account stays where it is
    assert [refusal(answer)[1] for answer in answers] == ["face-not-matched"] * 5 + ["face-too-many-attempts"]
    assert refusal(recover(api, data, picture=ENROLLED))[1] == "face-too-many-attempts"
    assert sign_in(api, worker.person).status_code == 403


def test_card_and_face_go_together(api: Api, worker: Visitor) -> None:
    new = new_person()
    data = card_form(api, worker.person, new)
    assert invalid_fields(recover(api, data)) == {"frames"}
    del data["card_reading"]
    assert invalid_fields(recover(api, data, picture=ENROLLED)) == {"card_reading"}


def test_a_reading_for_another_request_is_refused(api: Api, worker: Visitor) -> None:
    # given two requests, and a card that was read for the first one; or for a session's challenge
    new, other = new_person(), new_person()
    first, second = requested(api, new), requested(api, other)
    own = worker.client.post("/v1/identity-challenges")["challenge"]
    for challenge in (first["challenge"], own):
        reading = registered_kiosk(api).reading(challenge, worker.person)
        answer = recover(api, form_of(second, other) | {"card_reading": reading}, picture=ENROLLED)
        assert refusal(answer)[:2] == (410, "challenge-expired")


def test_a_ticket_goes_with_its_own_phone_and_is_no_other_ticket(api: Api, worker: Visitor) -> None:
    new, other = new_person(), new_person()
    request = requested(api, new)
    confirmed_by_two(api, request, worker.person)
    sign_in_ticket = ticket_of(sign_in(api, worker.person))
    for data in (form_of(request, other), {"recovery_ticket": sign_in_ticket, "phone": str(new.phone)}):
        assert refusal(recover(api, data)) == (410, "recovery-expired", None)
    assert recover(api, form_of(request, new)).is_success


def test_a_phone_of_somebody_else_is_told_after_the_proof_only(api: Api, worker: Visitor) -> None:
    other = register_consumer(api).person
    request = requested(api, other)
    assert refusal(recover(api, form_of(request, other)))[1] == "presence-proof-incomplete"
    confirmed_by_two(api, request, worker.person)
    assert api.get("/v1/me", worker.token).is_success
    assert refusal(recover(api, form_of(request, other))) == (409, "phone-taken", None)
    # and sign-ins end first: no process that dies in between leaves one that should have ended
    assert refusal(api.get("/v1/me", worker.token))[1] == "token-invalid"


def test_the_phone_that_the_account_has_is_no_new_one(api: Api, worker: Visitor) -> None:
    assert refusal(by_officers(api, worker.person, worker.person)) == (409, "phone-unchanged", "phone")


def test_a_request_ends_once_also_when_it_comes_from_many_at_once(api: Api, worker: Visitor) -> None:
    new = new_person()
    request = requested(api, new)
    confirmed_by_two(api, request, worker.person)
    answers = race(*[partial(recover, api, form_of(request, new))] * 4)
    codes = [answer.status_code for answer in answers]  # type: ignore[union-attr] # answers, no refusals
    assert sorted(codes) == [200] + [410] * 3


def test_a_thief_who_is_signed_in_cannot_stop_it(api: Api, worker: Visitor) -> None:
    # given a thief with the unlocked phone, who moves the number while the person stands at the counter
    new, moved = new_person(), new_person()
    request = requested(api, new)
    confirm(api, officer(api), request["code"], worker.person)
    codes = {"old_sms_code": sms_code(api, worker.person), "sms_code": sms_code(api, moved)}
    api.post("/v1/me/phone-changes", worker.token, json={"phone": str(moved.phone)} | codes)
    # when the second officer confirms
    confirm(api, officer(api), request["code"], worker.person)
    # then the account is the person's, and neither of the thief's phones opens it
    assert recover(api, form_of(request, new)).is_success
    assert refusal(api.get("/v1/me", worker.token))[1] == "token-invalid"
    for phone in (worker.person, moved):
        assert refusal(sign_in(api, phone))[1] == "account-unknown"


def test_a_wrong_code_opens_nothing(api: Api) -> None:
    before = api.appended()
    answer = request_recovery(api, new_person(), sms_code="000000")
    assert refusal(answer) == (403, "sms-code-wrong", "sms_code")
    assert api.appended() == before
