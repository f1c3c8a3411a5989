"""Signing in over HTTP, on a device that is known or not."""

from typing import Any

import httpx

from ledger.gates.second_factor import factors_of
from tests.controls.accounts import set_passcode
from tests.controls.api import Api
from tests.controls.people import ACCEPTED, Person, cause
from tests.controls.visitors import Visitor, register_consumer, second_factor_face, sms_code

PASSCODE = "snow pear 27"


def with_passcode(api: Api, visitor: Visitor | None = None) -> Visitor:
    """Somebody who has set `PASSCODE`."""
    visitor, ledger = visitor or register_consumer(api), api.parts.ledger
    factor = ACCEPTED if factors_of(ledger, visitor.subject) else None
    own = cause(api.clock, f"person:{visitor.subject}")
    set_passcode(ledger, own, visitor.subject, PASSCODE, factor)
    return visitor


def sign_in(api: Api, person: Person, device_token: str | None = None, **given: Any) -> httpx.Response:
    """Sign in with a fresh SMS code."""
    body = {"phone": str(person.phone), "sms_code": sms_code(api, person), "device": "tablet"}
    return api.post("/v1/sessions", json=body | {"device_token": device_token} | given)


def ticket_of(answer: httpx.Response) -> str:
    """The ticket in the answer that asks for a second factor."""
    problem: dict[str, str] = answer.json()
    assert problem["code"] == "second-factor-needed"
    return problem["ticket"]


def prove(
    api: Api,
    ticket: str,
    passcode: str | None = None,
    picture: str | None = None,
    key: str | None = None,
    **proof: str,
) -> httpx.Response:
    """Prove the second factor."""
    data = {"ticket": ticket, "device": "tablet"} | ({"passcode": passcode} if passcode else {}) | proof
    form: dict[str, Any] = {"data": data, "files": {"none": ("", b"")}}
    if picture:
        form = second_factor_face(api, ticket, picture, **data)
    return api.post("/v1/session-second-factors", key=key, **form)
