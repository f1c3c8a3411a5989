"""The credit certificate (信用证书): its code, the scan, the worker's answer, the consumer's look."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Form, Header, status
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from api.http.act import Act, Acting
from api.http.route import router
from api.http.schemas import DONE, Accepted
from api.people.disclosed_records import RecordsOut, disclosed
from api.verification.face_form import Face
from api.verification.faces import ProofId, showing
from devices import qr
from domain.disclosure import Disclosure
from domain.letter import Scope
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import disclosures
from ledger.vault.push_targets import PushTarget, store_target

routes = router("certificate")

PUSHED = """Server-sent events. First `hello`; then `disclosure.` with `requested`, `approved`, `declined`,
`expired`, `abandoned`, `viewed`, `ended` or `scan_refused`, and `handover.` with `opened`, `redeemed`,
`completed` or `ended`. The data is JSON: `disclosure_id` or `handover_id`, `what`, `at`. Of a refused scan
there is a receipt, and no disclosure to read. Keep the last `id`. A line that begins with a colon is a sign
of life, every 15 seconds. The stream ends with the access token: refresh it, and come back with the `id`."""
EVENTS: dict[str, Any] = {
    "description": PUSHED,
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}
DisclosureStatus = Literal["pending", "approved", "declined", "expired", "abandoned", "ended"]


LastEventId = Annotated[
    str, Header(alias="Last-Event-ID", description="the last `id` seen; what was missed comes first")
]


class CodeOut(BaseModel):
    """A fresh certificate code; show it as a QR code, and ask for the next one before it expires."""

    code: str
    expires_at: datetime
    qr_png: Annotated[str, Field(description="the QR code, PNG, base64")]


class ScanIn(BaseModel):
    """What was scanned, and what one wants to see."""

    code: Annotated[str, Field(max_length=200)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=8)]


class DisclosureOut(BaseModel):
    """A disclosure as its worker or its consumer sees it.

    The consumer sees `digits`, the worker must pick them among `choices`: a relayed code is noticed.
    """

    disclosure_id: UUID
    status: Annotated[
        DisclosureStatus,
        Field(description="`ended`: the half hour is over, or the letter was revoked or replaced"),
    ]
    scopes: Annotated[list[Scope], Field(description="what the consumer asks for")]
    approved_scopes: Annotated[list[Scope], Field(description="empty until the worker approves some")]
    expires_at: Annotated[datetime, Field(description="until then the worker may answer")]
    readable_until: Annotated[datetime | None, Field(description="null until the worker approves")]
    consumer_name: Annotated[str, Field(description="masked, or `erased`")]
    digits: Annotated[str | None, Field(description="for the consumer's screen; null for the worker")] = None
    choices: Annotated[
        list[str] | None, Field(description="three, for the worker's screen; null for the consumer")
    ] = None


class PushTargetIn(BaseModel):
    """The phone's platform and the token it gave the app; the platform hears ids, nothing personal."""

    platform: Literal["apns", "fcm", "huawei", "honor", "xiaomi", "oppo", "vivo"]
    token: Annotated[str, Field(min_length=8, max_length=4096)]


class ViewOut(BaseModel):
    """What the worker approved; readable until `readable_until`."""

    disclosure_id: UUID
    readable_until: datetime | None
    records: RecordsOut


@routes.post("/certificate-codes", status_code=status.HTTP_201_CREATED)
async def certificate_code(act: Acting) -> CodeOut:
    """A fresh code for the certificate, with its QR picture."""
    code = await act.run(disclosures.issue_certificate_code, act.caller)
    expires_at = act.cause.at + act.parts.ledger.rules.certificate_code_ttl
    return CodeOut(code=code, expires_at=expires_at, qr_png=b64encode(qr.png_of(code)).decode())


