"""POST /v1/me/cancellation: what is left of a person afterwards, and what is not."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from domain.identifiers import PersonName
from jiazheng.demo.client import refused
from jiazheng.embedded.postgres import EmbeddedPostgres
from tests.controls.api import Api
from tests.controls.certificates import approved, requested, viewed
from tests.controls.devices import PASSCODE, with_passcode
from tests.controls.people import Person, new_person
from tests.controls.plain_text import found
from tests.controls.presences import by_officers
from tests.controls.problems import refusal
from tests.controls.profiles import EXAMPLES, WORDS
from tests.controls.providers import AUTHORITY, RegisteredProvider, send
from tests.controls.saved_pages import saved
from tests.controls.trails import fields_of, settled
from tests.controls.visitors import (
    OTHER_FACE,
    SAME_FACE,
    Visitor,
    cancellation,
    complete_worker,
    face,
    form,
    register_consumer,
    register_worker,
    sms_code,
    staff_client,
)

OWN_NAME: Final = "褚䶮鑫"


def cancelled(api: Api, visitor: Visitor) -> dict[str, str]:
    """Cancel the visitor's account; the header makes a later reader wait for it."""
    answer = api.post("/v1/me/cancellation", visitor.token, **cancellation(api, visitor))
    assert answer.status_code == 200, answer.text
    return {"Ledger-Position": answer.headers["Ledger-Position"]}


def test_a_wrong_code_cancels_nothing(api: Api) -> None:
    # given a worker
    worker = register_worker(api)
    # when the code is wrong
    answer = api.post("/v1/me/cancellation", worker.token, data={"sms_code": "000000"})
    # then the account is still there
    assert refusal(answer) == (403, "sms-code-wrong", "sms_code")
    assert worker.client.get("/v1/me")["subject_id"] == str(worker.subject)


def held_by_a_phone(
    api: Api, visitor: Visitor, *, picture: str | None = None, **given: str
) -> httpx.Response:
    """What somebody can do who holds the unlocked phone, and has that face, and whatever else is `given`."""
    data = {"sms_code": sms_code(api, visitor.person)} | given
    form = face(api, visitor.token, "cancellation", picture, **data) if picture else {"data": data}
    return api.post("/v1/me/cancellation", visitor.token, **form)


def test_whoever_has_a_second_factor_does_not_cancel_with_the_phone_alone(api: Api) -> None:
    # given a worker with face and passcode, and a consumer with a passcode
    both, one = with_passcode(api, complete_worker(api)), with_passcode(api)
    # when somebody holds their phone, and no more
    answers = [held_by_a_phone(api, visitor) for visitor in (both, one)]
    # then the account stays, and the answer says what else is needed
    assert [refusal(answer) for answer in answers] == [(403, "second-factor-missing", None)] * 2
    assert [answer.json()["factors"] for answer in answers] == [
        ["passcode", "face", "officers"],
        ["passcode", "officers"],
    ]
    assert all(api.get("/v1/me", visitor.token).is_success for visitor in (both, one))


def test_withdrawing_the_face_does_not_open_the_way(api: Api) -> None:
    # given a thief with a worker's unlocked phone, who gets rid of the face
    worker = complete_worker(api)
    worker.client.post("/v1/me/face-consent/withdrawal")
    # when they cancel, or set a passcode to cancel with
    passcode = {"passcode": PASSCODE, "sms_code": sms_code(api, worker.person)}
    answers = [held_by_a_phone(api, worker), api.post("/v1/me/passcode", worker.token, data=passcode)]
    # then both need an officer
    assert [answer.json()["factors"] for answer in answers] == [["officers"]] * 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"passcode": "something else"}, "passcode-wrong"),
        ({"picture": OTHER_FACE}, "face-not-matched"),
        ({"presence_proof": str(uuid4())}, "presence-proof-unknown"),
        ({"passcode": PASSCODE, "presence_proof": str(uuid4())}, "request-invalid"),
    ],
    ids=["passcode", "face", "proof", "two"],
)
def test_a_wrong_second_factor_cancels_nothing(api: Api, given: dict[str, Any], code: str) -> None:
    worker = with_passcode(api, complete_worker(api))
    assert refusal(held_by_a_phone(api, worker, **given))[1] == code
    assert api.get("/v1/me", worker.token).is_success


