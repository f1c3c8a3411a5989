"""Signing in and out: people with phone and SMS code, staff with passkeys."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import DONE, Accepted, Device, PhoneText, ShortText, SignedIn, SmsCode, TokensOut
from api.http.tokens import BORROWED, Tokens
from api.signing_in.handovers import sign_out_borrowed
from api.signing_in.second_factor import require_second_factor, sign_in_person
from domain.account import Account
from domain.identifiers import MobileNumber
from domain.rejections import Reason
from domain.staff import StaffMember
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import staff as staff_commands

NO_ACCOUNT = Problem("account-unknown", 404, "phone")

routes = router("sessions")
AS_JSON = ", as its `toJSON()` gives it (WebAuthn Level 3); the user must have been verified"


class SmsCodeIn(BaseModel):
    """Where to send a code."""

    phone: PhoneText


class SessionIn(BaseModel):
    """Signing in with the code that was sent to the phone."""

    phone: PhoneText
    sms_code: SmsCode
    device: Device
    device_token: Annotated[
        str | None, Field(max_length=200, description="this device's, from its first sign-in")
    ] = None


class RefreshIn(BaseModel):
    """The refresh token of the session; it works once."""

    refresh_token: ShortText


class ChallengeOut(BaseModel):
    """A WebAuthn challenge, base64url, for five minutes and one use."""

    challenge: str
    rp_id: str


class PasskeyIn(BaseModel):
    """A new passkey, with the enrolment token of the proposal."""

    enrolment_token: Annotated[str, Field(max_length=300, description="both halves, joined by a dot")]
    credential: Annotated[dict[str, Any], Field(description=f"of `navigator.credentials.create`{AS_JSON}")]


class StaffSessionIn(BaseModel):
    """Signing in with a passkey."""

    staff_id: UUID
    credential: Annotated[dict[str, Any], Field(description=f"of `navigator.credentials.get`{AS_JSON}")]
    device: Device


def tokens_out(tokens: Tokens) -> TokensOut:
    """Tokens as the client gets them."""
    return TokensOut(**asdict(tokens))


async def require_sms_code(act: Act, phone: MobileNumber, code: str, field: str = "sms_code") -> None:
    """Use up the SMS code of a phone; before this, no answer tells anything about the phone."""
    await run_in_threadpool(act.parts.sms_codes.verify, act.cause.at, phone, code, field)


async def require_own_sms_code(act: Act, code: str, field: str = "sms_code") -> MobileNumber:
    """Use up the SMS code of the caller's own phone: a fresh proof of who is signed in.

    Returns:
        the phone: whatever the proof opens asks in its append's own reading whether it still is the caller's.
    """
    account = await act.read(CreditLedger.load, Account, act.caller)
    phone = MobileNumber.parse(str(account.phone))
    await require_sms_code(act, phone, code, field)
    return phone


@routes.post("/sms-codes", status_code=status.HTTP_202_ACCEPTED)
async def send_sms_code(act: Acting, wanted: SmsCodeIn) -> Accepted:
    """Send a code; the answer is the same whether the phone is registered or not.

    Six digits, for five minutes, five tries and one use, whatever step it is for.
    """
    await run_in_threadpool(act.parts.sms_codes.send, act.cause.at, MobileNumber.parse(wanted.phone))
    return DONE


@routes.post("/sessions", status_code=status.HTTP_201_CREATED)
async def sign_in_with_sms(act: Acting, given: SessionIn) -> SignedIn:
    """Sign in with phone and SMS code (登录); a device not seen before needs a second factor as well."""
    phone = MobileNumber.parse(given.phone)
    await require_sms_code(act, phone, given.sms_code)
    account = await act.read(_account_of, phone)
    devices = act.parts.known_devices
    known = await run_in_threadpool(devices.recognise, act.cause.at, account.id, given.device_token)
    if known is None:
        await require_second_factor(act, account.id)
    return await sign_in_person(act, account, given.device, NO_ACCOUNT, known)


def _account_of(ledger: CreditLedger, phone: MobileNumber) -> Account:
    with ledger.pool.connection() as connection:
        subject = ledger.blind_index.find_owner(connection, "phone", str(phone))
    account = ledger.find(Account, subject) if subject else None
    if account is None or str(account.phone) != str(phone):  # a claim that was rewritten leads nowhere
        raise NO_ACCOUNT
    return account


@routes.post("/session-refreshes", status_code=status.HTTP_201_CREATED)
async def refresh_session(act: Acting, given: RefreshIn) -> TokensOut:
    """Get fresh tokens; an old refresh token that comes back ends the session."""
    return tokens_out(await run_in_threadpool(act.parts.sessions.refresh, act.cause.at, given.refresh_token))


@routes.delete("/session", status_code=status.HTTP_204_NO_CONTENT)
async def sign_out(act: Acting) -> Response:
    """Sign out; the tokens are void at once."""
    if act.signed_in.role == BORROWED:
        await sign_out_borrowed(act)
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    await run_in_threadpool(act.parts.sessions.revoke, act.cause.at, act.signed_in.session_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@routes.post("/staff-challenges", status_code=status.HTTP_201_CREATED)
async def challenge_staff(act: Acting) -> ChallengeOut:
    """A challenge for enrolling or using a passkey."""
    challenge = await run_in_threadpool(act.parts.passkeys.challenge, act.cause.at)
    return ChallengeOut(challenge=challenge, rp_id=act.parts.passkeys.rp_id)


@routes.post("/staff-passkeys", status_code=status.HTTP_201_CREATED)
async def enrol_passkey(act: Acting, given: PasskeyIn) -> Accepted:
    """Enrol a passkey with the token of a granted proposal; the first one only."""
    if await act.carried_out():
        return DONE
    staff_id = staff_commands.enrolling(act.parts.ledger, act.cause, given.enrolment_token)
    enrolled = await run_in_threadpool(act.parts.passkeys.enrol, act.cause.at, given.credential)
    await act.run(staff_commands.enrol_passkey, staff_id, *enrolled)
    return DONE


@routes.post("/staff-sessions", status_code=status.HTTP_201_CREATED)
async def sign_in_with_passkey(act: Acting, given: StaffSessionIn) -> TokensOut:
    """Sign in with a passkey."""
    member = await act.read(CreditLedger.load, StaffMember, given.staff_id, Reason.PASSKEY_INVALID)
    await run_in_threadpool(act.parts.passkeys.verify, act.cause.at, member, given.credential)
    signed_in = (member.id, member.role, given.device, member.enterprise_id)
    return tokens_out(await run_in_threadpool(act.parts.sessions.open, act.cause.at, *signed_in))
