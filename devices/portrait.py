"""From the 1024 opaque photo bytes of a card to an encoded image."""

from typing import Protocol

from devices.card_ports import ProtocolError

PHOTO_BYTES = 1024
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


class PortraitDecoder(Protocol):
    """Genuine cards carry WLT, whose decoders are closed and licensed: the operator plugs one in here."""

    def decode(self, photo1024: bytes) -> bytes:
        """Return the portrait (102 x 126 pixels) as JPEG, PNG or WebP. Raises ProtocolError."""


class EmbeddedPortraitDecoder:
    """For photo blocks that are a small WebP or JPEG file filled up with zeros, as our test doubles have."""

    def decode(self, photo1024: bytes) -> bytes:
        """See PortraitDecoder.decode."""
        if len(photo1024) != PHOTO_BYTES:
            raise ProtocolError("portrait: not 1024 bytes")
        if photo1024.startswith(b"RIFF") and photo1024[8:12] == b"WEBP":
            return _cut(photo1024, 8 + int.from_bytes(photo1024[4:8], "little"))
        if photo1024.startswith(_JPEG_START):
            return _cut(photo1024, photo1024.rfind(_JPEG_END) + len(_JPEG_END))
        raise ProtocolError("portrait: neither WebP nor JPEG")


def _cut(photo1024: bytes, size: int) -> bytes:
    if not 12 <= size <= PHOTO_BYTES or any(photo1024[size:]):
        raise ProtocolError("portrait: the image does not end inside its block")
    return photo1024[:size]
