"""Looks at a series of pictures of one face: its front to compare with, and whether it is a living one's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.face_image import FaceImageCode, FaceImageRejected, Pixels, decode_face_image
from devices.face_matcher import Embedding, FaceMatcher
from devices.face_mesh import FaceMesh, Region, SeenFace
from devices.liveness import Action, NeverAhead, front_of, is_live, shut_of, turned_of

MAX_SEARCHES = 3
"""A search takes thirty times as long as following; a face before a camera hardly ever leaves it."""


@dataclass(frozen=True)
class FaceSeries:
    """What a series shows: the front of its face, and whether the face is live."""

    template: Embedding
    is_live: bool


def look_at(
    matcher: FaceMatcher, mesh: FaceMesh, pictures: Sequence[bytes], actions: Sequence[Action]
) -> FaceSeries:
    """Look at the pictures in their order.

    Raises FaceImageRejected: one cannot be read or has no face, the first has several, or the front is not
    good enough to be compared.
    """
    frames, faces = map(list, zip(*_follow(matcher, mesh, pictures), strict=True))
    try:
        front = front_of(faces)
    except NeverAhead:
        raise FaceImageRejected(FaceImageCode.NOT_FRONTAL) from None
    template = matcher.embed_selfie(frames[faces.index(front)])
    live = is_live(faces, actions) and all(
        matcher.is_same_face(template, frames[faces.index(moving)], moving)
        for moving in (*turned_of(faces), shut_of(faces))
    )
    return FaceSeries(template, live)


def _follow(
    matcher: FaceMatcher, mesh: FaceMesh, pictures: Sequence[bytes]
) -> Iterator[tuple[Pixels, SeenFace]]:
    """Each frame with its face, sought where it was in the one before; all over a frame only so often."""
    face: SeenFace | None = None
    searches = 0
    for picture in pictures:
        frame = decode_face_image(picture)
        if face is not None:
            face = mesh.see(frame, face.region)
        if face is None:
            searches += 1
            if searches > MAX_SEARCHES:
                raise FaceImageRejected(FaceImageCode.NO_FACE)
            face = _found(matcher, mesh, frame)
        yield frame, face


def _found(matcher: FaceMatcher, mesh: FaceMesh, frame: Pixels) -> SeenFace:
    """The face of a frame, sought all over it; the second look is at the face's own size."""
    rough = mesh.see(frame, Region.around(matcher.detect_selfie(frame)))
    found = rough and mesh.see(frame, rough.region)
    if found is None:
        raise FaceImageRejected(FaceImageCode.NO_FACE)
    return found
