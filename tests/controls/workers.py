"""Workers on the way to a complete registration, brought by use cases and signed in, with a real template."""

from datetime import datetime, timedelta
from typing import Final

from domain.event import Cause
from domain.letter import Letter
from domain.worker import Worker
from ledger.use_cases.employments import choose_enterprises
from ledger.use_cases.verification import authorize_letter, sign_letter, verify_identity
from tests.controls.api import Api
from tests.controls.letters import FIRST_TEXT
from tests.controls.people import ACCEPTED, Person, Registered, cause, listed_enterprise, registered_worker
from tests.controls.visitors import ENROLLED, Visitor, real_template, signed_in

THIRTY_DAYS: Final = timedelta(days=30)
"""From a check-in to its deadline."""


def choosing_worker(api: Api, person: Person | None = None) -> Visitor:
    """A worker who has chosen an enterprise: the identity is to be verified next."""
    ledger, worker = api.parts.ledger, registered_worker(api.parts.ledger, api.clock, person)
    enterprise = listed_enterprise(ledger, api.clock)
    choose_enterprises(ledger, _own(api, worker), worker.subject, [enterprise])
    return Visitor(worker.subject, worker.person, signed_in(api, worker.subject, "worker"))


def verified_worker(api: Api) -> Visitor:
    """A worker whose card and face were accepted: the letter is to be signed next."""
    worker = choosing_worker(api)
    evidence = (worker.person.card(), ACCEPTED, real_template(ENROLLED))
    verify_identity(api.parts.ledger, _own(api, worker), worker.subject, *evidence)
    return worker


def signed_worker(api: Api) -> Visitor:
    """A worker who signed the letter: it is to be authorized next."""
    worker = verified_worker(api)
    letter = (FIRST_TEXT.version, FIRST_TEXT.text_sha256)
    sign_letter(api.parts.ledger, _own(api, worker), worker.subject, *letter)
    return worker


def worker_of_a_narrower_letter(api: Api) -> Visitor:
    """A complete worker whose letter, an earlier one, covers the basic information alone."""
    worker, ledger = verified_worker(api), api.parts.ledger
    letter = Letter("2025-01", ("basic",), "家政服务员信用信息授权书(2025年版)")
    own = ledger.load(Worker, Worker.stream_for(worker.subject))
    own.sign_letter(_own(api, worker), letter, letter.text_sha256)
    ledger.commit(_own(api, worker), own)
    authorize_letter(ledger, _own(api, worker), worker.subject, ACCEPTED)
    return worker


def again(api: Api, visitor: Visitor, role: str = "worker") -> Visitor:
    """The same person, signed in anew: no token outlasts the days that a test lets pass."""
    return Visitor(visitor.subject, visitor.person, signed_in(api, visitor.subject, role))


def due_at(worker: Visitor) -> datetime:
    """When the worker's next check-in is due."""
    return datetime.fromisoformat(worker.client.get("/v1/me/attendance")["due_at"])


def _own(api: Api, worker: Visitor | Registered) -> Cause:
    return cause(api.clock, f"person:{worker.subject}")
