"""The whole journey of a worker without one biometric call (F22), by card or by officers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from jiazheng.demo.camera import uploaded
from ledger.vault.face_templates import has_template
from tests.controls.api import Api
from tests.controls.certificates import path, requested, viewed
from tests.controls.devices import PASSCODE, prove, sign_in, ticket_of, with_passcode
from tests.controls.letters import FIRST_TEXT
from tests.controls.people import listed_enterprise, new_person
from tests.controls.presences import asked, by_card, by_officers, card_proof, confirm
from tests.controls.problems import refusal
from tests.controls.trails import fields_of, trail_of
from tests.controls.visitors import (
    Visitor,
    complete_worker,
    consent,
    face,
    officer,
    register_consumer,
    register_worker,
    sms_code,
)

LETTER = {"version": FIRST_TEXT.version, "text_sha256": FIRST_TEXT.text_sha256}
Way = Callable[[str], dict[str, str]]
"""The form that leads through a step."""


def card_way(api: Api, worker: Visitor) -> Way:
    """At a kiosk, with a passcode that the worker set first."""
    code = sms_code(api, worker.person)
    worker.client.post("/v1/me/passcode", data={"passcode": PASSCODE, "sms_code": code})
    return partial(by_card, api, worker)


def officers_way(api: Api, worker: Visitor) -> Way:
    """At a counter: two officers for the identity, one for each later step."""
    return lambda step: by_officers(api, worker, step, 2 if step == "identity" else 1)


def passcode_signs_in(api: Api, worker: Visitor) -> int:
    """Sign in on another device, the passcode being the second factor."""
    return prove(api, ticket_of(sign_in(api, worker.person)), PASSCODE).status_code


def officer_signs_in(api: Api, worker: Visitor) -> int:
    """Sign in on another device: an officer protects a verified identity where there is nothing else."""
    ticket = ticket_of(sign_in(api, worker.person))
    request = api.post("/v1/session-presence-requests", json={"ticket": ticket}).json()
    confirm(api, officer(api), request["code"], worker.person)
    return prove(api, ticket, presence_proof=request["presence_proof"]).status_code


@pytest.mark.parametrize(
    ("choose_way", "signs_in", "method", "assurance"),
    [
        (card_way, passcode_signs_in, "card_code_passcode", "kiosk"),
        (officers_way, officer_signs_in, "officers", "officer"),
    ],
    ids=["card", "officers"],
)
def test_a_worker_does_everything_without_showing_the_face(
    api: Api,
    choose_way: Callable[[Api, Visitor], Way],
    signs_in: Callable[[Api, Visitor], int],
    method: str,
    assurance: str,
) -> None:
    # given a worker who never consents to face checks
    worker, consumer = register_worker(api, face_consent=False), register_consumer(api)
    enterprise = str(listed_enterprise(api.parts.ledger, api.clock))
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [enterprise]})
    way = choose_way(api, worker)
    # when they go every step by that way
    worker.client.post("/v1/identity-verifications", data=way("identity"))
    worker.client.post("/v1/letter-signatures", json=LETTER)
    worker.client.post("/v1/letter-authorizations", data=way("authorization"))
    worker.client.post("/v1/check-ins", data=way("check_in"))
    proof = way("disclosure")
    disclosure = requested(worker, consumer, ["basic"])
    answer = {"digits": disclosure["digits"], "scopes": ["basic"]} | proof
    worker.client.post(path(disclosure, "approval"), data=answer)
    # then all of it holds, and a sign-in elsewhere needs no face either
    assert worker.client.get("/v1/me")["registration_complete"]
    assert viewed(api, consumer, disclosure)["basic"]["name"] == str(worker.person.name)
    assert signs_in(api, worker) == 201
    # and each step says how it was gone, while no face was ever compared or kept
    trail = trail_of(api, worker.subject)
    recorded = {entry["topic"]: entry["fields"] for entry in trail if "proof_id" in entry["fields"]}
    assert sorted(recorded) == [
        "jz.attendance.checked_in",
        "jz.disclosure.approved",
        "jz.worker.identity_verified",
        "jz.worker.letter_authorized",
    ]
    assert {(f["method"], f["assurance"]) for f in recorded.values()} == {(method, assurance)}
    assert not [entry for entry in trail if entry["topic"].startswith(("jz.face_checks", "jz.face_consent"))]
    assert not has_template(api.parts.ledger, worker.subject)


def test_without_consent_no_picture_is_looked_at_and_the_other_ways_are_named(api: Api) -> None:
    # given a worker with a verified identity who took the consent back
    worker = complete_worker(api)
    worker.client.post("/v1/me/face-consent/withdrawal")
    # when even something that is no picture comes
    form: dict[str, Any] = {"data": {"face_challenge": "none"}, "files": uploaded([b"no picture"] * 8)}
    answer = api.post("/v1/check-ins", worker.token, **form)
    # then the answer is about the consent
    assert refusal(answer) == (403, "face-consent-missing", "frames")
    assert answer.json()["ways"] == ["card_code_passcode", "officers"]


def test_a_withdrawal_deletes_the_template_at_once_and_the_card_goes_on(api: Api) -> None:
    # given a worker with a template and a passcode
    worker = with_passcode(api, complete_worker(api))
    # when they withdraw
    worker.client.post("/v1/me/face-consent/withdrawal")
    # then the face is gone, also as a second factor, and is refused
    assert not has_template(api.parts.ledger, worker.subject)
    assert not worker.client.get("/v1/me")["face_consent"]
    refused = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))
    assert refusal(refused)[1] == "face-consent-missing"
    assert sign_in(api, worker.person).json()["factors"] == ["passcode", "officers"]
    # and the card leads through the step
    assert api.post("/v1/check-ins", worker.token, data=by_card(api, worker, "check_in")).is_success


def test_a_consent_given_anew_needs_the_card_again_before_the_face(api: Api) -> None:
    worker = complete_worker(api)
    worker.client.post("/v1/me/face-consent/withdrawal")
    worker.client.post("/v1/me/face-consent", json=consent(api))
    answer = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))
    assert refusal(answer) == (409, "face-template-missing", None)


def test_an_officer_is_a_second_factor(api: Api) -> None:
    # given a worker with a face, who is asked for a second factor and does not want to show it
    worker = complete_worker(api)
    ticket = ticket_of(sign_in(api, worker.person))
    # when an officer confirms by the worker's document
    request = api.post("/v1/session-presence-requests", json={"ticket": ticket}).json()
    early = prove(api, ticket, presence_proof=request["presence_proof"])
    confirm(api, officer(api), request["code"], worker.person)
    answer = prove(api, ticket, presence_proof=request["presence_proof"])
    # then they are signed in, not before
    assert refusal(early) == (409, "presence-proof-incomplete", "presence_proof")
    assert answer.status_code == 201


def test_an_officer_stands_in_for_the_old_phone(api: Api) -> None:
    # given a consumer who lost the phone and has another one
    consumer, new = register_consumer(api), new_person()
    body = {"phone": str(new.phone), "sms_code": sms_code(api, new)}
    # when an officer confirms
    body |= by_officers(api, consumer, "phone_change")
    assert api.post("/v1/me/phone-changes", consumer.token, json=body).status_code == 200
    # then the event says so
    assert [f["proof"] for f in fields_of(api, consumer, "jz.account.phone_changed")] == ["officer"]


def test_either_a_face_or_a_proof_is_needed(api: Api) -> None:
    worker = complete_worker(api)
    proof = {"presence_proof": asked(api, worker, "check_in")["presence_proof"]}
    none = api.post("/v1/check-ins", worker.token)
    both = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in", **proof))
    assert [refusal(answer)[:2] for answer in (none, both)] == [(422, "request-invalid")] * 2


def test_a_proof_leads_through_a_step_once(api: Api) -> None:
    worker = with_passcode(api, complete_worker(api))
    proof = by_card(api, worker, "check_in")
    answers = [api.post("/v1/check-ins", worker.token, data=proof) for _ in range(2)]
    assert answers[0].status_code == 200
    assert refusal(answers[1]) == (409, "presence-proof-used", "presence_proof")


def test_a_proof_of_somebody_else_or_for_another_step_is_unknown(api: Api) -> None:
    worker, other = (with_passcode(api, complete_worker(api)) for _ in range(2))
    for proof in (by_card(api, other, "check_in"), by_card(api, worker, "disclosure")):
        answer = api.post("/v1/check-ins", worker.token, data=proof)
        assert refusal(answer) == (404, "presence-proof-unknown", "presence_proof")


def test_the_card_alone_is_not_enough(api: Api) -> None:
    # given a worker with a passcode
    worker = with_passcode(api, complete_worker(api))
    # when code or passcode is wrong
    answers = [
        card_proof(api, worker, "check_in", sms_code="000000"),
        card_proof(api, worker, "check_in", passcode="something else"),
    ]
    # then there is no proof, and the wrong passcode is recorded with its purpose
    assert [refusal(answer)[1] for answer in answers] == ["sms-code-wrong", "passcode-wrong"]
    (tried,) = fields_of(api, worker, "jz.passcode_tries.tried")
    assert (tried["purpose"], tried["verdict"]) == ("check_in", "rejected")
