"""People at a running API: registered through it, or brought by use cases, and signed in."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid4

from api.http.tokens import BORROWED
from devices.face_image import decode_face_image
from devices.face_matcher import FaceMatcher
from domain.event import Cause
from domain.staff import STAFF_ROLES
from jiazheng.demo import camera, pictures
from jiazheng.demo.client import Client
from jiazheng.demo.doubles.passkey import SoftwarePasskey
from ledger.use_cases.handovers import open_handover
from ledger.use_cases.staff import enrolment_token as token_of
from ledger.use_cases.staff import grant_first_administrator
from ledger.vault.face_templates import FaceTemplate
from tests.controls import people
from tests.controls.api import Api
from tests.controls.people import Person, new_person

SMS_INTERVAL: Final = timedelta(seconds=61)
ENROLLED, SAME_FACE, OTHER_FACE = "obama.jpg", "obama2.jpg", "biden.jpg"
"""The picture of the template, another one of the same person, and another person."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with an account, signed in."""

    subject: UUID
    person: Person
    client: Client

    @property
    def token(self) -> str:
        return self.client.access_token


@dataclass(frozen=True)
class Employed(Visitor):
    """A worker whose registration is complete, with an enrolled face and a confirmed employment."""

    enterprise: UUID


@dataclass(frozen=True)
class Staff:
    """A member of staff, signed in with a passkey."""

    staff_id: UUID
    passkey: SoftwarePasskey
    client: Client

    @property
    def token(self) -> str:
        return self.client.access_token


def sms_code(api: Api, person: Person) -> str:
    """Ask for a code and read it on the person's phone; a minute passes, since a phone gets one a minute."""
    api.clock.advance(SMS_INTERVAL)
    api.client().post("/v1/sms-codes", json={"phone": str(person.phone)})
    return last_code(api, person)


def last_code(api: Api, person: Person) -> str:
    """The code in the last SMS to the person."""
    texts = [m.text for m in api.outbox.show(api.clock()) if m.phone == str(person.phone)]
    return "".join(filter(str.isdigit, texts[-1]))[:6]


def cancellation(api: Api, visitor: Visitor) -> dict[str, Any]:
    """The form that cancels an account: a fresh SMS code, and of a complete worker the face."""
    given = {"sms_code": sms_code(api, visitor.person)}
    if isinstance(visitor, Employed):
        return camera.shown(visitor.client, "cancellation", SAME_FACE, **given)
    return {"data": given}


def form(person: Person, code: str) -> dict[str, str]:
    """The registration form."""
    return {
        "name": str(person.name),
        "id_number": str(person.id_number),
        "phone": str(person.phone),
        "sms_code": code,
        "device": "phone",
    }


def register_worker(api: Api, *, face_consent: bool = True) -> Visitor:
    """Register through the API, and consent to face checks."""
    worker = _register(api, "/v1/workers")
    if face_consent:
        worker.client.post("/v1/me/face-consent", json=consent(api))
    return worker


def consent(api: Api) -> dict[str, str]:
    """The consent to face checks, by the text that the API shows."""
    shown = api.get("/v1/face-consent-text").json()
    return {"version": shown["version"], "text_sha256": shown["text_sha256"]}


def register_consumer(api: Api) -> Visitor:
    """Register through the API."""
    return _register(api, "/v1/consumers")


def _register(api: Api, path: str) -> Visitor:
    person, client = new_person(), api.client()
    registered = client.post(path, json=form(person, sms_code(api, person)))
    client.sign_in(registered["tokens"])
    return Visitor(UUID(registered["subject_id"]), person, client)


def complete_worker(api: Api) -> Employed:
    """A worker by use cases, whose template is the real one of `ENROLLED`."""
    worker = people.complete_worker(api.parts.ledger, api.clock, real_template(ENROLLED))
    client = signed_in(api, worker.subject, "worker")
    return Employed(worker.subject, worker.person, client, worker.enterprise)


@cache
def real_template(picture: str) -> FaceTemplate:
    """What the card check would have kept of a picture."""
    embedding = FaceMatcher().embed_selfie(decode_face_image(pictures.path(picture).read_bytes()))
    return FaceTemplate(embedding.model, embedding.kind, embedding.to_bytes())


def signed_in(api: Api, subject: UUID, role: str, enterprise_id: UUID | None = None) -> Client:
    """A client with a session of its own, opened without SMS or passkey."""
    if role == BORROWED:
        return borrowing(api, subject)
    if role in STAFF_ROLES:
        people.put_in_office(api.parts.ledger, api.clock, subject, role, enterprise_id)
    tokens = api.parts.sessions.open(api.clock(), subject, role, "device", enterprise_id)
    client = api.client()
    client.sign_in({name: str(value) for name, value in asdict(tokens).items()})
    return client


DESKS: Final = {role: uuid4() for role in ("editor", "regulator")}
"""One member of staff each, who is in office before a test begins to count events."""


