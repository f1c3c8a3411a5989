"""Whether a face made the movements that it was asked for, and is no flat picture of one.

The figures were measured on the AT&T (ORL) faces, 40 people: `python -m benchmarks.liveness`.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final, Literal, get_args

import dlib
import numpy as np

from devices.face_mesh import NOSE_BASE, NOSE_BRIDGE, SeenFace

Action = Literal["blink", "turn_left", "turn_right"]
"""What somebody can be asked to do; left and right are the person's own."""
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

AHEAD_DEGREES, TURNED_DEGREES = 10.0, 15.0
CLOSED_BELOW = 0.65
"""Of the eyes' own opening in the same series: a fixed limit calls narrow eyes closed."""
BLINK_FRAMES = 2
MIN_DEPTH = 0.03
"""Of the eye span: how far the points of a turned face lie, in the mean, from any plane's view of them."""
MIN_WIDTH = 0.83
"""How wide a turned face is for its height, as a share of what it is from the front."""

_AHEAD, _BETWEEN, _HURRIED = "ahead", "between", "without looking ahead before"


class NeverAhead(Exception):
    """In no picture does the face look into the camera with open eyes."""


def front_of(faces: Sequence[SeenFace]) -> SeenFace:
    """The face that looks straightest into the camera, with open eyes. Raises NeverAhead."""
    opened = opened_of(faces)
    ahead = [face for face in faces if _label(face, opened) == _AHEAD]
    if not ahead:
        raise NeverAhead
    return min(ahead, key=lambda face: abs(face.yaw))


def turned_of(faces: Sequence[SeenFace]) -> tuple[SeenFace, SeenFace]:
    """The faces that are turned furthest, to the person's left and to the right."""
    return max(faces, key=lambda face: face.yaw), min(faces, key=lambda face: face.yaw)


def shut_of(faces: Sequence[SeenFace]) -> SeenFace:
    """The face with its eyes shut most, while it is ahead. Raises NeverAhead."""
    ahead = [face for face in faces if abs(face.yaw) <= AHEAD_DEGREES]
    if not ahead:
        raise NeverAhead
    return min(ahead, key=lambda face: face.openness)


def is_live(faces: Sequence[SeenFace], actions: Sequence[Action]) -> bool:
    """Whether a series shows just these actions in this order, of a solid face. Raises NeverAhead."""
    front = front_of(faces)
    return performed(faces) == list(actions) and all(is_solid(front, turned) for turned in turned_of(faces))


def performed(faces: Sequence[SeenFace]) -> list[str]:
    """The actions in their order; between two of them the face looks ahead. Raises NeverAhead."""
    opened, done, last = opened_of(faces), list[str](), _AHEAD
    for label, run in groupby(_label(face, opened) for face in faces):
        if label == _BETWEEN or (label == "blink" and len(list(run)) < BLINK_FRAMES):
            continue
        if label not in (_AHEAD, last):
            done.append(label if last == _AHEAD else _HURRIED)
        last = label
    return done


def is_solid(front: SeenFace, turned: SeenFace) -> bool:
    """Whether a turned face is more than a flat picture of the front, held at an angle.

    All views of a flat picture are projective images of each other (Hartley and Zisserman, "Multiple View
    Geometry", 2.3), and a picture has to be held so far askew for the nose to move that the face gets narrow.
    """
    return depth(front, turned) >= MIN_DEPTH and width(front, turned) >= MIN_WIDTH


def depth(front: SeenFace, turned: SeenFace) -> float:
    """Root mean square distance of the turned points from their best projective image, over the eye span."""
    before, after = (np.ascontiguousarray(face.points[:, :2]) for face in (front, turned))
    flat = dlib.find_projective_transform(before, after).m
    seen = np.column_stack([before, np.ones(len(before))]) @ np.asarray(flat).T
    misses = seen[:, :2] / seen[:, 2:] - after
    return float(np.sqrt((misses**2).sum(axis=1).mean())) / front.eye_span


def width(front: SeenFace, turned: SeenFace) -> float:
    """How wide the turned face is for its height, as a share of what it is from the front."""
    return _width(turned) / _width(front)


def _width(face: SeenFace) -> float:
    return face.eye_span / float(np.linalg.norm(face.points[NOSE_BRIDGE, :2] - face.points[NOSE_BASE, :2]))


def opened_of(faces: Sequence[SeenFace]) -> float:
    """How far the person's eyes are open when they are. Raises NeverAhead."""
    ahead = [face.openness for face in faces if abs(face.yaw) <= AHEAD_DEGREES]
    if not ahead:
        raise NeverAhead
    return float(np.percentile(ahead, 90))


def _label(face: SeenFace, opened: float) -> str:
    if abs(face.yaw) <= AHEAD_DEGREES:
        return "blink" if face.openness < CLOSED_BELOW * opened else _AHEAD
    if abs(face.yaw) < TURNED_DEGREES:
        return _BETWEEN
    return "turn_left" if face.yaw > 0 else "turn_right"
