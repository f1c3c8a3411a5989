"""The way back to an account, over HTTP, for somebody who has a new phone and no session."""

from typing import Any

import httpx

from jiazheng.demo.camera import vouched
from tests.controls.api import Api
from tests.controls.cards import registered_kiosk
from tests.controls.kiosks import camera_of
from tests.controls.people import Person
from tests.controls.presences import confirm
from tests.controls.visitors import ENROLLED, answered, officer, sms_code


def request_recovery(api: Api, new: Person, **given: Any) -> httpx.Response:
    """Ask from the new person's phone, with a fresh code; `given` replaces fields."""
    body = {"phone": str(new.phone), "sms_code": sms_code(api, new)}
    return api.post("/v1/recovery-requests", json=body | given)


def requested(api: Api, new: Person) -> dict[str, Any]:
    """The answer: ticket, code and challenge."""
    answer = request_recovery(api, new)
    assert answer.status_code == 201, answer.text
    request: dict[str, Any] = answer.json()
    return request


def form_of(request: dict[str, Any], new: Person) -> dict[str, str]:
    """What ends a request once officers have confirmed."""
    return {"recovery_ticket": request["recovery_ticket"], "phone": str(new.phone)}


def recover(api: Api, data: dict[str, str], picture: str | None = None) -> httpx.Response:
    """End a request; a picture goes with a card."""
    form = recovery_face(api, data, picture) if picture else {"data": data, "files": {"none": ("", b"")}}
    return api.post("/v1/recoveries", **form)


def recovery_face(api: Api, given: dict[str, str], picture: str) -> dict[str, Any]:
    """What a form says already, with the face before a kiosk's camera."""
    asked = {name: given[name] for name in ("recovery_ticket", "phone")}
    form = answered(api, "recovery-face-challenges", asked, picture, given)
    return vouched(form, camera_of(api).sign_capture)


def confirmed_by_two(api: Api, request: dict[str, Any], person: Person) -> None:
    """Two officers read the person's document."""
    for _ in range(2):
        answer = confirm(api, officer(api), request["code"], person)
        assert answer.status_code == 201, answer.text


def by_officers(api: Api, person: Person, new: Person) -> httpx.Response:
    """The whole way of a person to the phone of another, new one."""
    request = requested(api, new)
    confirmed_by_two(api, request, person)
    return recover(api, form_of(request, new))


def card_form(api: Api, person: Person, new: Person) -> dict[str, str]:
    """The form with the person's own card, read at a kiosk for a fresh request."""
    request = requested(api, new)
    reading = registered_kiosk(api).reading(request["challenge"], person)
    return form_of(request, new) | {"card_reading": reading}


def by_face(api: Api, person: Person, new: Person, picture: str = ENROLLED) -> httpx.Response:
    """With card and face, at a kiosk."""
    return recover(api, card_form(api, person, new), picture=picture)
