"""The people of a folder: who is seen looking ahead, and who turned, in which of their pictures."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from devices.face_image import FaceImageRejected, Pixels, decode_face_image
from devices.face_matcher import FaceMatcher
from devices.face_mesh import FaceMesh, Region, SeenFace
from devices.liveness import (
    AHEAD_DEGREES,
    TURNED_DEGREES,
    front_of,
    opened_of,
)

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SMALL_SIDE = 200
"""Up to so many pixels a picture is a face and little else; it gets a border and three times the size."""
_BORDER, _ENLARGED, _GREY = 20, 3, (120, 120, 120)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that shows one face; `name` is that of its folder and its file."""

    name: str
    pixels: Pixels = field(repr=False)
    face: SeenFace


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody who looks ahead in at least one picture.

    Attributes:
        name: of the folder.
        opened: how far the eyes are open when they are.
    """

    name: str
    front: Picture
    turned: list[Picture]
    ahead: list[Picture]
    opened: float


@dataclass(frozen=True, eq=False)
class Album:
    """The pictures of one person; `unseen` have no face that is found, or several."""

    name: str
    pictures: list[Picture]
    unseen: int

    def person(self) -> Person:
        """Raises NeverAhead."""
        faces = [picture.face for picture in self.pictures]
        front = self.pictures[faces.index(front_of(faces))]
        turned = [each for each in self.pictures if abs(each.face.yaw) >= TURNED_DEGREES]
        ahead = [each for each in self.pictures if abs(each.face.yaw) <= AHEAD_DEGREES]
        return Person(self.name, front, turned, ahead, opened_of(faces))


class Onlooker:
    """Looks at faces with what the service looks at them with."""

    def __init__(self) -> None:
        self.matcher, self.mesh = FaceMatcher(), FaceMesh()

    def find(self, pixels: Pixels) -> SeenFace | None:
        """The face of a single picture, sought all over it. Raises FaceImageRejected."""
        return self._look_twice(pixels, Region.around(self.matcher.detect_selfie(pixels)))

    def follow(self, pixels: Pixels, before: SeenFace) -> SeenFace | None:
        """The face of the next picture of a film."""
        return self._look_twice(pixels, before.region)

    def _look_twice(self, pixels: Pixels, where: Region) -> SeenFace | None:
        rough = self.mesh.see(pixels, where)
        return rough and self.mesh.see(pixels, rough.region)

    def album(self, folder: Path) -> Album:
        """Everything that a folder shows."""
        files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in SUFFIXES]
        found = [picture for file in files if (picture := self._picture(file))]
        return Album(folder.name, found, len(files) - len(found))

    def _picture(self, file: Path) -> Picture | None:
        try:
            pixels = enlarged(decode_face_image(file.read_bytes()))
            face = self.find(pixels)
        except FaceImageRejected:
            return None
        return None if face is None else Picture(f"{file.parent.name}/{file.name}", pixels, face)


def enlarged(pixels: Pixels) -> Pixels:
    """A small picture with a border, at three times its size; another one as it is."""
    if max(pixels.shape[:2]) > SMALL_SIDE:
        return pixels
    bordered = ImageOps.expand(Image.fromarray(pixels), _BORDER, _GREY)
    size = (bordered.width * _ENLARGED, bordered.height * _ENLARGED)
    return np.asarray(bordered.resize(size, Image.Resampling.LANCZOS))
