import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from devices.card_ports import ProtocolError
from devices.portrait import EmbeddedPortraitDecoder
from jiazheng.demo.portraits import NoPortrait, card_portrait, photo_block

decoder = EmbeddedPortraitDecoder()


def test_a_webp_comes_out_of_its_block_as_it_went_in(portrait: bytes) -> None:
    assert decoder.decode(photo_block(portrait)) == portrait


def test_a_card_portrait_has_the_size_of_real_ones(portrait: bytes) -> None:
    assert len(portrait) <= 1024
    with Image.open(io.BytesIO(portrait)) as image:
        assert (image.format, image.size) == ("WEBP", (102, 126))


def test_a_jpeg_comes_out_of_its_block_as_it_went_in() -> None:
    out = io.BytesIO()
    Image.new("RGB", (102, 126), (90, 60, 50)).save(out, "JPEG", quality=20)
    assert decoder.decode(photo_block(out.getvalue())) == out.getvalue()


HEADERS = st.sampled_from([b"", b"RIFF\x00\x01\0\0WEBP", b"RIFF\xff\xff\0\0WEBP", b"\xff\xd8\xff"])


@given(HEADERS, st.binary(max_size=1012))
def test_only_what_looks_like_an_image_and_ends_in_its_block_is_passed_on(head: bytes, rest: bytes) -> None:
    block = (head + rest).ljust(1024, b"\0")[:1024]
    # whether it is an image is for the image decoder to find out
    with contextlib.suppress(ProtocolError):
        cut = decoder.decode(block)
        assert cut.startswith((b"RIFF", b"\xff\xd8\xff"))
        assert cut.ljust(1024, b"\0") == block


@given(st.binary(max_size=1100))
def test_other_bytes_are_a_protocol_error(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        decoder.decode(b"WLT" + octets)


@pytest.mark.parametrize("size", [0, 1023, 1025])
def test_a_block_of_another_size_is_refused(portrait: bytes, size: int) -> None:
    with pytest.raises(ProtocolError, match="1024"):
        decoder.decode(portrait.ljust(1025, b"\0")[:size])


def test_a_webp_that_claims_more_than_the_block_is_refused(portrait: bytes) -> None:
    block = photo_block(portrait)
    with pytest.raises(ProtocolError, match="end"):
        decoder.decode(block[:4] + b"\xff\xff\0\0" + block[8:])


def test_bytes_behind_the_image_are_not_ignored(portrait: bytes) -> None:
    with pytest.raises(ProtocolError, match="end"):
        decoder.decode(photo_block(portrait)[:-1] + b"\x01")


def test_a_cut_jpeg_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        decoder.decode(b"\xff\xd8\xff".ljust(1024, b"\0"))


def test_a_picture_without_a_face_makes_no_portrait() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 300)).save(out, "PNG")
    with pytest.raises(NoPortrait):
        card_portrait(out.getvalue())


def test_a_portrait_that_does_not_fit_is_refused() -> None:
    with pytest.raises(NoPortrait):
        photo_block(bytes(1025))
