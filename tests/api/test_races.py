"""What must happen once happens once, also when it is asked for several times at the same moment."""

from collections.abc import Callable
from functools import partial

import httpx

from jiazheng.demo.doubles.passkey import SoftwarePasskey
from tests.controls.announcements import editor, published, written
from tests.controls.api import Api
from tests.controls.people import listed_enterprise, new_person
from tests.controls.races import race
from tests.controls.visitors import challenge, form, granted, register_worker, sms_code, staff_member

AT_ONCE = 8


def outcomes(*sends: Callable[[], httpx.Response]) -> list[str]:
    """What became of requests that were sent at the same moment, sorted: `ok`, or the problem's code."""
    answers = [answer for answer in race(*sends) if isinstance(answer, httpx.Response)]
    return sorted("ok" if answer.is_success else answer.json()["code"] for answer in answers)


def one_ok_and(code: str) -> list[str]:
    return sorted(["ok", *[code] * (AT_ONCE - 1)])


def test_a_phone_that_asks_at_once_gets_one_code(api: Api) -> None:
    body = {"phone": str(new_person().phone)}
    sends = [partial(api.post, "/v1/sms-codes", json=body)] * AT_ONCE
    assert outcomes(*sends) == one_ok_and("sms-too-many")


def test_a_code_that_is_tried_at_once_signs_in_once(api: Api) -> None:
    visitor = register_worker(api)
    code = sms_code(api, visitor.person)
    body = {"phone": str(visitor.person.phone), "sms_code": code, "device": "phone"}
    sends = [partial(api.post, "/v1/sessions", json=body)] * AT_ONCE
    assert outcomes(*sends) == one_ok_and("sms-code-wrong")


def test_guesses_at_once_have_no_more_tries_than_one_after_the_other(api: Api) -> None:
    # given a code, and eight wrong guesses at the same moment
    person = new_person()
    code = sms_code(api, person)
    wrong = [form(person, f"{(int(code) + nth) % 10**6:06}") for nth in range(1, AT_ONCE + 1)]
    outcomes(*(partial(api.post, "/v1/workers", json=body) for body in wrong))
    # when the right one comes after them, then it is too late
    assert api.post("/v1/workers", json=form(person, code)).json()["code"] == "sms-code-wrong"


def test_a_refresh_token_that_comes_at_once_refreshes_at_most_once(api: Api) -> None:
    # given a refresh token that a thief copied
    visitor = register_worker(api)
    tokens = api.parts.sessions.open(api.clock(), visitor.subject, "worker", "tablet")
    body = {"refresh_token": tokens.refresh_token}
    # when it is used from several places at the same moment
    sends = [partial(api.post, "/v1/session-refreshes", json=body)] * AT_ONCE
    # then one is served, and the session is over for all of them
    assert outcomes(*sends) == one_ok_and("token-invalid")
    assert api.get("/v1/me", tokens.access_token).status_code == 401


def test_a_challenge_that_is_answered_at_once_signs_in_once(api: Api) -> None:
    member = staff_member(api, "editor")
    credential = member.passkey.get(challenge(api))
    body = {"staff_id": str(member.staff_id), "credential": credential, "device": "desk"}
    sends = [partial(api.post, "/v1/staff-sessions", json=body)] * AT_ONCE
    assert outcomes(*sends) == one_ok_and("passkey-invalid")


def test_a_ticket_that_is_used_at_once_enrols_one_passkey(api: Api) -> None:
    # given a ticket that a thief copied, and as many passkeys
    _, token = granted(api, "editor")
    passkeys = [SoftwarePasskey(api.url, "localhost") for _ in range(AT_ONCE)]
    bodies = [{"enrolment_token": token, "credential": key.create(challenge(api))} for key in passkeys]
    # when all are enrolled at the same moment, then one is
    sends = [partial(api.post, "/v1/staff-passkeys", json=body) for body in bodies]
    assert outcomes(*sends) == one_ok_and("passkey-invalid")


def test_many_steps_of_one_person_at_once_are_all_made(api: Api) -> None:
    # given a worker whose app chooses eight enterprises in as many requests
    worker = register_worker(api)
    chosen = [str(listed_enterprise(api.parts.ledger, api.clock)) for _ in range(AT_ONCE)]
    bodies = [{"enterprise_ids": [enterprise]} for enterprise in chosen]
    # when all arrive at the same moment, then none is lost to another
    sends = [partial(api.post, "/v1/me/enterprises", worker.token, json=body) for body in bodies]
    assert outcomes(*sends) == ["ok"] * AT_ONCE


def test_of_revisions_of_one_version_at_once_one_is_taken(api: Api) -> None:
    # given an announcement that several editors have before them
    writer = editor(api)
    made = published(writer)
    path, seen = f"/v1/announcements/{made['announcement_id']}/revision", {"If-Match": made["etag"]}
    # when they revise it at the same moment
    sends = [
        partial(api.post, path, writer.access_token, json=written(), headers=seen) for _ in range(AT_ONCE)
    ]
    # then nobody overwrites what another one has just written
    assert outcomes(*sends) == one_ok_and("version-stale")
