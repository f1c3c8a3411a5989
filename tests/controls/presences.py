"""The way without the face, over HTTP: at a kiosk with SMS code and passcode, or with officers."""

from typing import Any

import httpx

from tests.controls.api import Api
from tests.controls.devices import PASSCODE
from tests.controls.kiosks import own_reading, registered_kiosk
from tests.controls.people import Person
from tests.controls.visitors import Staff, Visitor, officer, sms_code

AUTHORITY = "北京市公安局朝阳分局"


def card_proof(
    api: Api, visitor: Visitor, step: str, token: str | None = None, **given: Any
) -> httpx.Response:
    """Read the visitor's own card, and prove presence with a fresh SMS code and `PASSCODE`.

    It is done on their own device, or on that of another `token` of theirs.
    """
    body = {
        "purpose": step,
        "card_reading": given.pop("card_reading", None) or own_reading(registered_kiosk(api), visitor),
        "sms_code": sms_code(api, visitor.person),
        "passcode": PASSCODE,
    }
    return api.post("/v1/presence-proofs", token or visitor.token, json=body | given)


def by_card(api: Api, visitor: Visitor, step: str) -> dict[str, str]:
    """The form of a step that a proof by card leads through."""
    return _form(card_proof(api, visitor, step))


def asked(api: Api, visitor: Visitor, step: str) -> dict[str, Any]:
    """What the visitor gets who asks for officers: the proof that waits, and its code."""
    answer = api.post("/v1/presence-requests", visitor.token, json={"purpose": step})
    assert answer.status_code == 201, answer.text
    request: dict[str, Any] = answer.json()
    return request


def confirm(
    api: Api, member: Staff, code: str, person: Person, key: str | None = None, **changes: Any
) -> httpx.Response:
    """What an officer sends who holds the person's document; `changes` replace what it says."""
    seen = {
        "code": code,
        "name": str(person.name),
        "id_number": str(person.id_number),
        "document_kind": "resident_id",
        "document_authority": AUTHORITY,
        "valid_until": "2040-01-01",
    }
    return api.post("/v1/officer/presence-confirmations", member.token, key, json=seen | changes)


def by_officers(api: Api, visitor: Visitor, step: str, officers: int = 1) -> dict[str, str]:
    """The form of a step that a proof by so many officers leads through."""
    request = asked(api, visitor, step)
    for _ in range(officers):
        answer = confirm(api, officer(api), request["code"], visitor.person)
        assert answer.status_code == 201, answer.text
    return {"presence_proof": request["presence_proof"]}


def _form(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 201, answer.text
    return {"presence_proof": answer.json()["presence_proof"]}
