"""What a distance between two faces means; bound to the model that measured it."""

import math
from dataclasses import dataclass
from typing import Literal

from devices.face_models import MODEL_ID

TemplateKind = Literal["portrait", "selfie"]
Verdict = Literal["accepted", "uncertain", "rejected"]


class ModelMismatch(Exception):
    """A template or a threshold belongs to another model; its numbers mean nothing here."""


@dataclass(frozen=True)
class FaceComparison:
    """`score` is a Euclidean distance: 0 is the same picture, strangers lie around 0.8.

    Accepted below `accept_below`, rejected from `reject_from`, uncertain in between: that person is sent to a
    kiosk or an officer.
    """

    score: float
    accept_below: float
    reject_from: float
    verdict: Verdict
    model: str
    template_kind: TemplateKind


@dataclass(frozen=True)
class Thresholds:
    """The band for one model and one kind of template.

    The defaults are strict: with dlib alone 0.40 let no impostor pass among 14 Japanese actors (0 %, at 62 %
    false refusals), where its usual 0.60 let 22 % pass. Raises ValueError for a band that is not 0 < accept
    <= reject.
    """

    template_kind: TemplateKind
    accept_below: float = 0.40
    reject_from: float = 0.50
    model: str = MODEL_ID

    def __post_init__(self) -> None:
        if not 0 < self.accept_below <= self.reject_from < math.inf:
            raise ValueError("thresholds: 0 < accept_below <= reject_from is needed")

    def judge(self, score: float) -> FaceComparison:
        """Turn a distance into a verdict."""
        if score < self.accept_below:
            verdict: Verdict = "accepted"
        else:  # written so that a NaN is rejected
            verdict = "uncertain" if score < self.reject_from else "rejected"
        return FaceComparison(
            score, self.accept_below, self.reject_from, verdict, self.model, self.template_kind
        )


STRICT_THRESHOLDS = (Thresholds("portrait"), Thresholds("selfie"))


def thresholds_by_kind(thresholds: tuple[Thresholds, ...], model: str) -> dict[TemplateKind, Thresholds]:
    """Index thresholds by template kind. Raises ModelMismatch if one of them is for another model."""
    if any(band.model != model for band in thresholds):
        raise ModelMismatch("a threshold was calibrated for another face model")
    return {band.template_kind: band for band in thresholds}
