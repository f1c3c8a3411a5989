"""From bytes that a stranger sent to pixels, with every limit checked before memory is spent."""

import io
import struct
import warnings
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

MAX_BYTES = 1024 * 1024
MAX_PIXELS = 4_000_000  # twice what cameras film at their usual setting; forty of them take some seconds
WORKING_SIDE = 640  # HOG takes 0.5 s for a 9-megapixel photo and 16 ms at 640 x 480, and finds the same faces

Pixels = npt.NDArray[np.uint8]  # height x width x 3, RGB
Subject = Literal["selfie", "portrait"]


class FaceImageCode(StrEnum):
    """Stable reasons for refusing a picture; an app can tell the person what to do by them."""

    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    FACE_TOO_SMALL = "face_too_small"
    NOT_FRONTAL = "not_frontal"
    TOO_BLURRED = "too_blurred"


class FaceImageRejected(Exception):
    """A picture failed a check. `subject` tells the person's selfie from the portrait on the card."""

    def __init__(self, code: FaceImageCode, subject: Subject = "selfie") -> None:
        super().__init__(code)
        self.code = code
        self.subject = subject

    def __str__(self) -> str:
        return f"{self.subject} refused: {self.code}"


_WANTED = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"RIFF", "WEBP"))
# only to say "unsupported" instead of "not an image"; none of these is ever parsed
_UNWANTED = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP", b"8BPS", b"\0\0\1\0", b"<svg", b"<?xml")

# what Pillow's decoders raise for damaged files
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, struct.error)


def decode_face_image(octets: bytes, subject: Subject = "selfie") -> Pixels:
    """Decode JPEG, PNG or WebP, turn it upright by its EXIF orientation and scale it down to 640 at most.

    Of an animation the first frame counts. Raises FaceImageRejected.
    """
    if len(octets) > MAX_BYTES:
        raise FaceImageRejected(FaceImageCode.TOO_MANY_BYTES, subject)
    kind = _format(octets, subject)
    try:
        with warnings.catch_warnings():
            # Pillow warns about odd metadata of pictures it reads well, and of sizes that we refuse ourselves
            warnings.simplefilter("ignore")
            return _pixels(octets, kind)
    except (Image.DecompressionBombError, _TooManyPixels):
        raise FaceImageRejected(FaceImageCode.TOO_MANY_PIXELS, subject) from None
    except _DAMAGED:
        raise FaceImageRejected(FaceImageCode.NOT_AN_IMAGE, subject) from None


class _TooManyPixels(Exception):
    """The header announces more than MAX_PIXELS."""


def _format(octets: bytes, subject: Subject) -> str:
    for magic, kind in _WANTED:
        if octets.startswith(magic):
            return kind
    # ISO media files (HEIC, AVIF) carry their brand after a box length
    known = octets.startswith(_UNWANTED) or octets[4:8] == b"ftyp"
    code = FaceImageCode.UNSUPPORTED_FORMAT if known else FaceImageCode.NOT_AN_IMAGE
    raise FaceImageRejected(code, subject)


def _pixels(octets: bytes, kind: str) -> Pixels:
    with Image.open(io.BytesIO(octets), formats=[kind]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _TooManyPixels
        image.draft(
            "RGB", (2 * WORKING_SIDE, 2 * WORKING_SIDE)
        )  # JPEG only: decodes at a half, a quarter ...
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(upright, dtype=np.uint8)
