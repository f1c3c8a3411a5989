"""From an uploaded photo to the evidence of a face check; the picture lives in memory only."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import File, Form, UploadFile

from api.act import Act
from api.problems import Problem
from api.tokens import BORROWED
from devices.face_image import MAX_BYTES, FaceImageRejected
from devices.face_matcher import Embedding
from devices.face_pool import FacePoolBusy
from devices.face_thresholds import ModelMismatch
from devices.face_worker import PortraitImage, Verification
from domain.assurance import ways_without_face
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from ledger.face_gate import has_face_consent, require_attempt_left
from ledger.face_templates import FaceTemplate, load_template

DEADLINE_SECONDS = 10.0

Photo = Annotated[UploadFile | None, File(description="JPEG, PNG or WebP, at most 5 MB, exactly one face")]
ProofId = Annotated[
    UUID | None, Form(description="a presence proof for this step, in place of a photo; it works once")
]


@dataclass(frozen=True, slots=True)
class Where:
    """What took the picture, and how far it can be trusted."""

    device: str
    assurance: str


WEB = Where("web", "web")


def where_of(act: Act) -> Where:
    """What takes the picture: an app of the caller's, or one on a borrowed device."""
    is_borrowed = act.session is not None and act.session.role == BORROWED
    return Where(BORROWED, "web") if is_borrowed else WEB


async def showing(
    act: Act, step: str, photo: UploadFile | None, proof_id: UUID | None, *, subject: UUID | None = None
) -> FaceEvidence | UUID:
    """What leads through a step: a photo, compared here, or a proof, which the use case uses up.

    The person is the caller, or a `subject` who is signing in.
    """
    if photo is not None and proof_id is None:
        return await _check_face(act, step, photo, subject or act.caller)
    if proof_id is None or photo is not None:
        raise Problem("request-invalid", 422, errors=({"field": "photo", "code": "photo_or_proof"},))
    return proof_id


async def require_face_check(act: Act, step: str, subject: UUID) -> None:
    """Refuse before a picture is looked at: without consent, naming other ways, or after too many tries."""
    if not await act.read(has_face_consent, subject):
        raise consent_missing(step)
    await act.run(require_attempt_left, subject)


def consent_missing(step: str) -> Problem:
    """No face is compared; it names the other ways."""
    return Problem("face-consent-missing", 403, "photo", members={"ways": ways_without_face(step)})


async def _check_face(act: Act, step: str, photo: UploadFile, subject: UUID) -> FaceEvidence:
    """Compare a photo with the person's template."""
    await require_face_check(act, step, subject)
    stored = await act.read(load_template, subject)
    template = Embedding.from_bytes(stored.vector, stored.model, "selfie")
    verification = await _verify(act, photo, template, subject)
    return _evidence(verification, where_of(act))


async def compare_with_card(
    act: Act, step: str, subject: UUID, photo: UploadFile, portrait: bytes, where: Where
) -> tuple[FaceEvidence, FaceTemplate]:
    """Compare a photo with the portrait of a card; the photo's template is what later checks compare with."""
    await require_face_check(act, step, subject)
    verification = await _verify(act, photo, PortraitImage(portrait), subject)
    found = verification.template
    return _evidence(verification, where), FaceTemplate(found.model, found.kind, found.to_bytes())


async def _verify(
    act: Act, photo: UploadFile, reference: Embedding | PortraitImage, subject: UUID
) -> Verification:
    picture = await photo.read(MAX_BYTES + 1)
    try:
        return await act.parts.faces.verify(picture, reference, DEADLINE_SECONDS, subject)
    except FaceImageRejected as error:
        code = "card-unreadable" if error.subject == "portrait" else f"photo-{error.code.replace('_', '-')}"
        raise Problem(code, 422, "photo") from error
    except ModelMismatch as error:  # a template of the model before this one
        raise Refused(Reason.FACE_TEMPLATE_MISSING) from error
    except FacePoolBusy as error:
        raise Problem("face-check-busy", 503) from error


def _evidence(verification: Verification, where: Where) -> FaceEvidence:
    comparison = verification.comparison
    return FaceEvidence(
        verdict=comparison.verdict,
        score=round(comparison.score, 4),
        threshold=comparison.accept_below,
        model=comparison.model,
        liveness="not_checked",
        assurance=where.assurance,
        device=where.device,
    )
