"""A toy for the card's secret algorithm: the same dialogue, keys that open nothing real."""

import hashlib
import hmac
from itertools import count

CHALLENGE_BYTES = 8
_MASTER = b"double of the resident ID card, no secret"


def cryptogram(challenge: bytes) -> bytes:
    """The 8-byte answer that proves the key for a challenge."""
    return hmac.new(_MASTER, challenge, hashlib.sha256).digest()[:CHALLENGE_BYTES]


def crypt(uid: bytes, file_id: int, octets: bytes) -> bytes:
    """Encipher or decipher a file of a card; the key stream depends on the chip and on the file."""
    stream = b""
    for block in count():
        if len(stream) >= len(octets):
            break
        stream += hashlib.sha256(_MASTER + uid + file_id.to_bytes(2) + block.to_bytes(4)).digest()
    return bytes(left ^ right for left, right in zip(octets, stream, strict=False))
