"""From uploaded frames to the evidence of a face check; the pictures live in memory only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, File, Form, UploadFile
from pydantic import Field

from api.act import Act
from api.captures import WEB, Where
from api.face_challenges import actions_of, challenged_at
from api.problems import Problem
from api.tokens import BORROWED
from devices.face_image import MAX_BYTES, FaceImageRejected
from devices.face_matcher import Embedding
from devices.face_pool import FacePoolBusy
from devices.face_thresholds import ModelMismatch
from devices.face_worker import PortraitImage, Verification
from domain.assurance import FACE, Presence, ways_without_face
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from ledger.face_gate import has_face_consent, require_attempt_left
from ledger.face_templates import FaceTemplate, load_template

DEADLINE_SECONDS = 10.0

MIN_FRAMES, MAX_FRAMES = 8, 40
Frames = Annotated[list[UploadFile], Field(min_length=MIN_FRAMES, max_length=MAX_FRAMES)]
ProofId = Annotated[
    UUID | None, Form(description="a presence proof for this step, in place of a face; it works once")
]


@dataclass(frozen=True, slots=True)
class ShownFace:
    """What a camera saw while the person did what a challenge asks for."""

    frames: Sequence[UploadFile]
    challenge: str


def shown_face(
    frames: Annotated[Frames | None, File()] = None,
    face_challenge: Annotated[str | None, Form(max_length=200)] = None,
) -> ShownFace | None:
    """The dependency: what a form brings of a face, if anything.

    Raises:
        Problem: it brings a half.
    """
    if not frames and face_challenge is None:
        return None
    if not frames or face_challenge is None:
        wrong = {"field": "face_challenge" if frames else "frames", "code": "frames_and_challenge"}
        raise Problem("request-invalid", 422, errors=(wrong,))
    return ShownFace(frames, face_challenge)


Face = Annotated[ShownFace | None, Depends(shown_face)]


@dataclass(frozen=True, slots=True)
class CardPortrait:
    """The picture on a card, and what goes with its comparison.

    Attributes:
        portrait: an encoded image.
        where: what took the pictures of the face.
        challenged: whose the challenges are, where the card's person was not known when they were issued.
    """

    portrait: bytes
    where: Where
    challenged: UUID | None = None


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
    where = where_of(act)
    asked_at = await _require_open(act, step, subject, face, where)
    stored = await act.read(load_template, subject)
    template = Embedding.from_bytes(stored.vector, stored.model, "selfie")
    verification = await _verify(act, face, template, subject)
    return _evidence(verification, where, asked_at)


async def compare_with_card(
    act: Act, step: str, subject: UUID, face: ShownFace, card: CardPortrait
) -> tuple[FaceEvidence, FaceTemplate]:
    """Compare a face with the portrait of a card; its template is what later checks compare with."""
    asked_at = await _require_open(act, step, subject, face, card.where, challenged=card.challenged)
    verification = await _verify(act, face, PortraitImage(card.portrait), subject)
    found = verification.template
    template = FaceTemplate(found.model, found.kind, found.to_bytes())
    return _evidence(verification, card.where, asked_at), template


async def _require_open(
    act: Act, step: str, subject: UUID, face: ShownFace, where: Where, challenged: UUID | None = None
) -> datetime:
    """Refuse before a picture is looked at.

    Returns:
        when the person, or whatever was `challenged` in their place, was asked for the movements.

    Raises:
        Problem: there is no consent; it names the other ways.
        Refused: the camera is trusted too little, there were too many tries, or the challenge is not for this
            one.
    """
    if not await act.read(has_face_consent, subject):
        raise consent_missing(step)
    Presence(FACE, where.assurance).require_enough_for(step)
    asked_at = challenged_at(act, step, face.challenge, challenged or subject)
    await act.run(require_attempt_left, subject, asked_at)
    return asked_at


async def _verify(
    act: Act, face: ShownFace, reference: Embedding | PortraitImage, subject: UUID
) -> Verification:
    frames, actions = [await frame.read(MAX_BYTES + 1) for frame in face.frames], actions_of(face.challenge)
    try:
        return await act.parts.faces.verify(frames, actions, reference, DEADLINE_SECONDS, subject)
    except FaceImageRejected as error:
        code = "card-unreadable" if error.subject == "portrait" else f"photo-{error.code.replace('_', '-')}"
        raise Problem(code, 422, "frames") from error
    except ModelMismatch as error:  # a template of the model before this one
        raise Refused(Reason.FACE_TEMPLATE_MISSING) from error
    except FacePoolBusy as error:
        raise Problem("face-check-busy", 503) from error


def _evidence(verification: Verification, where: Where, asked_at: datetime) -> FaceEvidence:
    comparison = verification.comparison
    return FaceEvidence(
        verdict=comparison.verdict,
        score=round(comparison.score, 4),
        threshold=comparison.accept_below,
        model=comparison.model,
        liveness="passed" if verification.is_live else "failed",
        assurance=where.assurance,
        device=where.device,
        challenged_at=asked_at,
    )
