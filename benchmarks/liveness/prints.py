"""Prints of a face, held askew before a camera: what a photograph can show in the place of a turned head."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from PIL import Image

from devices.face_image import Pixels
from devices.face_mesh import NOSE_BRIDGE, SeenFace

Matrix = npt.NDArray[np.float64]

DEGREES = tuple(sign * degrees for sign in (-1, 1) for degrees in range(25, 70, 5))
DISTANCES = (2.5, 3.0, 4.0, 6.0, 10.0)
"""From the camera to the print, in eye spans of the face on it: the nearer, the more the far half shrinks."""
MAX_PITCH = 15.0
_SHEET = 2.0  # half of its side, in eye spans
_GREY = (90, 90, 90)


@dataclass(frozen=True, slots=True)
class Tilt:
    """How a print is held: degrees about its upright axis and its level one, eye spans from the camera."""

    degrees: float
    pitch: float
    distance: float


def tilts(chance: np.random.Generator) -> Iterator[Tilt]:
    """Every angle at every distance, with a pitch by chance."""
    for degrees, distance in product(DEGREES, DISTANCES):
        yield Tilt(degrees, chance.uniform(-MAX_PITCH, MAX_PITCH), distance)


def tilted(pixels: Pixels, face: SeenFace, tilt: Tilt) -> Pixels:
    """The face on a print, turned about the bridge of the nose, before a grey wall."""
    middle = face.points[NOSE_BRIDGE, :2]
    to_middle = np.array([(1, 0, middle[0]), (0, 1, middle[1]), (0, 0, 1)])
    seen = to_middle @ _view(tilt, tilt.distance * face.eye_span) @ np.linalg.inv(to_middle)
    back = np.linalg.inv(seen)
    image = _sheet(pixels, face).transform(
        (pixels.shape[1], pixels.shape[0]),
        Image.Transform.PERSPECTIVE,
        list((back / back[2, 2]).ravel()[:8]),
        Image.Resampling.BICUBIC,
        fillcolor=_GREY,
    )
    return np.asarray(image)


def _sheet(pixels: Pixels, face: SeenFace) -> Image.Image:
    """The picture as far as the print shows it, which is so small that none of it gets behind the camera."""
    x, y = face.points[NOSE_BRIDGE, :2]
    half = _SHEET * face.eye_span
    sides = (max(0.0, x - half), max(0.0, y - half), x + half, y + half)
    left, upper, right, lower = map(round, sides)
    sheet = np.full_like(pixels, _GREY)
    sheet[upper:lower, left:right] = pixels[upper:lower, left:right]
    return Image.fromarray(sheet)


def _view(tilt: Tilt, far: float) -> Matrix:
    """Where a pinhole camera, so many pixels before the print, sees the points of its plane."""
    rotation = _rotation(tilt)
    return np.column_stack([rotation[:, :2] * [[far], [far], [1]], [0, 0, far]])


def _rotation(tilt: Tilt) -> Matrix:
    """About the upright axis first; positive turns the image's left half away."""
    turn, pitch = np.radians(tilt.degrees), np.radians(tilt.pitch)
    upright = [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    level = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    turned: Matrix = np.array(level) @ np.array(upright)
    return turned
