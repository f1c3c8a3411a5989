"""Borrowed devices (借用他人手机): a code on one's own phone, and the session that it opens."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.route import router
from api.http.schemas import PLAIN
from devices.qr import png_of
from domain.handover import SIGNED_OUT, Handover
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import handovers

routes = router("handovers")


class HandoverOut(BaseModel):
    """A code to type or scan on the borrowed device; it works once."""

    handover_id: UUID
    code: str
    expires_at: datetime
    qr_png: Annotated[str, Field(description="the code as a QR code, PNG, base64")]


class RedemptionIn(BaseModel):
    """The code; small letters, spaces and hyphens do not matter."""

    code: Annotated[str, Field(max_length=20, pattern=PLAIN, examples=["7G4K-2M9Q"])]


class BorrowedSessionOut(BaseModel):
    """A session for verification and letter only; it cannot be refreshed. Keep the token in memory alone."""

    access_token: str
    ends_at: datetime


@routes.post("/handovers", status_code=status.HTTP_201_CREATED)
async def open_handover(act: Acting) -> HandoverOut:
    """Ask for a code, on one's own phone; push tells when it was used and when the steps are done."""
    code, handover, _ = await act.run(handovers.open_handover, act.caller)
    return HandoverOut(
        handover_id=handover.id,
        code=code,
        expires_at=handover.expires_at,
        qr_png=b64encode(png_of(code)).decode(),
    )


@routes.post("/handover-sessions", status_code=status.HTTP_201_CREATED)
async def redeem(act: Acting, given: RedemptionIn) -> BorrowedSessionOut:
    """Use the code on the borrowed phone or kiosk."""
    before = await act.carried_out()
    if before:
        return await _session(act, await act.read(CreditLedger.load_changed, Handover, before))
    handover, _ = await act.run(handovers.redeem, given.code)
    return await _session(act, handover)


async def _session(act: Act, handover: Handover) -> BorrowedSessionOut:
    """The session is known by the handover's id, so a repetition gets the same token."""
    at, ends_at = act.cause.at, handover.require_running(act.cause.at)
    opened = (handover.id, handover.subject_id, ends_at)
    token = await run_in_threadpool(act.parts.sessions.open_borrowed, at, *opened)
    return BorrowedSessionOut(access_token=token, ends_at=ends_at)


async def sign_out_borrowed(act: Act) -> None:
    """End the session of the borrowed device that asks; nothing of it is kept."""
    ending = act.as_command(act.signed_in.session_id, "end")
    await ending.run(handovers.end_handover, act.signed_in.session_id, SIGNED_OUT)
    await forget_borrowed(act)


async def forget_borrowed(act: Act) -> None:
    """Delete the row of a borrowed device's session, once its handover has ended."""
    await run_in_threadpool(act.parts.sessions.forget, act.signed_in.session_id)
