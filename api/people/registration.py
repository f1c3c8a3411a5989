"""Registration of workers and consumers, the own account, and its cancellation."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form, status
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.route import router
from api.http.schemas import DONE, Accepted, Device, PasscodeText, PhoneText, Registered, SmsCode
from api.people.receipts import ReceiptOut, receipt_out
from api.signing_in.second_factor import GivenFactor, factor_shown, require_factor_if_any, sign_in_person
from api.signing_in.sessions import NO_ACCOUNT, require_own_sms_code, require_sms_code
from api.verification.face_form import Face
from api.verification.faces import ProofId
from domain.account import Account
from domain.identifiers import IdNumber, MobileNumber, PersonName
from domain.streams import local_day
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.gates.face import has_face_consent
from ledger.gates.id_numbers import held_until
from ledger.use_cases import accounts
from ledger.vault.passcodes import has_passcode
from projections import disclosures

routes = router("account")


class RegistrationIn(BaseModel):
    """The registration form (注册): name, ID number, phone and the code sent to it."""

    name: Annotated[str, Field(max_length=100, examples=["王芳"])]
    id_number: Annotated[str, Field(max_length=32, examples=["11010519491231002X"])]
    phone: PhoneText
    sms_code: SmsCode
    device: Device


class WorkerRegistrationIn(RegistrationIn):
    """A worker's form; whoever holds the number without having proven it loses it to the card."""

    contest_id_number: Annotated[
        bool, Field(description="register although somebody holds the number unproven; the card decides")
    ] = False


class MeOut(BaseModel):
    """The own account and how far the registration as a worker is."""

    subject_id: UUID
    role: Literal["worker", "consumer"]
    name: str
    id_number: Annotated[str, Field(description="masked")]
    phone: Annotated[str, Field(description="masked")]
    id_number_state: Annotated[
        Literal["provisional", "proven", "lost"],
        Field(description="`provisional` until a card is read; `lost`: only the card brings it back"),
    ]
    id_number_held_until: Annotated[
        datetime | None,
        Field(description="of a `provisional` number: from then on it goes to whoever else registers it"),
    ] = None
    has_passcode: bool = False
    identity_assurance: Annotated[
        str | None,
        Field(description="how the identity was verified: `attested_app`, `kiosk`, `officer`; null: not yet"),
    ] = None
    face_consent: Annotated[bool, Field(description="whether face checks may be made")] = False
    letter_scopes: Annotated[list[str], Field(description="what the letter in force covers")] = []
    registration_complete: bool = False


@routes.post("/workers", status_code=status.HTTP_201_CREATED)
async def register_worker(act: Acting, form: WorkerRegistrationIn) -> Registered:
    """Register a household-service worker (家政服务员注册); the number is theirs once the card was read."""
    return await _register(act, form, "worker", contests=form.contest_id_number)


@routes.post("/consumers", status_code=status.HTTP_201_CREATED)
async def register_consumer(act: Acting, form: RegistrationIn) -> Registered:
    """Register a consumer (消费者注册)."""
    return await _register(act, form, "consumer")


async def _register(act: Act, form: RegistrationIn, role: str, *, contests: bool = False) -> Registered:
    checked = accounts.Registration(
        role,
        PersonName.parse(form.name),
        IdNumber.parse(form.id_number, today=local_day(act.cause.at)),
        MobileNumber.parse(form.phone),
        contests,
    )
    if not await act.carried_out():
        await require_sms_code(act, checked.phone, form.sms_code)
    subject_id, _ = await act.run(accounts.register, checked)
    account = await act.read(CreditLedger.load, Account, subject_id)
    return Registered(
        subject_id=subject_id, tokens=await sign_in_person(act, account, form.device, NO_ACCOUNT)
    )


@routes.get("/me")
async def me(act: Acting) -> MeOut:
    """The own account; ID number and phone are masked."""
    account = await act.read(CreditLedger.load, Account, act.caller)
    worker = await act.read(CreditLedger.find, Worker, Worker.stream_for(act.caller))
    return MeOut(
        subject_id=account.id,
        role="worker" if account.role == "worker" else "consumer",
        name=str(account.name),
        id_number=IdNumber.parse(str(account.id_number)).masked(),
        phone=MobileNumber.parse(str(account.phone)).masked(),
        id_number_state=account.id_number_state,
        id_number_held_until=await act.read(held_until, account),
        has_passcode=await act.read(has_passcode, act.caller),
        face_consent=await act.read(has_face_consent, act.caller),
        identity_assurance=worker.identity_assurance if worker else None,
        letter_scopes=list(worker.authorized_scopes) if worker else [],
        registration_complete=bool(worker and worker.is_complete),
    )


@routes.post("/me/cancellation")
async def cancel_account(
    act: Acting,
    sms_code: Annotated[SmsCode, Form()],
    face: Face,
    passcode: Annotated[PasscodeText | None, Form()] = None,
    presence_proof: ProofId = None,
) -> Accepted:
    """Cancel the account (注销): everything personal becomes unreadable for good, and nothing undoes it.

    Who has a second factor proves one: 403 `second-factor-missing` names them in `factors`. All sessions end
    with the account: so a repetition after a lost answer gets 401 `token-invalid` once it was carried out.
    """
    given = GivenFactor(passcode, face, presence_proof)
    await require_factor_if_any(act, given)
    async with factor_shown(act, "cancellation", given) as factor:
        own_phone = await require_own_sms_code(act, sms_code)
        await act.run(accounts.cancel_account, act.caller, own_phone, factor)
    return DONE


@routes.get("/me/receipts")
async def receipts(act: Acting, cursor: CursorText = None, limit: Limit = 20) -> Page[ReceiptOut]:
    """A receipt for every scan one took part in, also for refused and expired ones; the newest first."""
    key = read_cursor(cursor, datetime.fromisoformat, UUID)
    after = (key[0], key[1]) if key else None
    found = await act.query(disclosures.receipts_of, act.caller, after, limit)
    following = cursor_after(found, limit, lambda steps: [steps[0].at, steps[0].disclosure_id])
    return Page(items=await act.read(receipt_out, found), next=following)
