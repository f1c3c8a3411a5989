import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_decoders.sam_frame import PREAMBLE, SamData, checksum, parse_sam_frame
from devices.card_ports import DecoderRefused, ProtocolError

blocks = st.tuples(st.binary(min_size=256, max_size=256), st.binary(min_size=1024, max_size=1024))


def framed(body: bytes) -> bytes:
    measured = (len(body) + 1).to_bytes(2) + body
    return PREAMBLE + measured + bytes([checksum(measured)])


def frame_of(text: bytes, photo: bytes) -> bytes:
    return framed(b"\x00\x00\x90" + len(text).to_bytes(2) + len(photo).to_bytes(2) + text + photo)


@given(blocks)
def test_a_whole_frame_gives_its_two_blocks(content: tuple[bytes, bytes]) -> None:
    frame = frame_of(*content)
    assert len(frame) == 1295
    assert frame[5:7] == bytes.fromhex("0508")  # the length that all documents of real modules have
    assert parse_sam_frame(frame) == SamData(*content)


@given(blocks, st.integers(0, 1294), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(content: tuple[bytes, bytes], at: int, change: int) -> None:
    frame = bytearray(frame_of(*content))
    frame[at] ^= change
    with pytest.raises(ProtocolError):
        parse_sam_frame(bytes(frame))


@given(st.integers(0, 1294))
def test_a_cut_frame_is_refused(size: int) -> None:
    with pytest.raises(ProtocolError):
        parse_sam_frame(frame_of(bytes(256), bytes(1024))[:size])


@pytest.mark.parametrize("status", [0x31, 0x41, 0x66, 0x80])
def test_any_other_status_is_a_refusal(status: int) -> None:
    with pytest.raises(DecoderRefused) as caught:
        parse_sam_frame(framed(bytes([0, 0, status])))
    assert caught.value.status_word == status


@pytest.mark.parametrize("sizes", [(255, 1024), (256, 1023), (255, 1025), (0, 0)])
def test_blocks_of_another_size_are_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(ProtocolError, match="size"):
        parse_sam_frame(frame_of(bytes(sizes[0]), bytes(sizes[1])))


def test_bytes_behind_the_blocks_are_refused() -> None:
    inner = frame_of(bytes(256), bytes(1024))[7:-1]
    with pytest.raises(ProtocolError, match="size"):
        parse_sam_frame(framed(inner + b"\0"))


@given(st.binary(max_size=64))
def test_garbage_is_a_protocol_error(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_sam_frame(octets)
    with pytest.raises((ProtocolError, DecoderRefused)):
        parse_sam_frame(framed(octets))
