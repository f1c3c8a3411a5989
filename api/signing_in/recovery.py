"""The way back (找回账号) of somebody whose phone is lost, stolen, or another one's by now."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form, status
from pydantic import BaseModel

from api.http.act import Act, Acting
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import DONE, Accepted, PhoneText, SmsCode
from api.signing_in.sessions import require_sms_code
from api.verification.card_readings import JwsText, read_card
from api.verification.face_form import Face, ShownFace
from api.verification.faces import compared_with_card, consent_missing, taken_for
from domain.identifiers import MobileNumber
from domain.recovery import STEP
from ledger.sealing.tickets import IDENTITY_CHALLENGE
from ledger.use_cases import recoveries

routes = router("sessions")


class RecoveryIn(BaseModel):
    """The new phone and the code sent to it; whose account is sought only the document tells."""

    phone: PhoneText
    sms_code: SmsCode


class RecoveryOut(BaseModel):
    """What goes on: the code for the counter or the challenge for a kiosk, and the ticket for the end."""

    recovery_ticket: str
    code: str
    challenge: str
    expires_at: datetime


@routes.post("/recovery-requests", status_code=status.HTTP_201_CREATED)
async def open_recovery(act: Acting, given: RecoveryIn) -> RecoveryOut:
    """Ask for the way back to an account, from a new phone; two officers or a kiosk see the document."""
    phone = MobileNumber.parse(given.phone)
    if not await act.carried_out():
        await require_sms_code(act, phone, given.sms_code)
    recovery, code, _ = await act.run(recoveries.open_recovery)
    return RecoveryOut(
        recovery_ticket=await act.read(recoveries.ticket_of, act.cause, recovery, phone),
        code=code,
        challenge=act.parts.ledger.tickets.issue(IDENTITY_CHALLENGE, recovery.id, act.cause.at),
        expires_at=recovery.expires_at,
    )


@routes.post("/recoveries")
async def recover(
    act: Acting,
    recovery_ticket: Annotated[str, Form(max_length=200)],
    phone: Annotated[PhoneText, Form()],
    face: Face,
    card_reading: JwsText = None,
) -> Accepted:
    """Give the account the new phone, by the card and the face at a kiosk, or once two officers confirmed.

    Until they have, it is 409 `presence-proof-incomplete`: ask again under a fresh key. Every session ends,
    and the old number is told. Then sign in with the new phone, as on a device not seen before.
    """
    number = MobileNumber.parse(phone)
    recovery_id = await act.read(recoveries.recovery_of, recovery_ticket, number)
    if await act.carried_out():
        return DONE
    if card_reading is None and face is None:
        await act.run(recoveries.recover_with_officers, recovery_id, number)
        return DONE
    if card_reading is None or face is None:
        wrong = {"field": "frames" if face is None else "card_reading", "code": "face_and_card"}
        raise Problem("request-invalid", 422, errors=(wrong,))
    await _recover_with_face(act, recovery_id, number, card_reading, face)
    return DONE


async def _recover_with_face(
    act: Act, recovery_id: UUID, phone: MobileNumber, card_reading: str, face: ShownFace
) -> None:
    card, portrait = await act.read(read_card, act, card_reading, recovery_id)
    taken = await taken_for(act, STEP, face, recovery_id)  # before anybody is looked for
    subject = await act.run(recoveries.person_on_card, recovery_id, card)
    if subject is None:
        raise consent_missing(STEP)
    own = act.as_actor(f"person:{subject}")
    async with compared_with_card(own, STEP, subject, taken, portrait) as (evidence, _):
        await act.run(recoveries.recover_with_face, recovery_id, phone, subject, card, evidence)
