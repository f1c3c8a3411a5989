"""From uploaded frames to the evidence of a face check; the pictures live in memory only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form

from api.act import Act
from api.captures import WEB, Where, where_captured
from api.face_challenges import actions_of, challenged_at
from api.face_form import ShownFace
from api.problems import Problem
from api.tokens import BORROWED
from devices.face_image import MAX_BYTES, FaceImageRejected
from devices.face_matcher import Embedding
from devices.face_pool import FacePoolBusy
from devices.face_thresholds import ModelMismatch
from devices.face_worker import PortraitImage, Verification
from devices.liveness import Action
from domain.assurance import FACE, Presence, ways_without_face
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from ledger.face_gate import has_face_consent, require_attempt_left
from ledger.face_templates import FaceTemplate, load_template

DEADLINE_SECONDS = 10.0

ProofId = Annotated[
    UUID | None, Form(description="a presence proof for this step, in place of a face; it works once")
]


@dataclass(frozen=True, slots=True)
class _Seen:
    """Frames that may be looked at: what was asked for, when, and what took them."""

    frames: Sequence[bytes]
    actions: Sequence[Action]
    where: Where
    asked_at: datetime


def where_of(act: Act) -> Where:
    """What takes the pictures: an app of the caller's, or one on a borrowed device."""
    is_borrowed = act.session is not None and act.session.role == BORROWED
    return Where(BORROWED, "web") if is_borrowed else WEB


async def showing(
    act: Act, step: str, face: ShownFace | None, proof_id: UUID | None, *, subject: UUID | None = None
) -> FaceEvidence | UUID:
    """What leads through a step: a face, compared here, or a proof, which the use case uses up.

    The person is the caller, or a `subject` who is signing in.
    """
    if face is not None and proof_id is None:
        return await _check_face(act, step, face, subject or act.caller)
    if proof_id is None or face is not None:
        raise Problem("request-invalid", 422, errors=({"field": "frames", "code": "face_or_proof"},))
    return proof_id


def consent_missing(step: str) -> Problem:
    """No face is compared; it names the other ways."""
    return Problem("face-consent-missing", 403, "frames", members={"ways": ways_without_face(step)})


async def _check_face(act: Act, step: str, face: ShownFace, subject: UUID) -> FaceEvidence:
    """Compare a face with the person's template."""
    seen = await _require_open(act, step, subject, face)
    stored = await act.read(load_template, subject)
    template = Embedding.from_bytes(stored.vector, stored.model, "selfie")
    return _evidence(await _verify(act, seen, template, subject), seen)


async def compare_with_card(
    act: Act, step: str, subject: UUID, face: ShownFace, portrait: bytes, challenged: UUID | None = None
) -> tuple[FaceEvidence, FaceTemplate]:
    """Compare a face with the portrait of a card; its template is what later checks compare with.

    `challenged` has the challenge where the card's person was not known when it was issued.
    """
    seen = await _require_open(act, step, subject, face, challenged)
    verification = await _verify(act, seen, PortraitImage(portrait), subject)
    found = verification.template
    return _evidence(verification, seen), FaceTemplate(found.model, found.kind, found.to_bytes())


async def _require_open(
    act: Act, step: str, subject: UUID, face: ShownFace, challenged: UUID | None = None
) -> _Seen:
    """Refuse before a picture is looked at.

    Raises:
        Problem: there is no consent; it names the other ways.
        Refused: the camera is trusted too little, or does not vouch for these frames; the challenge is not
            for this attempt, or none is left.
    """
    if not await act.read(has_face_consent, subject):
        raise consent_missing(step)
    frames = [await frame.read(MAX_BYTES + 1) for frame in face.frames]
    where = await act.read(where_captured, act, face.capture, face.challenge, frames, where_of(act))
    Presence(FACE, where.assurance).require_enough_for(step)
    asked_at = challenged_at(act, step, face.challenge, challenged or subject)
    await act.run(require_attempt_left, subject, asked_at)
    return _Seen(frames, actions_of(face.challenge), where, asked_at)


async def _verify(act: Act, seen: _Seen, reference: Embedding | PortraitImage, subject: UUID) -> Verification:
    try:
        return await act.parts.faces.verify(seen.frames, seen.actions, reference, DEADLINE_SECONDS, subject)
    except FaceImageRejected as error:
        code = "card-unreadable" if error.subject == "portrait" else f"photo-{error.code.replace('_', '-')}"
        raise Problem(code, 422, "frames") from error
    except ModelMismatch as error:  # a template of the model before this one
        raise Refused(Reason.FACE_TEMPLATE_MISSING) from error
    except FacePoolBusy as error:
        raise Problem("face-check-busy", 503) from error


def _evidence(verification: Verification, seen: _Seen) -> FaceEvidence:
    comparison = verification.comparison
    return FaceEvidence(
        verdict=comparison.verdict,
        score=round(comparison.score, 4),
        threshold=comparison.accept_below,
        model=comparison.model,
        liveness="passed" if verification.is_live else "failed",
        assurance=seen.where.assurance,
        device=seen.where.device,
        challenged_at=seen.asked_at,
    )
