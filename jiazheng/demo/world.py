"""What the chapters of the story share: the system, its clock, the people at their phones."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.event import Cause
from jiazheng import bootstrap
from jiazheng.demo.cast import Person
from jiazheng.demo.client import Client
from jiazheng.demo.doubles.passkey import SoftwarePasskey
from jiazheng.demo.narrator import Narrator
from jiazheng.demo.phone import Phone
from jiazheng.demo.terminal import Signer
from jiazheng.settings import Settings
from jiazheng.supervisor import Supervisor
from ledger.clock import DemoClock
from ledger.use_cases.staff import enrolment_token, grant_first_administrator

SMS_INTERVAL = timedelta(seconds=61)
"""A phone gets one code a minute, so the demo's clock moves on before each."""


@dataclass
class World:
    """The story's world."""

    url: str
    clock: DemoClock
    narrator: Narrator
    supervisor: Supervisor
    settings: Settings
    phone: Phone
    staff: dict[str, Client] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    kiosk: Signer = field(default_factory=Signer)
    _passkeys: dict[str, tuple[str, SoftwarePasskey]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open = ExitStack()
        self.worker, self.consumer, self.visitor = self.device(), self.device(), self.device()
        self._console = bootstrap.build_ledger(self.settings)
        self._outbox = bootstrap.build_outbox(self._console)

    def device(self) -> Client:
        """Another phone or desk, on which nobody is signed in yet."""
        client = Client(self.url)
        self._open.callback(client.close)
        return client

    def advance(self, by: timedelta) -> datetime:
        """Let time pass."""
        return self.move_to(self.clock() + by)

    def move_to(self, instant: datetime) -> datetime:
        """Let it be `instant`."""
        self.clock.move_to(instant)
        return instant

    def sms_code(self, person: Person) -> str:
        """Ask for an SMS code and read it on the person's phone (`jiazheng sms` shows the same)."""
        self.advance(SMS_INTERVAL)
        self.visitor.post("/v1/sms-codes", json={"phone": person.phone})
        return "".join(filter(str.isdigit, self.last_sms(person)))[:6]

    def last_sms(self, person: Person) -> str:
        """The last SMS for a person."""
        texts = [m.text for m in self._outbox.show(self.clock()) if m.phone.endswith(person.phone)]
        return texts[-1] if texts else ""

    def first_administrator(self, name: str) -> None:
        """What `jiazheng staff administrator` does at the console, and the person's first sign-in."""
        cause = Cause(self.clock(), "system:console", uuid4())
        staff_id = str(grant_first_administrator(self._console, cause))
        self.enrol(name, staff_id, enrolment_token(self._console, UUID(staff_id), cause.at))

    def enrol(self, name: str, staff_id: str, enrolment_token: str) -> None:
        """Register a passkey and sign in."""
        passkey = SoftwarePasskey(self.url, "localhost")
        self._passkeys[name] = (staff_id, passkey)
        credential = passkey.create(self._challenge())
        body = {"enrolment_token": enrolment_token, "credential": credential}
        self.visitor.post("/v1/staff-passkeys", json=body)
        self.sign_in_staff(name)

    def sign_in_staff(self, name: str) -> Client:
        """Sign a member of staff in with their passkey."""
        staff_id, passkey = self._passkeys[name]
        client = self.device()
        body = {"staff_id": staff_id, "credential": passkey.get(self._challenge()), "device": "desk"}
        client.sign_in(self.visitor.post("/v1/staff-sessions", json=body))
        self.staff[name] = client
        return client

    def _challenge(self) -> str:
        return str(self.visitor.post("/v1/staff-challenges")["challenge"])

    def grant(self, name: str, role: str, **more: str) -> None:
        """Give somebody a role: one administrator proposes, the other grants; each has half of the token."""
        body = {"role": role, **more}
        proposal = self.staff["first administrator"].post("/v1/staff", json=body)
        granted = self.staff["second administrator"].post(f"/v1/staff/{proposal['staff_id']}/grant")
        token = f"{proposal['enrolment_token_half']}.{granted['enrolment_token_half']}"
        self.enrol(name, proposal["staff_id"], token)

    def register_signer(self, path: str, body: dict[str, Any]) -> str:
        """Register a provider or a kiosk: one administrator proposes, the other confirms.

        Returns:
            its id.
        """
        signer_id = str(self.staff["first administrator"].post(path, json=body)["id"])
        self.staff["second administrator"].post(f"{path}/{signer_id}/confirmation")
        return signer_id

    def stop_background(self) -> None:
        """Stop the scheduler and the workers; the projections go on."""
        for role in BACKGROUND:
            self.supervisor.stop_role(role)

    def start_background(self) -> None:
        """Start them again."""
        for role in reversed(BACKGROUND):
            self.supervisor.start_role(role)

    def close(self) -> None:
        """Let go of the API and the database."""
        self._open.close()
        self.narrator.close()
        self._console.close()


BACKGROUND = ("schedule", "work")
"""Every background role but the projections."""
