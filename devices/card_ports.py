"""Ports between the ledger's kiosk and the card hardware, and the errors that cross them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Protocol


class CardReadError(Exception):
    """A card could not be read; `code` is stable and safe to show, to count and to store."""

    code: ClassVar[str] = "card_read_failed"


class ReaderGone(CardReadError):
    """The reader is not there (any more): unplugged, never plugged in, or its device file vanished."""

    code = "reader_gone"


class ReaderHung(CardReadError):
    """The reader is there and does not answer its own commands; only closing and re-opening helps."""

    code = "reader_hung"


class CardRemoved(CardReadError):
    """The card stopped answering; a wedged chip looks the same and needs the field to be cycled."""

    code = "card_removed"


class ProtocolError(CardReadError):
    """Bytes arrived that the protocol does not allow. The message names the place, never the bytes."""

    code = "protocol_error"


class UnknownCardKind(ProtocolError):
    """The whole document was read, and is of a kind that is not known here."""


class DecoderUnreachable(CardReadError):
    """The decoding service cannot be reached, closed the connection, or let the deadline pass."""

    code = "decoder_unreachable"


class DecoderRefused(CardReadError):
    """The decoder answered, and its answer is no.

    `status_word` is one byte: 05 to 09 from a remote service, otherwise SW3 of a SAM frame (31 = mutual
    authentication failed, 41 = read failed, 66 = unauthorised ...).
    """

    code = "decoder_refused"

    def __init__(self, status_word: int) -> None:
        super().__init__(f"the card decoder refused with status {status_word:02X}")
        self.status_word = status_word


class CardKind(StrEnum):
    """The type flag at byte 248 of the text block."""

    RESIDENT = " "
    HONG_KONG_MACAU_TAIWAN = "J"
    FOREIGNER_2017 = "I"
    FOREIGNER_2023 = "Y"


class CardLink(Protocol):
    """An activated type B card in the field, good until the next poll."""

    @property
    def atqb(self) -> bytes:
        """The card's answer to REQB, 12 bytes and more."""

    @property
    def uid(self) -> bytes:
        """Eight bytes, plain and clonable: evidence, never an identity."""

    def exchange(self, apdu: bytes, timeout_seconds: float) -> bytes:
        """Send one raw APDU and return the answer with its two status bytes.

        Raises CardRemoved, ProtocolError or ReaderGone.
        """


@dataclass(frozen=True)
class ReaderHealth:
    """What a probe of the reader found: nfcpy's driver name and the firmware, where the driver tells it."""

    driver: str
    firmware: str


class CardReader(Protocol):
    """One reader; not thread-safe: nfcpy wants a single owner thread."""

    def open(self) -> None:
        """Take the device. Raises ReaderGone."""

    def close(self) -> None:
        """Switch the field off and let the device go; safe to call twice, and after ReaderGone."""

    def poll(self) -> CardLink | None:
        """Cycle the field, look for one card and activate it; None when there is none.

        Raises ReaderGone, CardRemoved or ProtocolError.
        """

    def health(self) -> ReaderHealth:
        """Ask the reader itself, without a card. Raises ReaderGone or ReaderHung."""


@dataclass(frozen=True)
class RawDocument:
    """What a decoder hands over: 256 bytes of UTF-16LE text and 1024 bytes of portrait, still opaque."""

    kind: CardKind
    text256: bytes = field(repr=False)
    photo1024: bytes = field(repr=False)
    decoder_id: str


class CardDecoder(Protocol):
    """Reads the document of a card; `link` is None for decoders that have a radio of their own."""

    def decode(self, link: CardLink | None) -> RawDocument:
        """Return the whole document or raise a CardReadError; never part of a document."""
