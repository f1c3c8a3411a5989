"""The way without the face: a proof by card, SMS code and passcode, or one that waits for officers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import status
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import PasscodeText, SmsCode
from api.http.tokens import BORROWED
from api.signing_in.sessions import require_own_sms_code
from api.verification.card_readings import read_card
from domain.presence import PresenceProof
from ledger.use_cases import presences, signing_in

routes = router("presence")

BORROWED_STEPS = ("identity", "authorization")
CardStep = Literal["identity", "authorization", "check_in", "disclosure"]
OfficerStep = Literal[
    "identity", "authorization", "check_in", "disclosure", "phone_change", "passcode_change", "cancellation"
]
ProofStep = Literal[OfficerStep, "sign_in", "recovery"]


class CardProofIn(BaseModel):
    """The own card as a kiosk read it, a code sent to the account's phone just now, and the passcode."""

    purpose: CardStep
    card_reading: Annotated[str, Field(max_length=20_000)]
    sms_code: SmsCode
    passcode: PasscodeText


class OfficersIn(BaseModel):
    """The step that officers are asked for."""

    purpose: OfficerStep


class SigningInIn(BaseModel):
    """The ticket of a sign-in on a device not seen before."""

    ticket: Annotated[str, Field(max_length=200)]


ProofStatus = Literal["waiting", "usable", "used", "expired"]


class ProofOut(BaseModel):
    """A proof: `waiting` for officers, `usable` once and for one step, `used` or `expired`."""

    presence_proof: UUID
    purpose: ProofStep
    status: ProofStatus
    expires_at: Annotated[datetime, Field(description="of the request, or once it is usable of the proof")]
    confirmations: Annotated[int, Field(description="by officers")]
    officers_needed: Annotated[int, Field(description="0 for a proof by card")]


class RequestOut(ProofOut):
    """A proof that waits, and the code to show at the counter."""

    code: Annotated[str, Field(description="eight digits", examples=["04291735"])]


@routes.post("/presence-proofs", status_code=status.HTTP_201_CREATED)
async def prove_with_card(act: Acting, given: CardProofIn) -> ProofOut:
    """Prove presence for one step with card, SMS code and passcode; a borrowed device does so for its own.

    A wrong passcode uses up the SMS code: ask for another one. The card's reading still holds.
    """
    if act.signed_in.role == BORROWED and given.purpose not in BORROWED_STEPS:
        raise Problem("not-allowed", 403)
    if not await act.carried_out():
        card, _ = await act.read(read_card, act, given.card_reading)
        await require_own_sms_code(act, given.sms_code)
        await act.run(presences.prove_with_card, act.caller, given.purpose, card, given.passcode)
    return await _begun(act, act.caller)


@routes.post("/presence-requests", status_code=status.HTTP_201_CREATED)
async def ask_for_officers(act: Acting, wanted: OfficersIn) -> RequestOut:
    """Ask to be verified face to face for one step; show the `code` at a counter, then send the proof."""
    return await _asked(act, act.caller, wanted.purpose)


@routes.post("/session-presence-requests", status_code=status.HTTP_201_CREATED)
async def ask_before_signing_in(act: Acting, given: SigningInIn) -> RequestOut:
    """Ask for an officer as the second factor of a sign-in."""
    account = await act.read(signing_in.account_of_ticket, act.cause.at, given.ticket)
    return await _asked(act.as_actor(f"person:{account.id}"), account.id, signing_in.PURPOSE)


@routes.get("/presence-requests/{proof_id}")
async def proof(act: Acting, proof_id: UUID) -> ProofOut:
    """An own proof, and how far it is."""
    return _out(act, await act.read(presences.load_proof, act.caller, proof_id))


async def _asked(act: Act, subject: UUID, step: str) -> RequestOut:
    if not await act.carried_out():
        await act.run(presences.ask_for_officers, subject, step)
    code = presences.code_of(act.parts.ledger, act.cause)
    return RequestOut(**(await _begun(act, subject)).model_dump(), code=code)


async def _begun(act: Act, subject: UUID) -> ProofOut:
    """The proof that this request began, also when an earlier attempt at it did."""
    proof_id = PresenceProof.stream_for(subject, act.cause)
    return _out(act, await act.read(presences.load_proof, subject, proof_id))


def _out(act: Act, found: PresenceProof) -> ProofOut:
    return ProofOut(
        presence_proof=found.id,
        purpose=found.purpose,
        status=found.status_at(act.cause.at),
        expires_at=found.usable_until or found.expires_at,
        confirmations=len(found.officers),
        officers_needed=found.officers_needed,
    )
