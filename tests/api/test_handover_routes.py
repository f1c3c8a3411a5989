"""A borrowed phone (借用他人手机): verification and letter on it, and then nothing is left of it."""

from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
import zxingcpp
from PIL import Image

from api.access import ROLES_OF_ROUTE
from tests.controls.api import Api
from tests.controls.kiosks import OWN_FACE, RegisteredKiosk, card_of, kiosk_face
from tests.controls.letters import FIRST_TEXT
from tests.controls.listening import listening
from tests.controls.problems import refusal
from tests.controls.trails import fields_of
from tests.controls.visitors import Visitor, face
from tests.controls.workers import choosing_worker, signed_worker

LETTER = {"version": FIRST_TEXT.version, "text_sha256": FIRST_TEXT.text_sha256}
TEN_MINUTES = timedelta(minutes=10)


def handed_over(api: Api, worker: Visitor) -> str:
    """The token of a borrowed device."""
    code = worker.client.post("/v1/handovers")["code"]
    return str(api.post("/v1/handover-sessions", json={"code": code}).json()["access_token"])


def rows_about(api: Api, handover: str) -> list[Any]:
    """What is kept beside the log of a handover: its session and its code."""
    queries = (
        "SELECT session_id FROM ops.sessions WHERE session_id = %s",
        "SELECT owner FROM ledger.claims WHERE owner = %s",
    )
    with api.parts.ledger.pool.connection() as connection:
        return [row for query in queries for row in connection.execute(query, (UUID(handover),))]


def kept_answers(api: Api, key: str) -> list[Any]:
    with api.parts.ledger.pool.connection() as connection:
        query = "SELECT request_key FROM ops.answers WHERE request_key = %s AND sealed IS NOT NULL"
        return connection.execute(query, (key,)).fetchall()


def test_a_whole_registration_on_a_borrowed_phone_leaves_nothing_there(
    api: Api, kiosk: RegisteredKiosk
) -> None:
    # given a worker who chose an enterprise, and listens on their own phone
    worker, answers = choosing_worker(api), list[httpx.Response]()

    def send(path: str, **request: Any) -> Any:
        answers.append(api.post(path, token, **request))
        assert answers[-1].is_success, answers[-1].text
        return answers[-1].json()

    with listening(api, worker.token) as own_phone:
        opened = worker.client.post("/v1/handovers")
        # when the code is typed on somebody else's phone
        used = api.post("/v1/handover-sessions", key="borrowed-1", json={"code": opened["code"]})
        answers.append(used)
        token = used.json()["access_token"]
        assert set(used.json()) == {"access_token", "ends_at"}
        # and the identity verified, the letter signed, confirmed and authorized there
        challenge = send("/v1/identity-challenges")["challenge"]
        reading = kiosk.sign(challenge, card_of(worker.person))
        send(
            "/v1/identity-verifications",
            **kiosk_face(api, token, "identity", OWN_FACE, card_reading=reading),
        )
        send("/v1/letter-signatures", json=LETTER)
        answers.append(api.get("/v1/me/letter", token))
        assert answers[-1].json()["to_authorize"]["scopes"] == list(FIRST_TEXT.scopes)
        send("/v1/letter-authorizations", **face(api, token, "authorization"))
        # then the own phone hears of it and the registration is complete
        told = [own_phone.next() for _ in range(4)]
    assert [one.name for one in told] == [
        "hello",
        "handover.opened",
        "handover.redeemed",
        "handover.completed",
    ]
    assert {one.data["handover_id"] for one in told[1:]} == {opened["handover_id"]}
    assert worker.client.get("/v1/me")["registration_complete"]
    # and nothing is left: no token that works, no cache, no cookie, no row, no second use of the code
    assert refusal(api.get("/v1/me/letter", token)) == (401, "token-invalid", None)
    assert {one.headers["cache-control"] for one in answers} == {"no-store"}
    assert not any("set-cookie" in one.headers for one in answers)
    assert rows_about(api, opened["handover_id"]) == []
    assert kept_answers(api, "borrowed-1") == []
    again = api.post("/v1/handover-sessions", json={"code": opened["code"]})
    assert refusal(again) == (403, "handover-code-wrong", "code")


@pytest.mark.parametrize("route", sorted(ROLES_OF_ROUTE))
def test_the_table_lets_a_borrowed_device_do_the_steps_and_no_more(route: str) -> None:
    steps = {"identity-challenges", "identity-verifications", "letter-signatures", "letter-authorizations"}
    steps |= {"face-challenges", "me/face-consent", "presence-proofs", "me/letter", "session"}
    steps |= {"card-relays", "card-relays/{relay_id}/answers"}
    is_step = route.partition("/v1/")[2] in steps and "borrowed" in ROLES_OF_ROUTE[route]
    assert is_step == ("borrowed" in ROLES_OF_ROUTE[route])


def test_signing_out_on_the_borrowed_phone_ends_it(api: Api) -> None:
    # given a borrowed phone
    worker = signed_worker(api)
    token = handed_over(api, worker)
    # when somebody signs out there
    signed_out = api.http.delete("/v1/session", headers={"Authorization": f"Bearer {token}"})
    # then its token is refused, and the trail says that it ended, and the own phone goes on
    assert (signed_out.status_code, signed_out.headers["cache-control"]) == (204, "no-store")
    assert refusal(api.get("/v1/me/letter", token)) == (401, "token-invalid", None)
    assert [one["because"] for one in fields_of(api, worker, "jz.handover.ended")] == ["signed_out"]
    assert worker.client.get("/v1/me/letter")["status"] == "signed"


def test_the_borrowed_session_ends_by_the_clock(api: Api) -> None:
    worker = signed_worker(api)
    token = handed_over(api, worker)
    api.clock.advance(TEN_MINUTES - timedelta(microseconds=1))
    assert api.get("/v1/me/letter", token).is_success
    api.clock.advance(timedelta(microseconds=1))
    assert refusal(api.get("/v1/me/letter", token)) == (401, "token-invalid", None)


def test_a_repeated_redemption_gets_the_same_token_and_another_key_none(api: Api) -> None:
    # given a code whose first answer was lost
    code = signed_worker(api).client.post("/v1/handovers")["code"]
    first, again = (
        api.post("/v1/handover-sessions", key="borrowed-2", json={"code": code}) for _ in range(2)
    )
    assert first.json() == again.json()
    other = api.post("/v1/handover-sessions", json={"code": code})
    assert refusal(other) == (403, "handover-code-wrong", "code")


def test_a_code_works_for_ten_minutes(api: Api) -> None:
    code = signed_worker(api).client.post("/v1/handovers")["code"]
    api.clock.advance(TEN_MINUTES + timedelta(microseconds=1))
    answer = api.post("/v1/handover-sessions", json={"code": code})
    assert refusal(answer) == (403, "handover-code-wrong", "code")


def test_the_qr_code_is_the_code(api: Api) -> None:
    opened = signed_worker(api).client.post("/v1/handovers")
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(b64decode(opened["qr_png"]))))
    assert found.text == opened["code"]


def test_a_face_check_on_a_borrowed_phone_says_so(api: Api) -> None:
    worker = signed_worker(api)
    token = handed_over(api, worker)
    assert api.post("/v1/letter-authorizations", token, **face(api, token, "authorization")).is_success
    attempts = fields_of(api, worker, "jz.face_checks.attempted")
    assert [one["device"] for one in attempts if one["purpose"] == "authorization"] == ["borrowed"]
