"""A worker's registration steps and the monthly check-in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import status
from pydantic import BaseModel, Field

from api.http.act import Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import DONE, Accepted, EmploymentStatus, Sha256Hex, ShortText
from api.http.tokens import BORROWED
from api.signing_in.handovers import forget_borrowed
from api.verification.card_readings import JwsText, read_card
from api.verification.face_form import Face
from api.verification.faces import ProofId, compared_with_card, showing, taken_for
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.sealing.tickets import IDENTITY_CHALLENGE
from ledger.use_cases import attendances, employments, verification
from projections import employment

routes = router("worker")


class EnterprisesIn(BaseModel):
    """The enterprises the worker belongs to."""

    enterprise_ids: Annotated[list[UUID], Field(min_length=1, max_length=10)]


class EmploymentOut(BaseModel):
    """An employment; `status` is computed from the stored deadline."""

    enterprise_id: UUID
    enterprise_name: str
    status: EmploymentStatus
    since: Annotated[datetime, Field(description="when it was chosen, confirmed, refused or ended")]


class IdentityChallengeOut(BaseModel):
    """What the kiosk signs together with the card it read."""

    challenge: str
    expires_at: datetime


class LetterSignatureIn(BaseModel):
    """The letter that was shown, named by version and hash."""

    version: ShortText
    text_sha256: Sha256Hex


class AttendanceOut(BaseModel):
    """When the next check-in is due, and whether the worker is employed (在职) now."""

    due_at: datetime
    overdue: bool
    employed: Annotated[bool, Field(description="at least one confirmed enterprise, and not overdue")]


@routes.post("/me/enterprises")
async def choose_enterprises(act: Acting, chosen: EnterprisesIn) -> Accepted:
    """Choose one or several enterprises (选择所属家政企业); their operators confirm."""
    await act.run(employments.choose_enterprises, act.caller, chosen.enterprise_ids)
    return DONE


@routes.get("/me/employments")
async def my_employments(act: Acting, cursor: CursorText = None, limit: Limit = 20) -> Page[EmploymentOut]:
    """The own employments with their status now."""
    after = read_cursor(cursor, UUID)
    rows = await act.query(employment.of_worker, act.caller, after[0] if after else None, limit)
    items = [
        EmploymentOut(
            enterprise_id=row.enterprise_id,
            enterprise_name=row.enterprise_name,
            status=row.status_at(act.cause.at),
            since=row.since,
        )
        for row in rows
    ]
    return Page(items=items, next=cursor_after(rows, limit, lambda last: [last.enterprise_id]))


@routes.post("/me/employments/{enterprise_id}/end")
async def end_employment(act: Acting, enterprise_id: UUID) -> Accepted:
    """End an own employment."""
    await act.run(employments.end_employment, act.caller, enterprise_id, "worker")
    return DONE


@routes.post("/identity-challenges", status_code=status.HTTP_201_CREATED)
async def challenge_identity(act: Acting) -> IdentityChallengeOut:
    """A challenge for one identity verification: the card must be read after it was issued."""
    tickets, at = act.parts.ledger.tickets, act.cause.at
    challenge = tickets.issue(IDENTITY_CHALLENGE, act.caller, at)
    expires_at = at + act.parts.ledger.rules.identity_challenge_ttl
    return IdentityChallengeOut(challenge=challenge, expires_at=expires_at)


@routes.post("/identity-verifications")
async def verify_identity(
    act: Acting, face: Face, card_reading: JwsText = None, presence_proof: ProofId = None
) -> Accepted:
    """Verify the identity (人证合一验证), or renew it: with card and face at a kiosk, or with a proof."""
    if await act.carried_out():
        return DONE
    worker = await act.read(CreditLedger.load, Worker, Worker.stream_for(act.caller))
    worker.require_identity_open()
    if presence_proof is not None and face is None and card_reading is None:
        await act.run(verification.verify_identity_by_proof, act.caller, presence_proof)
        return DONE
    if face is None or card_reading is None or presence_proof is not None:
        wrong = {"field": "frames" if face is None else "card_reading", "code": "face_and_card_or_proof"}
        raise Problem("request-invalid", 422, errors=(wrong,))
    card, portrait = await act.read(read_card, act, card_reading)
    taken = await taken_for(act, "identity", face, act.caller)
    async with compared_with_card(act, "identity", act.caller, taken, portrait) as compared:
        await act.run(verification.verify_identity, act.caller, card, *compared)
    return DONE


@routes.post("/letter-signatures")
async def sign_letter(act: Acting, signed: LetterSignatureIn) -> Accepted:
    """Sign the authorization letter (签署授权书)."""
    await act.run(verification.sign_letter, act.caller, signed.version, signed.text_sha256)
    return DONE


@routes.post("/letter-authorizations")
async def authorize_letter(act: Acting, face: Face, presence_proof: ProofId = None) -> Accepted:
    """Authorize the signed letter with a face check (刷脸授权) or a proof; the registration is complete."""
    if await act.carried_out():
        return DONE
    is_borrowed = act.signed_in.role == BORROWED
    handover_id = act.signed_in.session_id if is_borrowed else None
    async with showing(act, "authorization", face, presence_proof) as shown:
        await act.run(verification.authorize_letter, act.caller, shown, handover_id)
    if is_borrowed:
        await forget_borrowed(act)
    return DONE


@routes.post("/letter-revocations")
async def revoke_letter(act: Acting) -> Accepted:
    """Take the letter back; nothing is disclosed from now on."""
    await act.run(verification.revoke_letter, act.caller)
    return DONE


@routes.post("/check-ins")
async def check_in(act: Acting, face: Face, presence_proof: ProofId = None) -> Accepted:
    """Check in (签到) with a face check or a proof."""
    if await act.carried_out():
        return DONE
    async with showing(act, "check_in", face, presence_proof) as shown:
        await act.run(attendances.check_in, act.caller, shown)
    return DONE


@routes.get("/me/attendance")
async def my_attendance(act: Acting) -> AttendanceOut:
    """The own deadline and status."""
    worker = await act.read(CreditLedger.load, Worker, Worker.stream_for(act.caller))
    attendance = await act.run(attendances.current_attendance, worker)
    overdue = attendance.is_overdue(act.cause.at)
    return AttendanceOut(
        due_at=attendance.due_at, overdue=overdue, employed=worker.is_confirmed and not overdue
    )
