"""The second factor (二次验证): on a device not seen before, and before what a phone alone must not do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Form, status
from fastapi.concurrency import run_in_threadpool

from api.http.act import Act, Acting
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import Device, PasscodeText, SignedIn
from api.http.tokens import Tokens
from api.verification.face_form import Face, ShownFace
from api.verification.faces import ProofId, showing
from domain.account import Account
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.gates.second_factor import Factor, factors_of
from ledger.use_cases import signing_in

routes = router("sessions")


@dataclass(frozen=True, slots=True)
class GivenFactor:
    """What a form brings as second factor: one of the three, or none."""

    passcode: str | None
    face: ShownFace | None
    presence_proof: UUID | None

    def count(self) -> int:
        """How many of the three were sent."""
        return sum(each is not None for each in (self.passcode, self.face, self.presence_proof))


async def require_second_factor(act: Act, subject: UUID) -> None:
    """Ask for a second factor, unless the person has none yet.

    Raises:
        Problem: with the ticket to prove it with.
    """
    factors = await act.read(factors_of, subject)
    if factors:
        ticket = signing_in.issue_ticket(act.parts.ledger, act.cause.at, subject)
        raise Problem("second-factor-needed", 403, members={"ticket": ticket, "factors": factors})


async def require_factor_if_any(act: Act, given: GivenFactor) -> None:
    """Refuse at once, before an SMS code is used up, a form without a factor of somebody who has one.

    Raises:
        Problem: it names what the caller could prove, or says that more than one was sent.
    """
    if given.count() > 1:
        raise _one_factor()
    factors = [] if given.count() else await act.read(factors_of, act.caller)
    if factors:
        raise Problem("second-factor-missing", 403, members={"factors": factors})


@asynccontextmanager
async def factor_shown(act: Act, step: str, given: GivenFactor) -> AsyncIterator[Factor | None]:
    """The factor that a form brings for a step of the caller's; a face is compared here.

    Routes do so before the SMS code: a picture that is of no use must not use the code up.
    """
    if given.face is None:
        yield given.passcode or given.presence_proof
        return
    async with showing(act, step, given.face, None) as shown:
        yield shown


async def sign_in_person(
    act: Act, account: Account, device: str, too_late: Exception, device_id: UUID | None = None
) -> SignedIn:
    """Open a session on a known device; without one this device is known from now on.

    Somebody may take the account back while its old phone signs in. Who changes a phone ends all sessions
    afterwards, and here the phone is looked at after the session is open: so one of the two sees the other.

    Args:
        act: what the route needs to act.
        account: as it was when its phone was proven.
        device: how the person calls it.
        too_late: the refusal where the account has another phone by now.
        device_id: where it is known.
    """
    parts, at, subject, device_token = act.parts, act.cause.at, account.id, None
    if device_id is None:
        known = await run_in_threadpool(parts.known_devices.register, at, subject, device)
        device_id, device_token = known
    opening = partial(parts.sessions.open, at, subject, account.role, device, device_id=device_id)
    tokens = await run_in_threadpool(opening)
    now = await act.read(CreditLedger.load, Account, subject)
    if str(now.phone) != str(account.phone):
        await run_in_threadpool(_take_back, act, subject, device_id, tokens)
        raise too_late
    return SignedIn.of(tokens, device_token)


def _take_back(act: Act, subject: UUID, device_id: UUID, tokens: Tokens) -> None:
    """End a session again, and forget its device; what is gone by now was ended by the change."""
    parts, at = act.parts, act.cause.at
    with suppress(Refused):
        parts.sessions.revoke(at, parts.sessions.authenticate(at, tokens.access_token).session_id)
    with suppress(Refused):
        parts.known_devices.forget(at, subject, device_id)


@routes.post("/session-second-factors", status_code=status.HTTP_201_CREATED)
async def prove_second_factor(
    act: Acting,
    ticket: Annotated[str, Form(max_length=200)],
    device: Annotated[Device, Form()],
    face: Face,
    passcode: Annotated[PasscodeText | None, Form()] = None,
    presence_proof: ProofId = None,
) -> SignedIn:
    """Sign in on a device not seen before: with the ticket, and passcode, face check or officers' proof."""
    account = await act.read(signing_in.account_of_ticket, act.cause.at, ticket)
    own = act.as_actor(f"person:{account.id}")
    if not await own.carried_out():
        await _prove(own, account.id, ticket, GivenFactor(passcode, face, presence_proof))
    return await sign_in_person(own, account, device, Refused(Reason.SECOND_FACTOR_EXPIRED))


async def _prove(act: Act, subject: UUID, ticket: str, given: GivenFactor) -> None:
    if given.count() != 1:
        raise _one_factor()
    if given.passcode is not None:
        await act.run(signing_in.prove_with_passcode, subject, ticket, given.passcode)
    else:
        proof_id, step = given.presence_proof, signing_in.PURPOSE
        async with showing(act, step, given.face, proof_id, subject=subject) as shown:
            await act.run(signing_in.prove_with_presence, subject, ticket, shown)


def _one_factor() -> Problem:
    return Problem("request-invalid", 422, errors=({"field": "passcode", "code": "one_factor"},))