@pytest.mark.parametrize("given", [{"passcode": PASSCODE}, {"picture": SAME_FACE}], ids=["passcode", "face"])
def test_either_factor_cancels_and_is_on_record(api: Api, given: dict[str, Any]) -> None:
    # given a worker with face and passcode
    worker = with_passcode(api, complete_worker(api))
    # when the account is cancelled with one of them
    assert held_by_a_phone(api, worker, **given).status_code == 200
    # then the log says in the same append by what
    topic = "jz.passcode_tries.tried" if "passcode" in given else "jz.face_checks.attempted"
    *_, last = fields_of(api, worker, topic)
    assert (last["purpose"], last["verdict"]) == ("cancellation", "accepted")


def test_officers_open_the_way_for_whoever_forgot_the_passcode(api: Api) -> None:
    # given a consumer who forgot the passcode, and asks an officer
    consumer = with_passcode(api)
    proof = by_officers(api, consumer, "cancellation")
    # when they cancel with the officer's proof, then they may
    assert held_by_a_phone(api, consumer, **proof).status_code == 200


def test_a_picture_of_no_use_leaves_the_sms_code_for_a_better_one(api: Api) -> None:
    worker, data = complete_worker(api), {}
    data["sms_code"] = sms_code(api, worker.person)
    blank = {"files": [("frames", ("1.png", b"no picture", "image/png"))] * 8}
    form = face(api, worker.token, "cancellation", **data) | blank
    first = api.post("/v1/me/cancellation", worker.token, **form)
    assert first.json()["code"].startswith("photo-")
    again = api.post("/v1/me/cancellation", worker.token, **face(api, worker.token, "cancellation", **data))
    assert again.status_code == 200, again.text


def test_every_session_ends_with_the_account(api: Api) -> None:
    # given a worker on two devices
    worker = register_worker(api)
    body = {"phone": str(worker.person.phone), "sms_code": sms_code(api, worker.person), "device": "tablet"}
    tablet = api.post("/v1/sessions", json=body).json()
    # when the account is cancelled
    cancelled(api, worker)
    # then no token of either device works, nor does a login
    for token in (worker.token, tablet["access_token"]):
        assert refusal(api.get("/v1/me", token)) == (401, "token-invalid", None)
    refresh = {"refresh_token": tablet["refresh_token"]}
    assert refusal(api.post("/v1/session-refreshes", json=refresh))[0] == 401
    again = body | {"sms_code": sms_code(api, worker.person)}
    assert refusal(api.post("/v1/sessions", json=again)) == (404, "account-unknown", "phone")


@pytest.mark.parametrize("path", ["/v1/workers", "/v1/consumers"])
def test_id_number_and_phone_can_be_registered_anew_as_somebody_else(api: Api, path: str) -> None:
    # given a cancelled account
    worker = complete_worker(api)
    cancelled(api, worker)
    # when the same person registers again
    answer = api.post(path, json=form(worker.person, sms_code(api, worker.person)))
    # then they are another subject, without anything of the past
    me = api.get("/v1/me", answer.json()["tokens"]["access_token"]).json()
    assert UUID(me["subject_id"]) != worker.subject
    assert (me["identity_assurance"], me["letter_scopes"]) == (None, [])


@pytest.mark.parametrize("who_goes", ["worker", "consumer"])
def test_the_other_side_keeps_a_receipt_that_names_nobody(api: Api, who_goes: str) -> None:
    # given a worker and a consumer who met
    worker, consumer = complete_worker(api), register_consumer(api)
    disclosure = requested(worker, consumer, ["basic"])
    # when one of them cancels
    gone, stays = (worker, consumer) if who_goes == "worker" else (consumer, worker)
    cancelled(api, gone)
    settled(api)
    # then the other one's receipt still tells that it happened, but not with whom
    receipts = stays.client.get("/v1/me/receipts")["items"]
    assert [receipt["disclosure_id"] for receipt in receipts] == [disclosure["disclosure_id"]]
    assert receipts[0][f"{who_goes}_name"] == "erased"


