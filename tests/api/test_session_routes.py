"""GET /v1/me/sessions, /v1/me/devices, and ending what is listed there."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.controls.api import Api
from tests.controls.devices import PASSCODE, prove, sign_in, ticket_of, with_passcode
from tests.controls.problems import refusal
from tests.controls.visitors import Visitor, register_consumer

A_MINUTE, REFRESH = timedelta(minutes=1), timedelta(days=30)


def sessions(api: Api, token: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/v1/me/sessions", token, params=query).json()["items"]
    return found


def devices(api: Api, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/v1/me/devices", token).json()["items"]
    return found


def on_a_tablet(api: Api, visitor: Visitor) -> dict[str, str]:
    """A second session of somebody without a factor."""
    tokens: dict[str, str] = sign_in(api, visitor.person).json()
    return tokens


def is_in(api: Api, token: str) -> bool:
    return api.get("/v1/me", token).is_success


def test_sessions_are_listed_the_latest_first(api: Api, consumer: Visitor) -> None:
    # given somebody who registered on a phone and signs in on a tablet
    begun = api.clock()
    tablet = on_a_tablet(api, consumer)
    # when they look at the list on the phone
    listed = sessions(api, consumer.token)
    # then it says where and since when, and which one this is
    assert [(each["device"], each["is_current"]) for each in listed] == [("tablet", False), ("phone", True)]
    assert listed[1]["started_at"] == begun.isoformat().replace("+00:00", "Z")
    assert [each["is_current"] for each in sessions(api, tablet["access_token"])] == [True, False]


def test_the_list_tells_when_a_session_was_last_refreshed(api: Api, consumer: Visitor) -> None:
    tablet = on_a_tablet(api, consumer)
    api.clock.advance(A_MINUTE)
    api.post("/v1/session-refreshes", json={"refresh_token": tablet["refresh_token"]})
    assert [each["last_used_at"] > each["started_at"] for each in sessions(api, consumer.token)] == [
        True,
        False,
    ]


def test_the_list_comes_in_pages(api: Api, consumer: Visitor) -> None:
    for _ in range(3):
        on_a_tablet(api, consumer)
    whole = sessions(api, consumer.token)
    first = api.get("/v1/me/sessions", consumer.token, params={"limit": 3}).json()
    rest = api.get("/v1/me/sessions", consumer.token, params={"cursor": first["next"]}).json()
    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None


def test_sessions_that_are_over_are_not_listed(api: Api, consumer: Visitor) -> None:
    api.clock.advance(REFRESH)
    tablet = on_a_tablet(api, consumer)
    assert len(sessions(api, tablet["access_token"])) == 1


def test_ending_a_session_voids_its_tokens_at_once(api: Api, consumer: Visitor) -> None:
    # given a tablet that was left somewhere
    tablet = on_a_tablet(api, consumer)
    [lost] = [each["session_id"] for each in sessions(api, consumer.token) if not each["is_current"]]
    # when its session is ended on the phone, also twice
    path = f"/v1/me/sessions/{lost}/revocation"
    assert [api.post(path, consumer.token).status_code for _ in range(2)] == [200, 200]
    # then it is over there, and goes on here
    assert not is_in(api, tablet["access_token"])
    assert is_in(api, consumer.token)
    assert len(sessions(api, consumer.token)) == 1


def test_nobody_ends_other_people_s_sessions(api: Api, consumer: Visitor) -> None:
    # given somebody else's session
    other = register_consumer(api)
    [session] = sessions(api, other.token)
    # when one ends it, or one that never was
    for session_id in (session["session_id"], uuid4()):
        answer = api.post(f"/v1/me/sessions/{session_id}/revocation", consumer.token)
        assert refusal(answer) == (404, "not-found", None)
    # then it goes on
    assert is_in(api, other.token)


def test_all_others_end_at_once(api: Api, consumer: Visitor) -> None:
    others = [on_a_tablet(api, consumer)["access_token"] for _ in range(2)]
    assert api.post("/v1/me/session-revocations", consumer.token).status_code == 200
    assert [is_in(api, token) for token in (*others, consumer.token)] == [False, False, True]


def test_known_devices_are_listed_with_their_sessions(api: Api, consumer: Visitor) -> None:
    on_a_tablet(api, consumer)
    listed = devices(api, consumer.token)
    assert sorted(device["name"] for device in listed) == ["phone", "tablet"]
    assert {device["device_id"] for device in listed} == {
        session["device_id"] for session in sessions(api, consumer.token)
    }


def test_a_forgotten_device_is_signed_out_and_needs_a_second_factor(api: Api) -> None:
    # given somebody with a passcode who signed in on a tablet
    visitor = with_passcode(api)
    tablet = prove(api, ticket_of(sign_in(api, visitor.person)), PASSCODE).json()
    [device] = [each for each in devices(api, visitor.token) if each["name"] == "tablet"]
    # when the tablet is forgotten
    path = f"/v1/me/devices/{device['device_id']}/revocation"
    assert api.post(path, visitor.token).status_code == 200
    # then it is signed out, not known any more, and cannot be forgotten by somebody else either
    assert not is_in(api, tablet["access_token"])
    assert ticket_of(sign_in(api, visitor.person, tablet["device_token"]))
    [phone] = devices(api, visitor.token)
    path = f"/v1/me/devices/{phone['device_id']}/revocation"
    assert refusal(api.post(path, register_consumer(api).token)) == (404, "not-found", None)
