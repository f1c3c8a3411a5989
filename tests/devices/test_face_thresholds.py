import math
from dataclasses import replace

import pytest

from devices.face_matcher import FaceMatcher
from devices.face_thresholds import STRICT_THRESHOLDS, ModelMismatch, Thresholds


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        (0.0, "accepted"),
        (0.3999, "accepted"),
        (0.40, "uncertain"),
        (0.4999, "uncertain"),
        (0.50, "rejected"),
        (1.4, "rejected"),
        (math.nan, "rejected"),
    ],
)
def test_the_strict_band(score: float, verdict: str) -> None:
    comparison = Thresholds("portrait").judge(score)
    assert comparison.verdict == verdict
    assert (comparison.accept_below, comparison.reject_from) == (0.40, 0.50)


@pytest.mark.parametrize(("accept", "reject"), [(0.0, 0.5), (0.6, 0.5), (0.4, math.inf), (math.nan, 0.5)])
def test_a_band_upside_down_is_refused(accept: float, reject: float) -> None:
    with pytest.raises(ValueError, match="thresholds"):
        Thresholds("portrait", accept, reject)


def test_thresholds_of_another_model_are_refused() -> None:
    with pytest.raises(ModelMismatch):
        FaceMatcher((replace(STRICT_THRESHOLDS[0], model="0" * 64),))
