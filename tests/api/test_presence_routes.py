"""POST /v1/presence-proofs, POST /v1/presence-requests, POST /v1/officer/presence-confirmations."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from domain.access_log import AccessLog
from domain.kiosk import CERTIFIED_READER
from tests.controls.api import Api
from tests.controls.devices import with_passcode
from tests.controls.kiosks import RegisteredKiosk, card_of, challenge, own_reading, registered_kiosk
from tests.controls.people import new_person
from tests.controls.presences import asked, by_officers, card_proof, confirm
from tests.controls.problems import invalid_fields, refusal
from tests.controls.races import race
from tests.controls.trails import fields_of
from tests.controls.visitors import Visitor, administrator, complete_worker, officer
from tests.controls.workers import choosing_worker

TEN_MINUTES, AN_INSTANT = timedelta(minutes=10), timedelta(microseconds=1)


@pytest.fixture
def ready(api: Api) -> Visitor:
    """A complete worker with a passcode."""
    return with_passcode(api, complete_worker(api))


def test_a_card_of_somebody_else_or_an_expired_one_is_refused_and_recorded(
    api: Api, kiosk: RegisteredKiosk, ready: Visitor
) -> None:
    # given readings of another card, and of one that expired
    expired = card_of(ready.person, valid_until=api.clock().date() - timedelta(days=2))
    readings = [kiosk.sign(challenge(ready.client), card) for card in (card_of(new_person()), expired)]
    # when they are sent
    answers = [card_proof(api, ready, "check_in", card_reading=reading) for reading in readings]
    # then each is refused, and is an event
    codes = ["identity-mismatch", "id-card-expired"]
    assert [refusal(answer)[:2] for answer in answers] == [(403, code) for code in codes]
    assert [f["verdict"] for f in fields_of(api, ready, "jz.presence_attempts.attempted")] == codes


def test_a_certified_reader_proves_the_card_and_not_the_presence(api: Api, ready: Visitor) -> None:
    # given the own card, read by a certified reader
    reader = registered_kiosk(api, CERTIFIED_READER)
    # when it is sent
    answer = card_proof(api, ready, "check_in", card_reading=own_reading(reader, ready))
    # then it is trusted too little, and that is recorded with the reader
    assert refusal(answer) == (403, "assurance-too-low", None)
    (tried,) = fields_of(api, ready, "jz.presence_attempts.attempted")
    assert (tried["verdict"], tried["device"]) == ("assurance-too-low", f"reader:{reader.kiosk_id}")


def test_five_readings_an_hour_and_no_more(api: Api, kiosk: RegisteredKiosk, ready: Visitor) -> None:
    wrong = kiosk.sign(challenge(ready.client), card_of(new_person()))
    for _ in range(5):
        card_proof(api, ready, "check_in", card_reading=wrong)
    assert refusal(card_proof(api, ready, "check_in"))[:2] == (429, "presence-too-many-attempts")
    api.clock.advance(timedelta(hours=1))
    assert card_proof(api, ready, "check_in").status_code == 201


def test_a_reading_proves_once(api: Api, kiosk: RegisteredKiosk, ready: Visitor) -> None:
    reading = own_reading(kiosk, ready)
    answers = [card_proof(api, ready, "check_in", card_reading=reading) for _ in range(2)]
    assert answers[0].status_code == 201
    assert refusal(answers[1])[:2] == (410, "challenge-expired")


def test_a_repeated_request_gets_the_same_proof(api: Api, ready: Visitor) -> None:
    send = partial(api.post, "/v1/presence-requests", ready.token, "one and the same key")
    first, again = (send(json={"purpose": "check_in"}) for _ in range(2))
    assert first.json() == again.json()


def test_without_a_passcode_there_is_no_card_way(api: Api) -> None:
    worker = complete_worker(api)
    assert refusal(card_proof(api, worker, "check_in")) == (409, "passcode-missing", "passcode")


@pytest.mark.parametrize("step", ["sign_in", "phone_change", "anything"])
def test_a_card_is_no_way_through_every_step(api: Api, ready: Visitor, step: str) -> None:
    assert invalid_fields(card_proof(api, ready, step)) == {"purpose"}


def test_a_borrowed_device_proves_for_its_own_steps_only(api: Api, ready: Visitor) -> None:
    # given a borrowed kiosk
    code = ready.client.post("/v1/handovers")["code"]
    token = api.post("/v1/handover-sessions", json={"code": code}).json()["access_token"]
    # then the identity can be proven there, and nothing that the session is not for
    assert card_proof(api, ready, "identity", token).status_code == 201
    assert refusal(card_proof(api, ready, "disclosure", token)) == (403, "not-allowed", None)


def test_only_an_officer_confirms_presence(api: Api, ready: Visitor) -> None:
    code = asked(api, ready, "check_in")["code"]
    assert refusal(confirm(api, ready, code, ready.person)) == (403, "not-allowed", None)  # type: ignore[arg-type] # no officer


def test_who_asked_sees_how_far_it_is_and_nobody_else(api: Api, ready: Visitor) -> None:
    # given a request that two officers must confirm
    request = asked(api, ready, "identity")
    path = f"/v1/presence-requests/{request['presence_proof']}"
    # when one does
    answer = confirm(api, officer(api), request["code"], ready.person).json()
    # then both sides see what is still missing, without anything of the person
    assert answer == {"purpose": "identity", "confirmations": 1, "officers_needed": 2}
    assert ready.client.get(path)["status"] == "waiting"
    confirm(api, officer(api), request["code"], ready.person)
    assert ready.client.get(path)["status"] == "usable"
    assert refusal(api.get(path, complete_worker(api).token)) == (404, "not-found", None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "赵云"}, "identity-mismatch"),
        ({"id_number": "11010519491231002X"}, "identity-mismatch"),
        ({"valid_until": "2020-01-01"}, "id-card-expired"),
    ],
    ids=["name", "number", "validity"],
)
def test_what_an_officer_reads_must_be_what_is_registered(
    api: Api, ready: Visitor, changes: dict[str, Any], code: str
) -> None:
    # given a request
    request, member = asked(api, ready, "check_in"), officer(api)
    # when the document says something else
    answer = confirm(api, member, request["code"], ready.person, **changes)
    # then it is refused without saying what is registered, and recorded as a look, too
    assert refusal(answer) == (403, code, None)
    (doubted,) = fields_of(api, ready, "jz.presence.officer_refused")
    assert (doubted["officer_id"], doubted["because"]) == (str(member.staff_id), code)
    assert fields_of(api, ready, AccessLog.Looked.TOPIC)[0]["role"] == "officer"


def test_the_same_officer_does_not_confirm_twice(api: Api) -> None:
    worker, member = choosing_worker(api), officer(api)
    code = asked(api, worker, "identity")["code"]
    confirm(api, member, code, worker.person)
    assert refusal(confirm(api, member, code, worker.person))[:2] == (403, "second-officer-needed")


def test_an_officer_never_confirms_themself(api: Api, ready: Visitor) -> None:
    # given a worker who is an officer as well
    request, themself = asked(api, ready, "check_in"), officer(api, ready.person)
    # then they cannot confirm their own request, and another one can
    answer = confirm(api, themself, request["code"], ready.person)
    assert refusal(answer) == (403, "officer-is-person", None)
    assert confirm(api, officer(api), request["code"], ready.person).status_code == 201


def test_nobody_is_two_officers(api: Api) -> None:
    person, first = new_person(), administrator(api, "first")
    officer(api, person)
    body = {"role": "officer", "id_number": str(person.id_number)}
    assert refusal(api.post("/v1/staff", first.access_token, json=body)) == (409, "officer-exists", None)


def test_a_withdrawn_officer_may_be_granted_anew(api: Api) -> None:
    person, first = new_person(), administrator(api, "first")
    first.post(f"/v1/staff/{officer(api, person).staff_id}/withdrawal")
    assert officer(api, person).client


def test_a_proposed_officer_who_is_turned_down_may_be_proposed_again(api: Api) -> None:
    first, body = administrator(api, "first"), {"role": "officer", "id_number": str(new_person().id_number)}
    staff_id = first.post("/v1/staff", json=body)["staff_id"]
    first.post(f"/v1/staff/{staff_id}/withdrawal")
    assert first.post("/v1/staff", json=body)["staff_id"] != staff_id


@pytest.mark.parametrize(
    "body", [{"role": "officer"}, {"role": "editor", "id_number": "11010519491231002X"}], ids=["none", "one"]
)
def test_of_officers_and_of_nobody_else_the_id_number_is_needed(api: Api, body: dict[str, str]) -> None:
    first = administrator(api, "first")
    assert refusal(api.post("/v1/staff", first.access_token, json=body))[1] == "request-invalid"


def test_a_code_is_unknown_when_made_up_or_too_old_or_done(api: Api, ready: Visitor) -> None:
    member, request = officer(api), asked(api, ready, "check_in")
    late = asked(api, ready, "check_in")
    confirm(api, member, request["code"], ready.person)
    made_up = confirm(api, member, "00000000", ready.person)
    done = confirm(api, member, request["code"], ready.person)
    api.clock.advance(TEN_MINUTES + AN_INSTANT)
    too_late = confirm(api, member, late["code"], ready.person)
    codes = [refusal(answer) for answer in (made_up, done, too_late)]
    assert codes == [(404, "presence-code-unknown", "code")] * 3


def test_of_many_uses_at_once_one_goes_through(api: Api, ready: Visitor) -> None:
    proof = by_officers(api, ready, "check_in")
    send = partial(api.post, "/v1/check-ins", ready.token, data=proof)
    answers = race(*(partial(send, key=str(uuid4())) for _ in range(6)))
    codes = sorted(answer.status_code for answer in answers)  # type: ignore[union-attr] # answers, no refusals
    assert codes == [200] + [409] * 5