def at_desk(api: Api, role: str) -> Client:
    """The editor or the regulator, signed in."""
    return signed_in(api, DESKS[role], role)


def borrowing(api: Api, subject: UUID) -> Client:
    """A client on a borrowed device, for somebody who asked for a code just now."""
    ledger, client = api.parts.ledger, api.client()
    code, _, _ = open_handover(ledger, people.cause(api.clock, f"person:{subject}"), subject)
    client.sign_in(client.post("/v1/handover-sessions", json={"code": code}))
    return client


def face(api: Api, token: str, purpose: str, picture: str = SAME_FACE, /, **fields: Any) -> dict[str, Any]:
    """The form of a step: the living face of a picture, for a fresh challenge, and other fields."""
    return answered(api, "face-challenges", {"purpose": purpose}, picture, fields, token)


def second_factor_face(api: Api, ticket: str, picture: str = SAME_FACE, /, **fields: Any) -> dict[str, Any]:
    """The same for the second factor of a sign-in."""
    return answered(api, "session-face-challenges", {"ticket": ticket}, picture, fields | {"ticket": ticket})


def answered(
    api: Api, path: str, asked: dict[str, str], picture: str, fields: dict[str, Any], token: str | None = None
) -> dict[str, Any]:
    """The form of a face that answers the challenge of a path, with other fields."""
    challenge = api.post(f"/v1/{path}", token, json=asked)
    assert challenge.status_code == 201, challenge.text
    return camera.answered(challenge.json(), picture, **fields)


def staff_client(api: Api, role: str, enterprise_id: UUID | None = None) -> Client:
    """A member of staff, proposed, granted, enrolled and signed in."""
    return staff_member(api, role, enterprise_id).client


def staff_member(api: Api, role: str, enterprise_id: UUID | None = None) -> Staff:
    """As `staff_client`, with the passkey."""
    staff_id, enrolment_token = granted(api, role, enterprise_id)
    return enrolled(api, staff_id, enrolment_token)


def officer(api: Api, person: Person | None = None) -> Staff:
    """An officer, who is this person."""
    staff_id, enrolment_token = granted(api, "officer", person=person)
    return enrolled(api, staff_id, enrolment_token)


def granted(
    api: Api, role: str, enterprise_id: UUID | None = None, person: Person | None = None
) -> tuple[UUID, str]:
    """The id and the enrolment token of somebody whom two administrators gave a role."""
    staff_id, half = proposed(api, role, enterprise_id, person)
    answer = administrator(api, "second").post(f"/v1/staff/{staff_id}/grant")
    return staff_id, f"{half}.{answer['enrolment_token_half']}"


def proposed(
    api: Api, role: str, enterprise_id: UUID | None = None, person: Person | None = None
) -> tuple[UUID, str]:
    """The id of somebody whom one administrator proposed, and that administrator's half of the token."""
    body = {"role": role, "enterprise_id": str(enterprise_id) if enterprise_id else None}
    if role == "officer":
        body["id_number"] = str((person or new_person()).id_number)
    proposal = administrator(api, "first").post("/v1/staff", json=body)
    return UUID(proposal["staff_id"]), proposal["enrolment_token_half"]


def administrator(api: Api, name: str) -> Client:
    """The `first` or the `second` administrator of this system, with a session of their own."""
    if name not in api.staff:
        cause = Cause(api.clock(), "system:console", uuid4())
        staff_id = grant_first_administrator(api.parts.ledger, cause)
        api.staff[name] = enrolled(api, staff_id, enrolment_token_for(api, staff_id)).staff_id
    return signed_in(api, api.staff[name], "administrator")


def confirmed(api: Api, path: str, body: dict[str, Any]) -> str:
    """The id of a provider or a kiosk that one administrator registered and the other confirmed."""
    registered: str = administrator(api, "first").post(path, json=body)["id"]
    administrator(api, "second").post(f"{path}/{registered}/confirmation")
    return registered


def enrolment_token_for(api: Api, staff_id: UUID) -> str:
    """A fresh enrolment token."""
    return token_of(api.parts.ledger, staff_id, api.clock())


def enrolled(api: Api, staff_id: UUID, enrolment_token: str) -> Staff:
    """Enrol a passkey and sign in with it."""
    passkey, client = SoftwarePasskey(api.url, "localhost"), api.client()
    credential = passkey.create(challenge(api))
    client.post("/v1/staff-passkeys", json={"enrolment_token": enrolment_token, "credential": credential})
    body = {"staff_id": str(staff_id), "credential": passkey.get(challenge(api)), "device": "desk"}
    client.sign_in(client.post("/v1/staff-sessions", json=body))
    return Staff(staff_id, passkey, client)


def challenge(api: Api) -> str:
    """A WebAuthn challenge."""
    return str(api.client().post("/v1/staff-challenges")["challenge"])
