"""Follows a face through a series of pictures: 468 points on it, how far it is turned, how open its eyes are.

The networks are MediaPipe's face mesh and iris models (Kartynnik et al., "Real-time Facial Surface Geometry
from Monocular Video on Mobile GPUs", 2019; Ablavatski et al., "Real-time Pupil Tracking", 2020).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dlib
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from devices.face_image import Pixels
from devices.face_models import mesh_model_files
from devices.face_quality import yaw_of

Points = npt.NDArray[np.float64]
"""n x 3: pixels to the right, pixels down, and pixels away from the camera, relative to the head's middle."""

RIGHT_EYE, LEFT_EYE = (33, 133), (263, 362)
"""Outer and inner corner of the person's own right and left eye, among the points of the mesh."""
NOSE_BRIDGE, NOSE_BASE = 168, 2
MESH_PIXELS, EYE_PIXELS = 192, 64
_FACE_PER_DETECTION = 1.6  # dlib's detector marks brows to chin
_FACE_PER_MESH, _EYE_PER_CORNERS = 1.5, 2.3  # the margins that the networks were trained with
_MIN_PRESENCE = 0.5
MIN_FEATURE_PIXELS = 4.0
# the contour's points: 0 and 8 are the corners, 1 to 7 the lower lid, 9 to 15 the upper one
_LOWER_LID, _UPPER_LID = slice(1, 8), slice(9, 16)


@dataclass(frozen=True)
class Region:
    """A square of a picture, in pixels, turned by `angle` (radians, clockwise as seen)."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def around(cls, face: Any) -> "Region":  # dlib.rectangle, untyped
        """The square around a face that dlib detected."""
        centre = face.dcenter()
        return cls(centre.x, centre.y, face.width() * _FACE_PER_DETECTION)

    def cut(self, pixels: Pixels, side: int) -> Pixels:
        """The square upright, `side` pixels wide; black where it lies outside of the picture."""
        half = self.side / 2
        box = dlib.drectangle(self.x - half, self.y - half, self.x + half, self.y + half)
        chip: Pixels = dlib.extract_image_chip(
            pixels, dlib.chip_details(box, dlib.chip_dims(side, side), self.angle)
        )
        return chip


@dataclass(frozen=True, eq=False)
class SeenFace:
    """A face in one picture.

    Attributes:
        points: of the mesh; biometric data, so that `repr` hides them.
        yaw: degrees, positive to the image's right, which is the person's own left.
        openness: of the eyes, the height of their opening over its width, the mean of both.
    """

    points: Points = field(repr=False)
    yaw: float
    openness: float

    @property
    def eye_span(self) -> float:
        """Pixels between the outer corners of the eyes."""
        return float(np.linalg.norm(self.points[LEFT_EYE[0], :2] - self.points[RIGHT_EYE[0], :2]))

    @property
    def region(self) -> Region:
        """Where to look for the face in the next picture."""
        return _region_of(self.points)


class FaceMesh:
    """Both networks, loaded: 40 ms, 12 MB; a picture takes 3 ms. Not for several threads at a time.

    Raises FaceModelsMissing without the pinned weights.
    """

    def __init__(self) -> None:
        files = mesh_model_files()
        self._mesh, self._eye = _Network(files.mesh), _Network(files.eye_contour)

    def see(self, pixels: Pixels, where: Region) -> SeenFace | None:
        """Look at the face in a region; None if there is none."""
        found = self._points(pixels, where)
        if found is None or not _is_a_face(found):
            return None
        right, nose, left = found[RIGHT_EYE[0]], found[NOSE_BASE], found[LEFT_EYE[0]]
        yaw = yaw_of(left[:2], right[:2], nose[:2])
        openness = (self._openness(pixels, found, RIGHT_EYE) + self._openness(pixels, found, LEFT_EYE)) / 2
        return SeenFace(found, yaw, openness)

    def _points(self, pixels: Pixels, where: Region) -> Points | None:
        points, logit = self._mesh.run(where.cut(pixels, MESH_PIXELS))
        if 1 / (1 + np.exp(-logit[0])) < _MIN_PRESENCE:
            return None
        scale = where.side / MESH_PIXELS
        placed = points.reshape(-1, 3).astype(np.float64) * scale
        middle = where.side / 2
        placed[:, :2] = _rotated(placed[:, :2] - middle, where.angle) + np.array([where.x, where.y])
        return placed

    def _openness(self, pixels: Pixels, points: Points, corners: tuple[int, int]) -> float:
        """Of one eye; the network knows the person's right eyes, so that left ones are mirrored."""
        outer, inner = points[corners[0], :2], points[corners[1], :2]
        along = inner - outer if corners == RIGHT_EYE else outer - inner
        middle = (outer + inner) / 2
        side = float(np.hypot(*along)) * _EYE_PER_CORNERS
        angle = float(np.arctan2(along[1], along[0]))
        cut = Region(float(middle[0]), float(middle[1]), side, angle).cut(pixels, EYE_PIXELS)
        contour, _ = self._eye.run(cut if corners == RIGHT_EYE else cut[:, ::-1])
        eye = contour.reshape(-1, 3)[:, :2]
        heights = np.linalg.norm(eye[_UPPER_LID] - eye[_LOWER_LID], axis=1)
        return float(heights.mean() / max(float(np.linalg.norm(eye[8] - eye[0])), 1.0))


def _is_a_face(points: Points) -> bool:
    """The networks answer for anything: what has no size can be neither followed nor measured."""
    eyes = np.linalg.norm(points[LEFT_EYE[0], :2] - points[RIGHT_EYE[0], :2])
    nose = np.linalg.norm(points[NOSE_BRIDGE, :2] - points[NOSE_BASE, :2])
    return bool(np.isfinite(points).all() and min(eyes, nose) >= MIN_FEATURE_PIXELS)


def _rotated(points: Points, angle: float) -> Points:
    cosine, sine = np.cos(angle), np.sin(angle)
    turned: Points = points @ np.array([[cosine, sine], [-sine, cosine]])
    return turned


def _region_of(points: Points) -> Region:
    across = points[LEFT_EYE[0], :2] - points[RIGHT_EYE[0], :2]
    angle = float(np.arctan2(across[1], across[0]))
    upright = _rotated(points[:, :2], -angle)
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = map(float, _rotated((low + high) / 2, angle))
    return Region(x, y, float((high - low).max()) * _FACE_PER_MESH, angle)


class _Network:
    """One TensorFlow Lite file; its outputs in the order of their size, the largest first."""

    def __init__(self, path: Path) -> None:
        with _unheard():
            self._interpreter = Interpreter(str(path), num_threads=1)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        by_size = sorted(outputs, key=lambda each: int(np.prod(each["shape"])), reverse=True)
        self._outputs = [each["index"] for each in by_size]

    def run(self, chip: Pixels) -> list[npt.NDArray[np.float32]]:
        self._interpreter.set_tensor(self._input, chip[None].astype(np.float32) / 255)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index).ravel() for index in self._outputs]


@contextmanager
def _unheard() -> Iterator[None]:
    """The library says on standard error that it started, and cannot be kept from it; errors it raises."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
