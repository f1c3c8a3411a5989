"""Staff enrol one passkey with the ticket of a granted proposal, and sign in with nothing else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from jiazheng.demo.doubles import passkey
from jiazheng.demo.doubles.passkey import SoftwarePasskey
from ledger.sealing.tickets import IDENTITY_CHALLENGE
from tests.controls.api import Api
from tests.controls.visitors import (
    administrator,
    challenge,
    enrolled,
    enrolment_token_for,
    granted,
    proposed,
    staff_member,
)

A_SECOND = timedelta(seconds=1)
TICKET_TTL, CHALLENGE_TTL = timedelta(days=7), timedelta(minutes=5)
INVALID = (403, "passkey-invalid")


def new_passkey(api: Api) -> SoftwarePasskey:
    return SoftwarePasskey(api.url, "localhost")


def enrol(api: Api, token: str, credential: dict[str, Any]) -> httpx.Response:
    return api.post("/v1/staff-passkeys", json={"enrolment_token": token, "credential": credential})


def sign_in(api: Api, staff_id: UUID, credential: dict[str, Any]) -> httpx.Response:
    body = {"staff_id": str(staff_id), "credential": credential, "device": "desk"}
    return api.post("/v1/staff-sessions", json=body)


def outcome(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_ticket_holds_seven_days(api: Api) -> None:
    # given a granted proposal of a week ago
    _, token = granted(api, "editor")
    api.clock.advance(TICKET_TTL + A_SECOND)
    # when a passkey is enrolled with its ticket, then it is too late
    assert outcome(enrol(api, token, new_passkey(api).create(challenge(api)))) == INVALID


@pytest.mark.parametrize("bent", ["", "AAAA", "é"])
def test_a_forged_ticket_enrols_nothing(api: Api, bent: str) -> None:
    _, token = granted(api, "editor")
    forged = bent + token[len(bent) :][:-4] + "AAA="
    assert outcome(enrol(api, forged, new_passkey(api).create(challenge(api)))) == INVALID


def test_a_ticket_of_another_kind_enrols_nothing(api: Api) -> None:
    # given an identity challenge for a granted member's id
    staff_id, _ = granted(api, "editor")
    other = api.parts.ledger.tickets.issue(IDENTITY_CHALLENGE, staff_id, api.clock())
    # when it is sent as an enrolment token, then it is none
    assert outcome(enrol(api, other, new_passkey(api).create(challenge(api)))) == INVALID


def test_neither_administrator_enrols_in_the_person_s_place(api: Api) -> None:
    # given a proposal, whose half of the token the proposer has, and the half that the granter got
    staff_id, first = proposed(api, "administrator")
    assert outcome(enrol(api, first, new_passkey(api).create(challenge(api)))) == INVALID
    second = administrator(api, "second").post(f"/v1/staff/{staff_id}/grant")["enrolment_token_half"]
    # when either enrols with what they have, then it is refused
    for alone in (first, second, f"{first}.{first}", f"{second}.{second}", f"{second}.{first}"):
        assert outcome(enrol(api, alone, new_passkey(api).create(challenge(api)))) == INVALID
    # and the person, who got both, is let in
    assert enrol(api, f"{first}.{second}", new_passkey(api).create(challenge(api))).is_success


def test_halves_of_two_people_are_no_token(api: Api) -> None:
    _, one = granted(api, "editor")
    _, other = granted(api, "editor")
    mixed = f"{one.partition('.')[0]}.{other.partition('.')[2]}"
    assert outcome(enrol(api, mixed, new_passkey(api).create(challenge(api)))) == INVALID


def test_nobody_enrols_before_the_grant(api: Api) -> None:
    # given a proposal that the second administrator has not granted, and a token as the console makes it
    staff_id, _ = proposed(api, "editor")
    token = enrolment_token_for(api, staff_id)
    # when it is used, then it does not work yet; after the grant it does
    answer = enrol(api, token, new_passkey(api).create(challenge(api)))
    assert outcome(answer) == (403, "grant-not-in-force")
    administrator(api, "second").post(f"/v1/staff/{staff_id}/grant")
    assert enrol(api, token, new_passkey(api).create(challenge(api))).is_success


def test_a_proposal_is_not_granted_by_who_made_it(api: Api) -> None:
    staff_id, _ = proposed(api, "editor")
    answer = api.post(f"/v1/staff/{staff_id}/grant", administrator(api, "first").access_token)
    assert outcome(answer) == (403, "second-administrator-needed")


def test_a_ticket_enrols_one_passkey_only(api: Api) -> None:
    # given a member with a passkey, and their ticket in somebody else's hands
    staff_id, token = granted(api, "editor")
    own, stolen = enrolled(api, staff_id, token).passkey, new_passkey(api)
    # when a second passkey is enrolled with it
    assert outcome(enrol(api, token, stolen.create(challenge(api)))) == INVALID
    assert outcome(enrol(api, enrolment_token_for(api, staff_id), stolen.create(challenge(api)))) == INVALID
    # then only the first one signs in
    assert outcome(sign_in(api, staff_id, stolen.get(challenge(api)))) == INVALID
    assert sign_in(api, staff_id, own.get(challenge(api))).is_success


def test_a_withdrawn_member_s_ticket_is_void(api: Api) -> None:
    member = staff_member(api, "editor")
    administrator(api, "first").post(f"/v1/staff/{member.staff_id}/withdrawal")
    answer = enrol(api, enrolment_token_for(api, member.staff_id), new_passkey(api).create(challenge(api)))
    assert outcome(answer) == (403, "grant-not-in-force")


BENT_KEYS = {
    "without y": (b"\x22\x58\x20", b"\x33\x58\x20"),
    "without its type": (b"\xa5\x01\x02", b"\xa5\x07\x02"),
    "off the curve": (b"\x21\x58\x20", b"\x21\x58\x20" + bytes(31)),
}


@pytest.mark.parametrize("name", BENT_KEYS)
def test_a_key_that_could_never_sign_anybody_in_is_not_enrolled(api: Api, name: str) -> None:
    # given a passkey whose public key is none
    _, token = granted(api, "editor")
    credential, (there, bent) = new_passkey(api).create(challenge(api)), BENT_KEYS[name]
    attestation = base64url_to_bytes(credential["response"]["attestationObject"])
    at = attestation.index(there)
    broken = attestation[:at] + bent + attestation[at + len(bent) :]
    credential["response"]["attestationObject"] = bytes_to_base64url(broken)
    # when it is enrolled, then it is refused, and another one still can be
    assert outcome(enrol(api, token, credential)) == INVALID
    assert enrol(api, token, new_passkey(api).create(challenge(api))).is_success


def test_somebody_else_s_passkey_signs_nobody_in(api: Api) -> None:
    one, other = staff_member(api, "editor"), staff_member(api, "editor")
    assert outcome(sign_in(api, one.staff_id, other.passkey.get(challenge(api)))) == INVALID


def test_a_wrong_key_behind_a_right_credential_id_is_noticed(api: Api) -> None:
    # given an enrolled credential id, and another key's signature
    member, forger = staff_member(api, "editor"), new_passkey(api)
    answer = forger.get(challenge(api))
    own = member.passkey.get(challenge(api))
    # when both are sent together, then the signature is wrong
    assert outcome(sign_in(api, member.staff_id, answer | {"id": own["id"], "rawId": own["id"]})) == INVALID


def test_a_challenge_is_used_once(api: Api) -> None:
    # given an assertion that was used
    member = staff_member(api, "editor")
    assertion = member.passkey.get(challenge(api))
    assert sign_in(api, member.staff_id, assertion).is_success
    # when it is replayed, then it is refused
    assert outcome(sign_in(api, member.staff_id, assertion)) == INVALID


def test_a_challenge_holds_five_minutes(api: Api) -> None:
    member = staff_member(api, "editor")
    assertion = member.passkey.get(challenge(api))
    api.clock.advance(CHALLENGE_TTL + A_SECOND)
    assert outcome(sign_in(api, member.staff_id, assertion)) == INVALID


def test_a_challenge_that_is_not_ours_is_refused(api: Api) -> None:
    member = staff_member(api, "editor")
    assert outcome(sign_in(api, member.staff_id, member.passkey.get("QUJD" * 8))) == INVALID


@pytest.mark.parametrize(
    ("origin", "rp_id"), [("https://evil.example", "localhost"), ("http://localhost:1", "localhost")]
)
def test_a_passkey_of_another_origin_is_refused(api: Api, origin: str, rp_id: str) -> None:
    # given a passkey that answers for another page
    _, token = granted(api, "editor")
    phished = SoftwarePasskey(origin, rp_id)
    # when it is enrolled, then it is refused
    assert outcome(enrol(api, token, phished.create(challenge(api)))) == INVALID


def test_a_passkey_for_another_relying_party_is_refused(api: Api) -> None:
    _, token = granted(api, "editor")
    other = SoftwarePasskey(api.url, "evil.example")
    assert outcome(enrol(api, token, other.create(challenge(api)))) == INVALID


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:1"])
def test_an_assertion_for_another_page_signs_nobody_in(api: Api, origin: str) -> None:
    # given an enrolled passkey that answers a page which relays a challenge of ours
    member = staff_member(api, "editor")
    member.passkey._origin = origin
    # when the answer is sent on, then it is refused
    assert outcome(sign_in(api, member.staff_id, member.passkey.get(challenge(api)))) == INVALID


def test_a_passkey_that_did_not_verify_its_user_is_of_no_use(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a member, somebody who may enrol, and authenticators that ask for neither finger nor PIN
    member, (_, token) = staff_member(api, "editor"), granted(api, "editor")
    monkeypatch.setattr(passkey, "USER_VERIFIED", 0)
    # when they are used, then they are refused
    assert outcome(sign_in(api, member.staff_id, member.passkey.get(challenge(api)))) == INVALID
    assert outcome(enrol(api, token, new_passkey(api).create(challenge(api)))) == INVALID


def test_a_withdrawn_member_signs_in_no_more(api: Api) -> None:
    member = staff_member(api, "editor")
    administrator(api, "first").post(f"/v1/staff/{member.staff_id}/withdrawal")
    answer = sign_in(api, member.staff_id, member.passkey.get(challenge(api)))
    assert outcome(answer) == (403, "grant-not-in-force")


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"response": 1},
        {"response": {"clientDataJSON": 5}},
        {"response": {"clientDataJSON": None}},
        {"response": {"clientDataJSON": "é"}},
        {"response": {"clientDataJSON": "W1tbW1tb" * 20_000}},
    ],
)
def test_a_credential_without_form_is_refused(api: Api, credential: dict[str, Any]) -> None:
    member = staff_member(api, "editor")
    assert outcome(sign_in(api, member.staff_id, credential)) == INVALID
    assert outcome(enrol(api, granted(api, "editor")[1], credential)) == INVALID


def test_a_right_challenge_with_a_senseless_rest_is_refused(api: Api) -> None:
    # given an answer to a fresh challenge whose other parts are junk
    member = staff_member(api, "editor")
    junk: tuple[Any, ...] = ("", "AAAA", "é", 7, None, [], {})
    for value in junk:
        for name in ("authenticatorData", "signature"):
            assertion = member.passkey.get(challenge(api))
            assertion["response"][name] = value
            # when it is sent, then it is refused, not failed
            assert outcome(sign_in(api, member.staff_id, assertion)) == INVALID
        attestation = new_passkey(api).create(challenge(api))
        attestation["response"]["attestationObject"] = value
        assert outcome(enrol(api, granted(api, "editor")[1], attestation)) == INVALID
