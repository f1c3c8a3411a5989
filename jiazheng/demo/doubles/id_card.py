"""A resident ID card and the field it lies in: the peer of nfcpy's `udp` driver, on a real socket.

The driver's datagrams are `b"106B <hex>"` and `b"RFOFF"`. The card speaks what was seen on the air of real
ones: REQB `05 00 00`, ATTRIB, then raw APDUs for UID, file selection, mutual authentication and reads.
"""

import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from devices.card_document import CardDocument
from jiazheng.demo.doubles.card_crypto import CHALLENGE_BYTES, crypt, cryptogram
from jiazheng.demo.doubles.card_text import encode_card_text
from jiazheng.demo.portraits import photo_block

ATQB = bytes.fromhex("5000000000D103860C008080")
HEADER_FILE, TEXT_FILE, PHOTO_FILE, PLAIN_FILE = 0x6011, 0x6018, 0x6019, 0x6002
OK, NOT_ALLOWED, NOT_FOUND, UNKNOWN = b"\x90\x00", b"\x69\x82", b"\x6a\x82", b"\x6d\x00"


class Fault(Enum):
    """What goes wrong once the card has answered `Card.fault_after` APDUs."""

    REMOVED = "the card is taken away"
    SILENT = "the chip wedges and answers nothing"
    GARBAGE = "the frame is no hexadecimal"
    SHORT = "the answer has no status bytes"


@dataclass
class IdCard:
    """One card; `portrait` is an image of at most 1024 bytes."""

    document: CardDocument = field(repr=False)
    portrait: bytes = field(repr=False)
    uid: bytes = field(default_factory=lambda: secrets.token_bytes(8))
    text_block: bytes | None = None  # instead of the document's, 256 bytes
    fault: Fault | None = None
    fault_after: int = 0

    def __post_init__(self) -> None:
        self._files = {
            PLAIN_FILE: self.uid.ljust(32, b"\0"),
            HEADER_FILE: crypt(self.uid, HEADER_FILE, bytes(64)),
            TEXT_FILE: crypt(self.uid, TEXT_FILE, self.text_block or encode_card_text(self.document)),
            PHOTO_FILE: crypt(self.uid, PHOTO_FILE, photo_block(self.portrait)),
        }
        self.reset()

    def reset(self) -> None:
        """The field went off: the chip forgets everything but its files."""
        self.active, self.apdus = False, 0
        self._selected: int | None = None
        self._challenge: bytes | None = None
        self._trusted = False

    def answer(self, frame: bytes) -> bytes | None:
        """Answer a frame as the chip does, None where it stays silent."""
        if len(frame) == 3 and frame[0] == 0x05:
            return ATQB if frame[1] == 0x00 else None
        if frame.startswith(b"\x1d\x00\x00\x00\x00"):
            self.active = True
            return b"\x08"
        if not self.active:
            return None
        self.apdus += 1
        return self._apdu(frame)

    def _apdu(self, apdu: bytes) -> bytes:
        commands: dict[int, Callable[[bytes], bytes]] = {
            0x36: lambda _: self.uid + OK,
            0xA4: self._select,
            0x84: self._get_challenge,
            0x88: lambda command: cryptogram(command[5 : 5 + CHALLENGE_BYTES]) + OK,
            0x82: self._external_authenticate,
            0xB0: self._read,
        }
        command = commands.get(apdu[1]) if len(apdu) > 1 else None
        return UNKNOWN if command is None else command(apdu)

    def _select(self, apdu: bytes) -> bytes:
        file_id = int.from_bytes(apdu[5:7])
        if file_id not in self._files:
            return NOT_FOUND
        self._selected = file_id
        return OK

    def _get_challenge(self, _: bytes) -> bytes:
        self._challenge = secrets.token_bytes(CHALLENGE_BYTES)
        return self._challenge + OK

    def _external_authenticate(self, apdu: bytes) -> bytes:
        challenge, self._challenge = self._challenge, None
        self._trusted = challenge is not None and apdu[5:] == cryptogram(challenge)
        return OK if self._trusted else NOT_ALLOWED

    def _read(self, apdu: bytes) -> bytes:
        if self._selected is None:
            return NOT_FOUND
        if self._selected != PLAIN_FILE and not self._trusted:
            return NOT_ALLOWED
        offset, size = int.from_bytes(apdu[2:4]), apdu[4]
        return self._files[self._selected][offset : offset + size] + OK


class CardField:
    """The field of a reader, for `NfcCardReader(field.path)`: a context manager with a thread of its own."""

    def __init__(self, card: IdCard | None = None) -> None:
        self._card = card
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="card-field", daemon=True)

    @property
    def path(self) -> str:
        """The device path that nfcpy is given for this field."""
        return f"udp:127.0.0.1:{self._socket.getsockname()[1]}"

    def place(self, card: IdCard) -> None:
        """Put a card on the reader, in place of any other."""
        card.reset()
        self.replace(card)

    def replace(self, card: IdCard) -> None:
        """Exchange the card without a break of the field: what a fraud would try."""
        self._card = card

    def take_away(self) -> None:
        """Take the card off the reader."""
        self._card = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopper:
            stopper.sendto(b"STOP", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            datagram, sender = self._socket.recvfrom(2048)
            if datagram == b"STOP":
                return
            answer = self._answer(datagram)
            if answer is not None:
                self._socket.sendto(answer, sender)

    def _answer(self, datagram: bytes) -> bytes | None:
        card = self._card
        if datagram == b"RFOFF" and card is not None:
            card.reset()
        if card is None or not datagram.startswith(b"106B "):
            return None
        if card.active and card.fault is not None and card.apdus >= card.fault_after:
            return self._misbehave(card.fault)
        answer = card.answer(bytes.fromhex(datagram[5:].decode("ascii")))
        return None if answer is None else b"106B " + answer.hex().encode("ascii")

    def _misbehave(self, fault: Fault) -> bytes | None:
        if fault is Fault.REMOVED:
            self._card = None
            return b"RFOFF"
        return {Fault.SILENT: None, Fault.GARBAGE: b"106B zz", Fault.SHORT: b"106B 90"}[fault]