@routes.post("/disclosures", status_code=status.HTTP_201_CREATED)
async def scan(act: Acting, scanned: ScanIn) -> DisclosureOut:
    """Redeem a scanned code, once; the worker is prompted. Both may be prompted only so often an hour."""
    before = await act.carried_out()
    if before:
        return _out(act, await act.read(CreditLedger.load_changed, Disclosure, before))
    disclosure, _ = await act.run(
        disclosures.request_disclosure, act.caller, scanned.code, list(dict.fromkeys(scanned.scopes))
    )
    return _out(act, disclosure)


@routes.get("/disclosures/{disclosure_id}")
async def disclosure(act: Acting, disclosure_id: UUID) -> DisclosureOut:
    """A disclosure one takes part in."""
    return _out(act, await act.read(disclosures.load_disclosure, disclosure_id, act.caller))


@routes.post("/disclosures/{disclosure_id}/approval")
async def approve(
    act: Acting,
    disclosure_id: UUID,
    digits: Annotated[str, Form(pattern=r"^[0-9]{2}$")],
    scopes: Annotated[list[Scope], Form()],
    face: Face,
    presence_proof: ProofId = None,
) -> Accepted:
    """Approve all or some scopes, with the digits on the consumer's screen and a face check or a proof.

    `scopes` is a part of the form for each. Wrong digits end the request; a face that failed does not.
    """
    if await act.carried_out():
        return DONE
    answer = (disclosure_id, digits, list(dict.fromkeys(scopes)))
    await act.run(disclosures.require_answerable, act.caller, *answer)
    async with showing(act, "disclosure", face, presence_proof) as shown:
        await act.run(disclosures.approve, act.caller, *answer, shown)
    return DONE


@routes.post("/disclosures/{disclosure_id}/refusal")
async def decline(act: Acting, disclosure_id: UUID) -> Accepted:
    """Refuse."""
    await act.run(disclosures.decline, act.caller, disclosure_id)
    return DONE


@routes.post("/disclosures/{disclosure_id}/abandonment")
async def abandon(act: Acting, disclosure_id: UUID) -> Accepted:
    """Stop waiting for the worker."""
    await act.run(disclosures.abandon, act.caller, disclosure_id)
    return DONE


@routes.post("/disclosures/{disclosure_id}/views", response_model_exclude_unset=True)
async def view(act: Acting, disclosure_id: UUID) -> ViewOut:
    """Look at what was approved; every look is recorded, so it is a POST."""
    found, scopes, _ = await act.run(disclosures.view, act.caller, disclosure_id)
    records = await act.read(disclosed, found.subject_id, scopes)
    return ViewOut(disclosure_id=found.id, readable_until=found.readable_until, records=records)


@routes.post("/push-targets")
async def push_target(act: Acting, target: PushTargetIn) -> Accepted:
    """Say how this phone is woken while the app is closed; holds until the session ends.

    Send it after each sign-in, and when the platform gives another token. The phone hears `what` happened and
    `about` which disclosure.
    """
    kept = PushTarget(act.signed_in.session_id, target.platform, target.token)
    await act.read(store_target, act.caller, kept)
    return DONE


@routes.get("/push", response_class=EventSourceResponse, responses={200: EVENTS})
async def push(act: Acting, last_event_id: LastEventId = "") -> Response:
    """What happens to one's disclosures, as server-sent events; `Last-Event-ID` catches up."""
    return EventSourceResponse(act.parts.push.stream(act.signed_in, last_event_id), ping=15)


def _out(act: Act, found: Disclosure) -> DisclosureOut:
    is_worker = act.caller == found.subject_id
    return DisclosureOut(
        disclosure_id=found.id,
        status=found.status_at(act.cause.at),
        scopes=list(found.scopes),
        approved_scopes=list(found.approved_scopes),
        expires_at=found.expires_at,
        readable_until=found.readable_until,
        consumer_name=str(found.consumer_name),
        digits=None if is_worker else found.digits,
        choices=list(found.choices) if is_worker else None,
    )
