"""The personal centre (个人中心): how and where the person signs in."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.route import router
from api.http.schemas import DONE, Accepted, PasscodeText, PhoneText, SmsCode
from api.signing_in import own_sessions
from api.signing_in.second_factor import GivenFactor, factor_shown, require_factor_if_any
from api.signing_in.sessions import require_own_sms_code, require_sms_code
from api.verification.face_form import Face
from api.verification.faces import ProofId
from domain.account import Account
from domain.identifiers import MobileNumber
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import accounts

routes = router("personal centre")


class PhoneChangeIn(BaseModel):
    """The new phone and its code; and the old one's code, an identity verification just now, or a proof."""

    phone: PhoneText
    sms_code: SmsCode
    old_sms_code: Annotated[
        SmsCode | None,
        Field(description="sent to the account's phone; without it the identity must be fresh"),
    ] = None
    presence_proof: Annotated[
        UUID | None, Field(description="of officers, for `phone_change`, in place of `old_sms_code`")
    ] = None


class SessionOut(BaseModel):
    """A session; its last use is told to a quarter of an hour, the time an access token holds."""

    session_id: UUID
    device: Annotated[str, Field(description="as the app named it; `borrowed` for somebody else's phone")]
    device_id: Annotated[UUID | None, Field(description="of `GET /v1/me/devices`, while it is known")]
    started_at: datetime
    last_used_at: datetime
    is_current: bool


class KnownDeviceOut(BaseModel):
    """A device on which the SMS code is enough to sign in."""

    device_id: UUID
    name: str
    registered_at: datetime
    last_used_at: datetime


@routes.post("/me/worker")
async def become_worker(act: Acting) -> Accepted:
    """Go on as a worker with the same account; all sessions are a worker's from here on."""
    try:
        await act.run(accounts.become_worker, act.caller)
    finally:  # also where it is refused: a process may have died before it told the sessions
        account = await act.read(CreditLedger.load, Account, act.caller)
        await act.query(own_sessions.give_role, act.caller, account.role)
    return DONE


@routes.post("/me/passcode")
async def set_passcode(
    act: Acting,
    passcode: Annotated[PasscodeText, Form()],
    sms_code: Annotated[SmsCode, Form()],
    face: Face,
    current_passcode: Annotated[PasscodeText | None, Form()] = None,
    presence_proof: ProofId = None,
) -> Accepted:
    """Set the passcode, or another one in its place, with a code sent to the account's phone just now.

    Who has a second factor proves one: the current passcode, the face, or officers (for `passcode_change`).
    403 `second-factor-missing` names them in `factors`.
    """
    if await act.carried_out():  # maybe by a process that died before it kept the passcode
        await act.run(accounts.keep_passcode, act.caller, passcode)
        return DONE
    given = GivenFactor(current_passcode, face, presence_proof)
    await require_factor_if_any(act, given)
    async with factor_shown(act, "passcode_change", given) as factor:
        own_phone = await require_own_sms_code(act, sms_code)
        await act.run(accounts.set_passcode, act.caller, passcode, own_phone, factor)
    return DONE


@routes.post("/me/phone-changes")
async def change_phone(act: Acting, given: PhoneChangeIn) -> Accepted:
    """Change the phone number; every other session ends, and the old number is told.

    Each number gets its own code first (`POST /v1/sms-codes`, twice). Right codes are used up and the other
    sessions end even where the change is refused for something else (`phone-taken`, `identity-not-recent`).
    """
    phone = MobileNumber.parse(given.phone)
    if not await act.carried_out():
        old_phone = None
        if given.old_sms_code:
            old_phone = await require_own_sms_code(act, given.old_sms_code, "old_sms_code")
        await require_sms_code(act, phone, given.sms_code)
        # first, so that no process dies in between; where the change is refused, one signs in again
        await _end_other_sessions(act)
        await act.run(
            accounts.change_phone, act.caller, phone, old_phone=old_phone, proof_id=given.presence_proof
        )
        await _end_other_sessions(act)  # and of whoever came in with the old number at this very moment
    return DONE


async def _end_other_sessions(act: Act) -> None:
    await act.query(own_sessions.revoke_others, act.cause.at, act.caller, act.signed_in.session_id)


@routes.get("/me/sessions")
async def my_sessions(act: Acting, cursor: CursorText = None, limit: Limit = 20) -> Page[SessionOut]:
    """Where one is signed in, the latest first."""
    key = read_cursor(cursor, datetime.fromisoformat, UUID)
    after = (key[0], key[1]) if key else None
    found = await act.query(own_sessions.sessions_of, act.cause.at, act.caller, after, limit)
    current = act.signed_in.session_id
    items = [SessionOut(**asdict(each), is_current=each.session_id == current) for each in found]
    following = cursor_after(found, limit, lambda last: [last.started_at, last.session_id])
    return Page(items=items, next=following)


@routes.post("/me/sessions/{session_id}/revocation")
async def revoke_session(act: Acting, session_id: UUID) -> Accepted:
    """End a session; its tokens are void at once."""
    await act.query(own_sessions.revoke_one, act.cause.at, act.caller, session_id)
    return DONE


@routes.post("/me/session-revocations")
async def revoke_other_sessions(act: Acting) -> Accepted:
    """End every session but this one."""
    await _end_other_sessions(act)
    return DONE


@routes.get("/me/devices")
async def my_devices(act: Acting, cursor: CursorText = None, limit: Limit = 20) -> Page[KnownDeviceOut]:
    """The devices that need no second factor."""
    key = read_cursor(cursor, UUID)
    of = act.parts.known_devices.of
    found = await run_in_threadpool(of, act.cause.at, act.caller, key[0] if key else None, limit)
    items = [KnownDeviceOut(**asdict(device)) for device in found]
    return Page(items=items, next=cursor_after(found, limit, lambda last: [last.device_id]))


@routes.post("/me/devices/{device_id}/revocation")
async def forget_device(act: Acting, device_id: UUID) -> Accepted:
    """Forget a device: its sessions end, and the next sign-in there needs a second factor."""
    await run_in_threadpool(act.parts.known_devices.forget, act.cause.at, act.caller, device_id)
    return DONE
