"""From an uploaded photo to the evidence of a face check; the picture lives in memory only."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import File, UploadFile

from api.act import Act
from api.problems import Problem
from api.tokens import BORROWED
from devices.face_image import MAX_BYTES, FaceImageRejected
from devices.face_matcher import Embedding
from devices.face_pool import FacePoolBusy
from devices.face_thresholds import ModelMismatch
from devices.face_worker import PortraitImage, Verification
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from ledger.face_gate import require_attempt_left
from ledger.face_templates import FaceTemplate, load_template

DEADLINE_SECONDS = 10.0

Photo = Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 5 MB, exactly one face")]


@dataclass(frozen=True, slots=True)
class Where:
    """What took the picture, and how far it can be trusted."""

    device: str
    assurance: str


WEB = Where("web", "web")


def where_of(act: Act) -> Where:
    """What takes the picture: an app of the caller's, or one on a borrowed device."""
    return Where(BORROWED, "web") if act.signed_in.role == BORROWED else WEB


async def check_face(
    act: Act, photo: UploadFile, where: Where = WEB, *, subject: UUID | None = None
) -> FaceEvidence:
    """Compare a photo with the enrolled template of the caller, or of a `subject` who is signing in."""
    subject = subject or act.caller
    await act.run(require_attempt_left, subject)
    stored = await act.read(load_template, subject)
    template = Embedding.from_bytes(stored.vector, stored.model, "selfie")
    verification = await _verify(act, photo, template)
    return _evidence(verification, where)


async def enrol_face(
    act: Act, photo: UploadFile, portrait: bytes, where: Where
) -> tuple[FaceEvidence, FaceTemplate]:
    """Compare a photo with the portrait of a card; the photo's template is what later checks compare with."""
    await act.run(require_attempt_left, act.caller)
    verification = await _verify(act, photo, PortraitImage(portrait))
    found = verification.template
    return _evidence(verification, where), FaceTemplate(found.model, found.kind, found.to_bytes())


async def _verify(act: Act, photo: UploadFile, reference: Embedding | PortraitImage) -> Verification:
    picture = await photo.read(MAX_BYTES + 1)
    try:
        return await act.parts.faces.verify(picture, reference, DEADLINE_SECONDS)
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
