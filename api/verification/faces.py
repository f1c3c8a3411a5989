"""From uploaded frames to the evidence of a face check; the pictures live in memory only."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form

from api.http.act import Act
from api.http.problems import Problem
from api.http.tokens import BORROWED
from api.verification.captures import WEB, Where, where_captured
from api.verification.face_challenges import asked_for
from api.verification.face_form import ShownFace
from devices.face_image import MAX_BYTES, FaceImageRejected
from devices.face_matcher import Embedding
from devices.face_pool import FacePoolBusy, FacePoolFailed
from devices.face_thresholds import ModelMismatch
from devices.face_worker import PortraitImage, Verification
from devices.liveness import Action
from domain.assurance import FACE, Presence, ways_without_face
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from ledger.gates.face import has_face_consent, record_refused_attempt, require_attempt_left
from ledger.vault.face_templates import FaceTemplate, load_template

DEADLINE_SECONDS = 10.0

ProofId = Annotated[
    UUID | None, Form(description="a presence proof for this step, in place of a face; it works once")
]


@dataclass(frozen=True, slots=True)
class Taken:
    """Frames that may be looked at: what was asked for, when, and what took them."""

    frames: Sequence[bytes]
    actions: Sequence[Action]
    where: Where
    asked_at: datetime


def where_of(act: Act) -> Where:
    """What takes the pictures: an app of the caller's, or one on a borrowed device."""
    is_borrowed = act.session is not None and act.session.role == BORROWED
    return Where(BORROWED, "web") if is_borrowed else WEB


@asynccontextmanager
async def showing(
    act: Act, step: str, face: ShownFace | None, proof_id: UUID | None, *, subject: UUID | None = None
) -> AsyncIterator[FaceEvidence | UUID]:
    """What leads through a step: a face, compared here, or a proof, which the use case uses up.

    The person is the caller, or a `subject` who is signing in. Whatever refuses the step inside, the attempt
    of a face is recorded.
    """
    if face is not None and proof_id is None:
        person = subject or act.caller
        evidence = await _check_face(act, step, face, person)
        async with _on_record(act, step, person, evidence):
            yield evidence
    elif proof_id is None or face is not None:
        raise Problem("request-invalid", 422, errors=({"field": "frames", "code": "face_or_proof"},))
    else:
        yield proof_id


def consent_missing(step: str) -> Problem:
    """No face is compared; it names the other ways."""
    return Problem("face-consent-missing", 403, "frames", members={"ways": ways_without_face(step)})


async def _check_face(act: Act, step: str, face: ShownFace, subject: UUID) -> FaceEvidence:
    """Compare a face with the person's template."""
    await _require_consent(act, step, subject)
    taken = await taken_for(act, step, face, subject)
    await act.run(require_attempt_left, subject, taken.asked_at)
    stored = await act.read(load_template, subject)
    template = Embedding.from_bytes(stored.vector, stored.model, "selfie")
    return _evidence(await _verify(act, taken, template, subject), taken)


@asynccontextmanager
async def compared_with_card(
    act: Act, step: str, subject: UUID, taken: Taken, portrait: bytes
) -> AsyncIterator[tuple[FaceEvidence, FaceTemplate]]:
    """Compare a face with the portrait of a card; its template is what later checks compare with.

    As in `showing`, the attempt is recorded whatever refuses the step inside.
    """
    await _require_consent(act, step, subject)
    await act.run(require_attempt_left, subject, taken.asked_at)
    verification = await _verify(act, taken, PortraitImage(portrait), subject)
    evidence, found = _evidence(verification, taken), verification.template
    async with _on_record(act, step, subject, evidence):
        yield evidence, FaceTemplate(found.model, found.kind, found.to_bytes())


@asynccontextmanager
async def _on_record(act: Act, step: str, subject: UUID, evidence: FaceEvidence) -> AsyncIterator[None]:
    try:
        yield
    except (Refused, Problem):
        await act.run(record_refused_attempt, subject, step, evidence)
        raise


async def taken_for(act: Act, step: str, face: ShownFace, challenged: UUID) -> Taken:
    """The frames of a face, not yet looked at: nothing here depends on whose it is.

    Raises:
        Refused: the camera is trusted too little, or does not vouch for these frames; or the challenge is
            none of `challenged` for this step.
    """
    frames = [await frame.read(MAX_BYTES + 1) for frame in face.frames]
    where = await act.read(where_captured, act, face.capture, face.challenge, frames, where_of(act))
    Presence(FACE, where.assurance).require_enough_for(step)
    asked_at, actions = asked_for(act, step, face.challenge, challenged)
    return Taken(frames, actions, where, asked_at)


async def _require_consent(act: Act, step: str, subject: UUID) -> None:
    if not await act.read(has_face_consent, subject):
        raise consent_missing(step)


async def _verify(
    act: Act, taken: Taken, reference: Embedding | PortraitImage, subject: UUID
) -> Verification:
    try:
        return await act.parts.faces.verify(taken.frames, taken.actions, reference, DEADLINE_SECONDS, subject)
    except FaceImageRejected as error:
        if error.subject == "portrait":
            raise Problem("card-unreadable", 422, "card_reading") from error
        raise Problem(f"photo-{error.code.replace('_', '-')}", 422, "frames") from error
    except ModelMismatch as error:  # a template of the model before this one
        raise Refused(Reason.FACE_TEMPLATE_MISSING) from error
    except (FacePoolBusy, FacePoolFailed) as error:
        raise Problem("face-check-busy", 503) from error


def _evidence(verification: Verification, taken: Taken) -> FaceEvidence:
    comparison = verification.comparison
    return FaceEvidence(
        verdict=comparison.verdict,
        score=round(comparison.score, 4),
        threshold=comparison.accept_below,
        model=comparison.model,
        liveness="passed" if verification.is_live else "failed",
        assurance=taken.where.assurance,
        device=taken.where.device,
        challenged_at=taken.asked_at,
    )
