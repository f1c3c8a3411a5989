import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.face_image import MAX_BYTES, FaceImageCode, FaceImageRejected, decode_face_image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def refused(octets: bytes) -> FaceImageCode:
    with pytest.raises(FaceImageRejected) as caught:
        decode_face_image(octets)
    return caught.value.code


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds hardly a pixel: what a decompression bomb looks like."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    chunks = [head, data, b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_three_formats_become_rgb(kind: str, mode: str) -> None:
    pixels = decode_face_image(encoded(Image.new(mode, (80, 60)), kind))
    assert pixels.shape == (60, 80, 3)
    assert pixels.dtype == np.uint8


def test_a_palette_with_transparency_becomes_rgb() -> None:
    image = Image.new("RGBA", (80, 60), (10, 20, 30, 0)).convert("P")
    assert decode_face_image(encoded(image, "PNG", transparency=bytes([0, 9]))).shape == (60, 80, 3)


def test_a_big_picture_is_scaled_down_to_640() -> None:
    assert decode_face_image(encoded(Image.new("RGB", (2400, 1200)), "JPEG")).shape == (320, 640, 3)


def test_a_phone_held_upright_gives_an_upright_picture() -> None:
    image = Image.new("RGB", (80, 60))
    image.paste((255, 0, 0), (0, 0, 80, 30))  # red above, as the sensor saw it
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise: above becomes right
    pixels = decode_face_image(encoded(image, "JPEG", exif=exif))
    assert pixels.shape == (80, 60, 3)
    assert (int(pixels[40, 10, 0]) // 64, int(pixels[40, 50, 0]) // 64) == (0, 3)  # black left, red right


@pytest.mark.parametrize("octets", [b"", b"hello", b"RIFF\x10\0\0\0WAVEfmt ", bytes(100)])
def test_other_bytes_are_no_image(octets: bytes) -> None:
    assert refused(octets) == "not_an_image"


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "AVIF"])
def test_other_formats_are_unsupported(kind: str) -> None:
    assert refused(encoded(Image.new("RGB", (80, 60)), kind)) == "unsupported_format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_cut_picture_is_no_image(kind: str) -> None:
    noise = Image.effect_noise((200, 200), 60)
    octets = encoded(noise, kind)
    assert refused(octets[: len(octets) // 2]) == "not_an_image"


def test_more_than_a_megabyte_is_too_much() -> None:
    octets = encoded(Image.new("RGB", (80, 60)), "JPEG")
    assert decode_face_image(octets.ljust(MAX_BYTES, b"\0")).shape == (60, 80, 3)
    assert refused(octets.ljust(MAX_BYTES + 1, b"\0")) == "too_many_bytes"


@pytest.mark.parametrize("side", [2001, 12_000, 60_000])  # above our limit, Pillow's warning, Pillow's error
def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    assert refused(png_header(side, side)) == "too_many_pixels"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@given(changes=st.lists(st.tuples(st.integers(12, 700), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_picture_is_decoded_or_refused_and_nothing_else(
    kind: str, changes: list[tuple[int, int]]
) -> None:
    octets = bytearray(DAMAGEABLE[kind])
    for at, value in changes:
        octets[at % len(octets)] = value
    _decoded_or_refused(bytes(octets))


def _decoded_or_refused(octets: bytes) -> None:
    try:
        decode_face_image(octets)
    except FaceImageRejected as error:
        known = error.code
    else:
        known = FaceImageCode.NOT_AN_IMAGE
    assert known in FaceImageCode


def _with_metadata(make: Callable[..., bytes], kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return make(Image.effect_noise((40, 30), 60), kind, exif=exif)


DAMAGEABLE = {kind: _with_metadata(encoded, kind) for kind in ("JPEG", "PNG", "WEBP")}
