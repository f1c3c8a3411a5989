"""Signing a person in: with the phone alone on a known device, else with a second factor."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, UploadFile, status
from fastapi.concurrency import run_in_threadpool

from api.act import Act, Acting
from api.faces import Photo, ProofId, showing
from api.problems import Problem
from api.route import router
from api.schemas import Device, PasscodeText, SignedIn
from domain.account import Account
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import signing_in

routes = router("sessions")
ALL_BUT_ONE = 2
"""Of the three factors."""


async def require_second_factor(act: Act, subject: UUID) -> None:
    """Ask for a second factor, unless the person has none yet.

    Raises:
        Problem: with the ticket to prove it with.
    """
    factors = await act.read(signing_in.factors_of, subject)
    if factors:
        ticket = signing_in.issue_ticket(act.parts.ledger, act.cause.at, subject)
        raise Problem("second-factor-needed", 403, members={"ticket": ticket, "factors": factors})


async def sign_in_person(
    act: Act, subject: UUID, role: str, device: str, device_id: UUID | None = None
) -> SignedIn:
    """Open a session on a known device; without one this device is known from now on."""
    parts, at, device_token = act.parts, act.cause.at, None
    if device_id is None:
        device_id, device_token = await run_in_threadpool(parts.known_devices.register, at, subject, device)
    tokens = await run_in_threadpool(parts.sessions.open, at, subject, role, device, device_id=device_id)
    return SignedIn.of(tokens, device_token)


@routes.post("/session-second-factors", status_code=status.HTTP_201_CREATED)
async def prove_second_factor(
    act: Acting,
    ticket: Annotated[str, Form(max_length=200)],
    device: Annotated[Device, Form()],
    passcode: Annotated[PasscodeText | None, Form()] = None,
    photo: Photo = None,
    presence_proof: ProofId = None,
) -> SignedIn:
    """Sign in on a device not seen before: with the ticket, and passcode, face check or officers' proof."""
    subject = signing_in.subject_of_ticket(act.parts.ledger, act.cause.at, ticket)
    own = act.as_actor(f"person:{subject}")
    if not await own.carried_out():
        await _prove(own, subject, ticket, passcode, photo, presence_proof)
    account = await own.read(CreditLedger.load, Account, subject)
    return await sign_in_person(own, subject, account.role, device)


async def _prove(
    act: Act,
    subject: UUID,
    ticket: str,
    passcode: str | None,
    photo: UploadFile | None,
    proof_id: UUID | None,
) -> None:
    if [passcode, photo, proof_id].count(None) != ALL_BUT_ONE:
        raise Problem("request-invalid", 422, errors=({"field": "passcode", "code": "one_factor"},))
    if passcode is not None:
        await act.run(signing_in.prove_with_passcode, subject, ticket, passcode)
    else:
        shown = await showing(act, signing_in.PURPOSE, photo, proof_id, subject=subject)
        await act.run(signing_in.prove_with_presence, subject, ticket, shown)
