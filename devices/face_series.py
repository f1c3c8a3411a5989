"""Looks at a series of pictures of one face: its front to compare with, and whether it is a living one's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.face_image import FaceImageCode, FaceImageRejected, Pixels, decode_face_image
from devices.face_matcher import Embedding, FaceMatcher
from devices.face_mesh import FaceMesh, Region, SeenFace
from devices.liveness import Action, NeverAhead, front_of, is_live, turned_of


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
    frames = [decode_face_image(picture) for picture in pictures]
    faces = list(_follow(matcher, mesh, frames))
    try:
        front = front_of(faces)
    except NeverAhead:
        raise FaceImageRejected(FaceImageCode.NOT_FRONTAL) from None
    template = matcher.embed_selfie(frames[faces.index(front)])
    live = is_live(faces, actions) and all(
        matcher.is_same_face(template, frames[faces.index(turned)], turned) for turned in turned_of(faces)
    )
    return FaceSeries(template, live)


def _follow(matcher: FaceMatcher, mesh: FaceMesh, frames: Sequence[Pixels]) -> Iterator[SeenFace]:
    """The face of each frame, sought where it was in the one before."""
    face: SeenFace | None = None
    for frame in frames:
        if face is not None:
            face = mesh.see(frame, face.region)
        if face is None:
            face = _found(matcher, mesh, frame)
        yield face


def _found(matcher: FaceMatcher, mesh: FaceMesh, frame: Pixels) -> SeenFace:
    """The face of a frame, sought all over it; the second look is at the face's own size."""
    rough = mesh.see(frame, Region.around(matcher.detect_selfie(frame)))
    found = rough and mesh.see(frame, rough.region)
    if found is None:
        raise FaceImageRejected(FaceImageCode.NO_FACE)
    return found
