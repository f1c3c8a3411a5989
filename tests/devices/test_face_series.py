"""Series of frames: a head that moves, and what somebody might send in its place."""

from collections.abc import Sequence
from io import BytesIO
from itertools import permutations
from typing import Final

import numpy as np
import pytest
from PIL import Image

from devices.face_image import FaceImageRejected
from devices.face_matcher import FaceMatcher
from devices.face_mesh import FaceMesh
from devices.face_series import look_at
from devices.liveness import ACTIONS, Action
from jiazheng.demo import pictures
from jiazheng.demo.doubles.living_face import LivingFace, living_face

ASKED: Final[tuple[Action, ...]] = ("turn_right", "blink", "turn_left")


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


def living(name: str = "obama.jpg") -> LivingFace:
    return living_face(pictures.path(name).read_bytes())


def is_live(matcher: FaceMatcher, mesh: FaceMesh, frames: Sequence[bytes]) -> bool:
    return look_at(matcher, mesh, frames, ASKED).is_live


@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"])
def test_a_head_that_does_as_it_is_asked_is_live(matcher: FaceMatcher, mesh: FaceMesh, name: str) -> None:
    assert is_live(matcher, mesh, living(name).frames(ASKED))


@pytest.mark.parametrize("done", [order for order in permutations(ACTIONS) if order != ASKED])
def test_another_order_is_not_live(matcher: FaceMatcher, mesh: FaceMesh, done: Sequence[Action]) -> None:
    assert not is_live(matcher, mesh, living().frames(done))


def test_a_picture_that_is_held_still_is_not_live(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    assert not is_live(matcher, mesh, living().still(12))


def test_a_picture_that_is_tilted_is_not_live(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    # given a print of the face in the place of a head: its eyes blink, but nothing lies behind them
    face = living()
    ahead, blink = face.frames(["blink"])[0], face.frames(["blink"])[2]
    left, right = askew(ahead, 55), askew(ahead, -55)
    # when it takes the place of the turned heads in a series whose blink is real
    frames = [ahead, ahead, right, ahead, ahead, blink, blink, ahead, ahead, left, ahead, ahead]
    assert not is_live(matcher, mesh, frames)


def test_another_face_in_between_is_not_live(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    # given two people, of whom one moves and the other one looks into the camera for the comparison
    frames = living("obama.jpg").frames(ASKED)
    other = living("biden.jpg").frames(ASKED)
    mixed = [*frames[:2], *other[2:5], *frames[5:]]
    assert not is_live(matcher, mesh, mixed)


def test_somebody_else_does_not_blink_in_its_place(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    # given a print that can be turned, and a thief who closes their own eyes
    frames, thief = living("obama.jpg").frames(ASKED), living("biden.jpg").frames(ASKED)
    blink = slice(7, 10)
    frames[blink] = thief[blink]
    assert not is_live(matcher, mesh, frames)


def test_a_face_is_not_sought_again_and_again(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    # given pictures between which the face jumps from one side to the other
    wide = [Image.new("RGB", (1600, 480), "grey") for _ in range(2)]
    for picture, x in zip(wide, (0, 1120), strict=True):
        picture.paste(Image.open(BytesIO(living().still(1)[0])), (x, 0))
    with pytest.raises(FaceImageRejected) as caught:
        look_at(matcher, mesh, [encoded(picture) for picture in wide] * 10, ASKED)
    assert caught.value.code == "no_face"


def test_the_face_of_the_front_is_what_is_compared(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    # given a series in which the face is ahead in some frames only
    face = living()
    moving, still = (look_at(matcher, mesh, each, ASKED) for each in (face.frames(ASKED), face.still(8)))
    # then the template is that of the face looking ahead
    assert np.linalg.norm(moving.template.vector - still.template.vector) < 0.05


def test_a_face_that_leaves_the_picture_is_missed(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    frames = [*living().still(6), encoded(Image.new("RGB", (480, 480), "grey")), *living().still(2)]
    with pytest.raises(FaceImageRejected) as caught:
        look_at(matcher, mesh, frames, ASKED)
    assert (caught.value.code, caught.value.subject) == ("no_face", "selfie")


def test_a_face_that_never_looks_ahead_is_told_so(matcher: FaceMatcher, mesh: FaceMesh) -> None:
    turned = living().frames(["turn_left"])[2:5] * 3
    with pytest.raises(FaceImageRejected) as caught:
        look_at(matcher, mesh, turned, ASKED)
    assert caught.value.code == "not_frontal"


def askew(frame: bytes, degrees: float) -> bytes:
    """A print of the frame, turned about its upright axis, seen from a distance of its own width."""
    picture = Image.open(BytesIO(frame))
    side = picture.width
    angle, far = np.radians(degrees), float(side)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * side / 2
    behind = corners[:, 0] * np.sin(angle)
    seen = np.column_stack([corners[:, 0] * np.cos(angle), corners[:, 1]]) * far / (far + behind)[:, None]
    rows = [
        row
        for (x, y), (u, v) in zip(seen + side / 2, corners + side / 2, strict=True)
        for row in ([x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y])
    ]
    found = np.linalg.solve(np.array(rows), (corners + side / 2).ravel())
    tilted = picture.transform(
        picture.size, Image.Transform.PERSPECTIVE, list(found), Image.Resampling.BICUBIC
    )
    return encoded(tilted)


def encoded(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
