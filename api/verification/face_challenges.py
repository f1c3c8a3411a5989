"""Movements that a face check asks for (活体检测): in an order of ours, known to nobody before."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import status
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.route import router
from api.http.schemas import PhoneText
from devices.liveness import ACTIONS, Action
from domain.face import challenge_ends_at
from domain.identifiers import MobileNumber
from domain.recovery import STEP as RECOVERY
from domain.rejections import Reason, Refused
from ledger.sealing.tickets import face_challenge
from ledger.use_cases import recoveries, signing_in

routes = router("faces")

ORDERS: Final = tuple(permutations(ACTIONS))
OwnStep = Literal["identity", "authorization", "check_in", "disclosure", "passcode_change", "cancellation"]


class FaceChallengeIn(BaseModel):
    """The step that the face is to lead through."""

    purpose: OwnStep


class SigningInFaceIn(BaseModel):
    """The ticket of a sign-in on a device not seen before."""

    ticket: Annotated[str, Field(max_length=200)]


class RecoveryFaceIn(BaseModel):
    """The ticket of a way back, and its new phone."""

    recovery_ticket: Annotated[str, Field(max_length=200)]
    phone: PhoneText


class FaceChallengeOut(BaseModel):
    """What the person is to do before the camera, for one attempt."""

    face_challenge: Annotated[str, Field(description="send it with the frames")]
    actions: Annotated[
        list[Action],
        Field(description="one after the other, ahead in between; left is the person's own"),
    ]
    expires_at: datetime


@routes.post("/face-challenges", status_code=status.HTTP_201_CREATED)
async def challenge_face(act: Acting, wanted: FaceChallengeIn) -> FaceChallengeOut:
    """Ask for the movements of one face check; any attempt since ends what was asked before."""
    return _challenge(act, wanted.purpose, act.caller)


@routes.post("/session-face-challenges", status_code=status.HTTP_201_CREATED)
async def challenge_before_signing_in(act: Acting, given: SigningInFaceIn) -> FaceChallengeOut:
    """The same for the second factor of a sign-in."""
    account = await act.read(signing_in.account_of_ticket, act.cause.at, given.ticket)
    return _challenge(act, signing_in.PURPOSE, account.id)


@routes.post("/recovery-face-challenges", status_code=status.HTTP_201_CREATED)
async def challenge_in_recovery(act: Acting, given: RecoveryFaceIn) -> FaceChallengeOut:
    """The same for the way back to an account, at a kiosk."""
    phone = MobileNumber.parse(given.phone)
    recovery_id = await act.read(recoveries.recovery_of, given.recovery_ticket, phone)
    return _challenge(act, RECOVERY, recovery_id)


def actions_of(key: bytes, step: str, challenged: UUID, asked_at: datetime) -> Sequence[Action]:
    """What is asked for: one order an hour for a person and a step, so that asking again is no draw."""
    hour = asked_at.replace(minute=0, second=0, microsecond=0)
    about = f"face challenge\x1f{step}\x1f{challenged}\x1f{hour.isoformat()}"
    return ORDERS[int.from_bytes(hmac.digest(key, about.encode(), "sha256")) % len(ORDERS)]


def asked_for(act: Act, step: str, challenge: str, challenged: UUID) -> tuple[datetime, Sequence[Action]]:
    """When a challenge was issued, and what it asks for.

    Raises:
        Refused: it is another one's, for another step, forged or too old.
    """
    ledger = act.parts.ledger
    ticket = ledger.tickets.read(
        face_challenge(step), challenge, act.cause.at, ledger.rules.face_challenge_ttl
    )
    if ticket.subject_id != challenged:
        raise Refused(Reason.FACE_CHALLENGE_EXPIRED, field="face_challenge")
    return ticket.issued_at, actions_of(ledger.keyring.tokens, step, challenged, ticket.issued_at)


def _challenge(act: Act, step: str, challenged: UUID) -> FaceChallengeOut:
    at, ledger = act.cause.at, act.parts.ledger
    return FaceChallengeOut(
        face_challenge=ledger.tickets.issue(face_challenge(step), challenged, at),
        actions=list(actions_of(ledger.keyring.tokens, step, challenged, at)),
        expires_at=challenge_ends_at(at, ledger.rules),
    )
