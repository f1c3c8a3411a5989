"""Checks on one detected face, from its five landmarks and its aligned chip."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from devices.face_image import Pixels

Point = npt.NDArray[np.float64]
"""Pixels to the right, pixels down."""

MAX_YAW_DEGREES = 20.0
# In the canonical face model of MediaPipe the nose base lies 2.9 units before the line of the outer eye
# corners, which are 8.9 apart; on the five faces that we know to look ahead or a little aside it gives 0 to
# 17 degrees
_NOSE_DEPTH_PER_EYE_SPAN = 0.325
SHARPNESS_CHIP_PIXELS = 96


def yaw_degrees(shape: Any) -> float:  # dlib.full_object_detection, untyped
    """Estimate how far a face is turned, as `yaw_of` does.

    Landmarks of dlib's 5-point model: outer and inner corner of the eye on the right of the image, the same
    on the left, nose base.
    """
    right, _, left, _, nose = (np.array([part.x, part.y], dtype=np.float64) for part in shape.parts())
    return yaw_of(right, left, nose)


def yaw_of(right: Point, left: Point, nose: Point) -> float:
    """Degrees by which a face is turned, positive to the image's right; good to some five degrees.

    From the outer corners of the eyes on the image's right and left and the base of the nose: its offset
    along the eye line grows with the tangent of the yaw; roll cancels out.
    """
    span = right - left
    width = float(np.hypot(*span)) or 1.0
    offset = float((nose - (right + left) / 2) @ span) / width**2
    return math.degrees(math.atan(offset / _NOSE_DEPTH_PER_EYE_SPAN))


def sharpness(chip: Pixels) -> float:
    """Variance of the Laplacian over the variance of the grey values in the middle of an aligned chip.

    The chip is 96 pixels wide. Dividing takes the light out of it: a dim sharp face must not count as
    blurred. Not portable across kinds of pictures; the limit that goes with it is for selfies.
    """
    grey: npt.NDArray[np.float64] = chip[16:80, 16:80].astype(np.float64).mean(axis=2)
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var() / max(float(inner.var()), 1.0))
