"""Named examples of people and face checks, and people brought by use cases to a step of their journey."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID, uuid4

from domain.check_characters import id_check_character, uscc_check_character
from domain.enterprise import Enterprise, EnterpriseDetails
from domain.event import Cause
from domain.face import FaceEvidence
from domain.face_consent import CURRENT_CONSENT
from domain.identifiers import IdNumber, MobileNumber, PersonName
from domain.staff import StaffMember
from ledger.clock import Clock
from ledger.credit_ledger import CreditLedger
from ledger.gates.own_document import CardReading
from ledger.use_cases.accounts import Registration, register
from ledger.use_cases.employments import choose_enterprises, confirm_employment
from ledger.use_cases.enterprises import list_enterprises
from ledger.use_cases.face_consents import give_face_consent
from ledger.use_cases.verification import authorize_letter, sign_letter, verify_identity
from ledger.vault.face_templates import FaceTemplate
from tests.controls.letters import FIRST_TEXT

MODEL: Final = "ab" * 32
FRESH: Final = datetime.max.replace(tzinfo=UTC)
"""Of a challenge that no attempt has come after."""

ACCEPTED: Final = FaceEvidence("accepted", 0.31, 0.40, MODEL, "passed", "kiosk", "kiosk-1", FRESH)
REJECTED: Final = FaceEvidence("rejected", 0.72, 0.40, MODEL, "passed", "kiosk", "kiosk-1", FRESH)
UNCERTAIN: Final = FaceEvidence("uncertain", 0.45, 0.40, MODEL, "passed", "kiosk", "kiosk-1", FRESH)

TEMPLATE: Final = FaceTemplate(MODEL, "selfie", bytes(range(128)) * 8)

NAMES: Final = ("王芳", "李秀英", "张伟", "欧阳娜娜", "阿依古丽·买买提")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom no account knows yet."""

    name: PersonName
    id_number: IdNumber
    phone: MobileNumber

    def form(self, role: str) -> Registration:
        return Registration(role, self.name, self.id_number, self.phone)

    def card(self) -> CardReading:
        """What a kiosk reads from the person's own card."""
        return CardReading(
            kind="resident_id",
            name=str(self.name),
            id_number=str(self.id_number),
            authority="北京市公安局朝阳分局",
            valid_until=date(2040, 1, 1),
            decoder="remote_sam",
            transcript_sha256="cd" * 32,
            device="kiosk-1",
            assurance="kiosk",
            challenge=str(uuid4()),
        )


@dataclass(frozen=True, slots=True)
class Registered:
    """Somebody with an account."""

    subject: UUID
    person: Person


@dataclass(frozen=True, slots=True)
class CompleteWorker(Registered):
    """A worker whose registration is complete and whose `enterprise` confirmed the employment."""

    enterprise: UUID


def person(number: int) -> Person:
    """Somebody by number."""
    born = date(1950, 1, 1) + timedelta(days=number // 1000)
    body = f"110105{born:%Y%m%d}{number % 1000:03}"
    id_number = IdNumber(body + id_check_character(body))
    return Person(PersonName(NAMES[number % len(NAMES)]), id_number, MobileNumber(f"+86138{number:08}"))


def enterprise(number: int) -> EnterpriseDetails:
    """An enterprise by number."""
    body = f"91110000{number:09}"
    name = f"北京爱侬家政服务第{number}有限公司"
    uscc = body + uscc_check_character(body)
    return EnterpriseDetails(uscc, name, "爱侬家政", "北京市", "朝阳区", "operating")


_new_people, _new_enterprises = map(person, count()), map(enterprise, count())


def new_person() -> Person:
    """Somebody else at each call."""
    return next(_new_people)


def cause(clock: Clock, actor: str) -> Cause:
    """A command of its own, now."""
    return Cause(clock(), actor, uuid4())


def registered_worker(ledger: CreditLedger, clock: Clock, person: Person | None = None) -> Registered:
    """A worker who has filled in the registration form and consented to face checks, no more."""
    worker = _registered(ledger, clock, "worker", person or new_person())
    consented(ledger, clock, worker.subject)
    return worker


def consented(ledger: CreditLedger, clock: Clock, subject: UUID) -> None:
    """The person consents to face checks."""
    text = (CURRENT_CONSENT.version, CURRENT_CONSENT.text_sha256)
    give_face_consent(ledger, cause(clock, f"person:{subject}"), subject, *text)


def registered_consumer(ledger: CreditLedger, clock: Clock) -> Registered:
    """A consumer."""
    return _registered(ledger, clock, "consumer", new_person())


def _registered(ledger: CreditLedger, clock: Clock, role: str, person: Person) -> Registered:
    subject, _ = register(ledger, cause(clock, "person:new"), person.form(role))
    return Registered(subject, person)


def listed_enterprise(ledger: CreditLedger, clock: Clock) -> UUID:
    """An enterprise on the public list, another one at each call."""
    details = next(_new_enterprises)
    list_enterprises(ledger, cause(clock, "staff:editor"), [details])
    return Enterprise.stream_for(details.uscc)


def complete_worker(ledger: CreditLedger, clock: Clock, template: FaceTemplate = TEMPLATE) -> CompleteWorker:
    """A worker with a confirmed enterprise, a verified identity and an authorized letter."""
    worker = registered_worker(ledger, clock)
    subject, enterprise = worker.subject, listed_enterprise(ledger, clock)

    def own() -> Cause:
        return cause(clock, f"person:{subject}")

    choose_enterprises(ledger, own(), subject, [enterprise])
    verify_identity(ledger, own(), subject, worker.person.card(), ACCEPTED, template)
    sign_letter(ledger, own(), subject, FIRST_TEXT.version, FIRST_TEXT.text_sha256)
    authorize_letter(ledger, own(), subject, ACCEPTED)
    confirm_employment(ledger, cause(clock, "staff:operator"), subject, enterprise)
    return CompleteWorker(subject, worker.person, enterprise)


def put_in_office(
    ledger: CreditLedger, clock: Clock, staff_id: UUID, role: str, enterprise_id: UUID | None = None
) -> None:
    """A role that two administrators gave, unless somebody has one under this id already."""
    if ledger.find(StaffMember, staff_id) is None:
        member = StaffMember.propose(cause(clock, "staff:first"), staff_id, role, enterprise_id)
        member.grant(granting := cause(clock, "staff:second"))
        ledger.commit(granting, member)