def test_the_certificate_of_somebody_who_is_gone_opens_nothing(api: Api) -> None:
    # given a worker's fresh code, and a disclosure under way
    worker, consumer = complete_worker(api), register_consumer(api)
    disclosure = requested(worker, consumer, ["basic"])
    # when the worker cancels at once and the code is scanned
    request = cancellation(api, worker)
    certificate = worker.client.post("/v1/certificate-codes")["code"]
    worker.client.post("/v1/me/cancellation", **request)
    scanned = api.post("/v1/disclosures", consumer.token, json={"code": certificate, "scopes": ["basic"]})
    seen = api.post(f"/v1/disclosures/{disclosure['disclosure_id']}/views", consumer.token)
    # then there is no such worker any more
    assert refusal(scanned) == (404, "worker-unknown", None)
    assert refusal(seen) == (404, "worker-unknown", None)


def test_an_operator_no_longer_sees_who_is_gone(api: Api) -> None:
    # given a worker of an enterprise
    worker = complete_worker(api)
    operator = staff_client(api, "operator", worker.enterprise)
    # when the worker cancels
    after = cancelled(api, worker)
    # then the list is empty
    listed = api.get("/v1/enterprise/employments", operator.access_token, headers=after)
    assert listed.json()["items"] == []


def test_a_repeated_cancellation_is_refused_with_the_session(api: Api) -> None:
    # given a cancelled account
    worker = register_worker(api)
    cancelled(api, worker)
    # when it is cancelled again, then nobody is signed in
    answer = api.post("/v1/me/cancellation", worker.token, data={"sms_code": "000000"})
    assert refusal(answer) == (401, "token-invalid", None)
    refused("token-invalid", lambda: worker.client.get("/v1/me/receipts"))


def test_nothing_personal_stands_in_plain_text_before_or_after(
    api: Api, postgres: EmbeddedPostgres, state_dir: Path, provider: RegisteredProvider
) -> None:
    # given people about whom everything there is was recorded
    worker, consumer = complete_worker(api), register_consumer(api)
    people = [worker, consumer, _registered_with_a_name_of_their_own(api)]
    token = provider.key.sign(provider.record(worker.person))
    assert send(api, provider.provider_id, token).status_code == 201
    for page in EXAMPLES:
        saved(api, worker, page)
    viewed(api, consumer, approved(worker, consumer, ["basic", "tax", "insurance", "training"]))
    words = {word for visitor in people for word in _numbers(visitor.person)}
    words |= {AUTHORITY, OWN_NAME, token.split(".")[1]} | WORDS
    # when both databases and their files are searched, before and after they have cancelled
    before = found(postgres, state_dir, words)
    for visitor in people:
        cancelled(api, visitor)
    after = found(postgres, state_dir, words)
    # then no row and no file holds a name, a number or a record
    assert (before, after) == (set(), set())


def test_the_search_for_plain_text_finds_what_is_public(
    api: Api, postgres: EmbeddedPostgres, state_dir: Path
) -> None:
    # given an enterprise, whose name everybody may read
    worker = complete_worker(api)
    settled(api)
    name = api.get(f"/v1/enterprises/{worker.enterprise}").json()["name"]
    # when the same search looks for it, then rows and files both hold it
    assert found(postgres, state_dir, {name}) == {(name, "row"), (name, "file")}


def _registered_with_a_name_of_their_own(api: Api) -> Visitor:
    """The names of other people in these tests are shared."""
    person, client = replace(new_person(), name=PersonName(OWN_NAME)), api.client()
    registered = client.post("/v1/workers", json=form(person, sms_code(api, person)))
    client.sign_in(registered["tokens"])
    return Visitor(UUID(registered["subject_id"]), person, client)


def _numbers(person: Person) -> set[str]:
    return {str(person.id_number), person.phone.national}
