"""Card portraits for the demo: what a photo looks like after it went through 1024 bytes of an ID card."""

import io

import dlib
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

PORTRAIT_SIZE = (102, 126)  # width and height on the card, pixels
PHOTO_BYTES = 1024
_WORKING_SIDE = 640
_FACE_SHARE = 1 / 1.35  # of the portrait's width; more background would cost the face its bytes
_BACKDROP = (200, 200, 200)  # cards are taken before a plain wall, and a plain wall takes no bytes


class NoPortrait(Exception):
    """The picture shows not exactly one face, or does not fit into the bytes of a card."""


def card_portrait(image: bytes) -> bytes:
    """Return a 102 x 126 WebP of at most 1024 bytes, cut from a picture with one face. Raises NoPortrait."""
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(image))).convert("RGB")
    return _encoded(_before_backdrop(_cut_out(picture)))


def photo_block(portrait: bytes) -> bytes:
    """Fill a portrait up with zeros to the 1024 bytes of a photo block. Raises NoPortrait if it is longer."""
    if len(portrait) > PHOTO_BYTES:
        raise NoPortrait("the portrait has more than 1024 bytes")
    return portrait.ljust(PHOTO_BYTES, b"\0")


def _cut_out(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.LANCZOS)
    faces = dlib.get_frontal_face_detector()(np.asarray(small), 0)
    if len(faces) != 1:
        raise NoPortrait("exactly one face is needed")
    scale = picture.width / small.width
    face = faces[0]
    width = face.width() * scale / _FACE_SHARE
    height = width * PORTRAIT_SIZE[1] / PORTRAIT_SIZE[0]
    left = (face.left() + face.right()) / 2 * scale - width / 2
    top = (face.top() + face.bottom()) / 2 * scale - height / 2
    box = (round(left), round(top), round(left + width), round(top + height))
    return picture.crop(box).resize(PORTRAIT_SIZE, Image.Resampling.LANCZOS)


def _before_backdrop(portrait: Image.Image) -> Image.Image:
    width, height = PORTRAIT_SIZE
    face = width * _FACE_SHARE
    mask = Image.new("L", PORTRAIT_SIZE, 0)
    oval = (
        width / 2 - 0.62 * face,
        height / 2 - 0.78 * face,
        width / 2 + 0.62 * face,
        height / 2 + 0.72 * face,
    )
    ImageDraw.Draw(mask).ellipse(oval, fill=255)
    softened = mask.filter(ImageFilter.GaussianBlur(3))
    return Image.composite(portrait, Image.new("RGB", PORTRAIT_SIZE, _BACKDROP), softened)


def _encoded(portrait: Image.Image) -> bytes:
    """The best quality that fits: size grows with quality, so that halving finds it."""
    best, low, high = b"", 1, 100
    while low <= high:
        quality = (low + high) // 2
        out = io.BytesIO()
        portrait.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= PHOTO_BYTES:
            best, low = out.getvalue(), quality + 1
        else:
            high = quality - 1
    if not best:
        raise NoPortrait("the portrait does not fit into 1024 bytes")
    return best
