"""The reply frame of a SAM_V decoder (GA 467): `AAAAAA9669 | LEN16BE | SW1 SW2 SW3 | DATA | XOR`.

LEN counts from SW1 through the checksum; the checksum is the XOR of everything from LEN through DATA. DATA of
a successful read is `textLen16BE photoLen16BE text photo`: 256 and 1024 bytes, 1295 bytes for the whole
frame.
"""

from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from devices.card_ports import DecoderRefused, ProtocolError

PREAMBLE = bytes.fromhex("AAAAAA9669")
STATUS_OK = 0x90
TEXT_BYTES, PHOTO_BYTES = 256, 1024
FRAME_BYTES = 1295
_HEADER_BYTES = len(PREAMBLE) + 2


@dataclass(frozen=True)
class SamData:
    """The two blocks of a document, 256 and 1024 bytes."""

    text256: bytes = field(repr=False)
    photo1024: bytes = field(repr=False)


def checksum(octets: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, octets, 0)


def parse_sam_frame(frame: bytes) -> SamData:
    """Check a whole frame and return its blocks.

    Raises ProtocolError for a wrong preamble, length or checksum, DecoderRefused(SW3) for any status but 90.
    """
    body = _checked_body(frame)
    status, blocks = body[2], body[3:]
    if status != STATUS_OK:
        raise DecoderRefused(status)
    sizes = int.from_bytes(blocks[:2]), int.from_bytes(blocks[2:4])
    if sizes != (TEXT_BYTES, PHOTO_BYTES) or len(blocks) != 4 + TEXT_BYTES + PHOTO_BYTES:
        raise ProtocolError("SAM frame: the text or photo block has a wrong size")
    return SamData(blocks[4 : 4 + TEXT_BYTES], blocks[4 + TEXT_BYTES :])


def _checked_body(frame: bytes) -> bytes:
    """SW1 to the end of DATA."""
    if not frame.startswith(PREAMBLE):
        raise ProtocolError("SAM frame: wrong preamble")
    length = int.from_bytes(frame[len(PREAMBLE) : _HEADER_BYTES])
    if length != len(frame) - _HEADER_BYTES or length < 4:
        raise ProtocolError("SAM frame: the length does not match")
    if checksum(frame[len(PREAMBLE) :]):  # XOR over bytes and their own checksum is zero
        raise ProtocolError("SAM frame: the checksum does not match")
    return frame[_HEADER_BYTES:-1]
