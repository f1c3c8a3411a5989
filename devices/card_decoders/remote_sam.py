"""A decoder behind a TCP service: we relay APDUs between the card in the field and the service's SAM.

No public specification of such a service exists; this small protocol follows what one vendor's client shows.
Every message is `LEN16BE | TYPE | BODY`, LEN counting TYPE and BODY (1 to 4096).

    to the service      01 START    version 01, length of ATQB, ATQB, length of UID, UID
                        02 ANSWER   the card's answer with its status bytes
    from the service    03 CONTINUE an APDU for the card
                        04 DONE     SAM frame (1295 bytes), SAMID (16 bytes)
                        05 read failed, 06 unauthorised, 07 device disabled, 08 account disabled, 09 no
                        balance

Either side ends a dialogue early by closing. Nothing of an unfinished dialogue is kept.
"""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from devices.card_decoders.sam_frame import FRAME_BYTES, parse_sam_frame
from devices.card_ports import (
    CardKind,
    CardLink,
    DecoderRefused,
    DecoderUnreachable,
    ProtocolError,
    RawDocument,
    UnknownCardKind,
)
from devices.host_lookup import HostLookup

START, ANSWER, CONTINUE, DONE = 0x01, 0x02, 0x03, 0x04
REFUSALS = range(0x05, 0x0A)
PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 4096
MAX_APDUS = 200  # a whole read takes about 15; a service that never ends must not keep the card for ever
SAMID_BYTES = 16
TYPE_FLAG_AT = 248
CARD_TIMEOUT_SECONDS = 2.0
CONNECT_SECONDS = 3.0


@dataclass(frozen=True)
class RemoteSamDecoder:
    """CardDecoder over the protocol above.

    `deadline_seconds` bounds a whole decode, connect and TLS included; the look-up of the host and a connect
    to each of its addresses have `CONNECT_SECONDS` of it. `tls` is to be given for
    any service that is not on the same machine: its messages hold the document. `card_timeout_seconds` bounds
    each exchange with the card, and is longer where the card is far away.
    """

    host: str
    port: int
    deadline_seconds: float = 15.0
    tls: ssl.SSLContext | None = None
    card_timeout_seconds: float = CARD_TIMEOUT_SECONDS
    lookup: HostLookup = field(default_factory=HostLookup, repr=False, compare=False)

    def require_reachable(self, timeout_seconds: float) -> None:
        """Connect, with TLS as in a dialogue, and hang up; raises DecoderUnreachable."""
        with self._connected(time.monotonic() + timeout_seconds):
            return

    def decode(self, link: CardLink | None) -> RawDocument:
        """Return the document of the card behind `link`.

        Raises DecoderRefused, DecoderUnreachable, ProtocolError, and what `link.exchange` raises.
        """
        if link is None:
            raise ProtocolError("this decoder needs a card link")
        deadline = time.monotonic() + self.deadline_seconds
        with self._connected(deadline) as channel:
            channel.send(START, _start_body(link))
            return _relay(channel, link, self.card_timeout_seconds)

    @contextmanager
    def _connected(self, deadline: float) -> Iterator["_Channel"]:
        try:
            with self._connect(deadline) as plain:
                plain.settimeout(_left(deadline))
                if self.tls is None:
                    yield _Channel(plain, deadline)
                else:
                    with self.tls.wrap_socket(plain, server_hostname=self.host) as secured:
                        yield _Channel(secured, deadline)
        except OSError as error:
            raise DecoderUnreachable(f"the decoding service failed: {type(error).__name__}") from None

    def _connect(self, deadline: float) -> socket.socket:
        try:
            found = self.lookup.addresses(self.host, self.port, min(CONNECT_SECONDS, _left(deadline)))
        except UnicodeError:
            raise DecoderUnreachable("the decoding service has a host name that is none") from None
        *others, last = found
        for address in others:
            with suppress(OSError):
                return address.connect(min(CONNECT_SECONDS, _left(deadline)))
        return last.connect(min(CONNECT_SECONDS, _left(deadline)))


@dataclass(frozen=True)
class _Channel:
    """Framed messages on a socket, all within one deadline (monotonic seconds)."""

    sock: socket.socket
    deadline: float

    def send(self, kind: int, body: bytes) -> None:
        self.sock.settimeout(_left(self.deadline))
        self.sock.sendall((1 + len(body)).to_bytes(2) + bytes([kind]) + body)

    def receive(self) -> tuple[int, bytes]:
        length = int.from_bytes(self._exactly(2))
        if not 1 <= length <= MAX_MESSAGE_BYTES:
            raise ProtocolError("decoding service: a message has a wrong length")
        message = self._exactly(length)
        return message[0], message[1:]

    def _exactly(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            self.sock.settimeout(_left(self.deadline))
            chunk = self.sock.recv(size - len(received))
            if not chunk:
                raise DecoderUnreachable("the decoding service closed the connection")
            received += chunk
        return received


def _left(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise DecoderUnreachable("the decoding service let the deadline pass")
    return remaining


def _start_body(link: CardLink) -> bytes:
    return bytes([PROTOCOL_VERSION, len(link.atqb)]) + link.atqb + bytes([len(link.uid)]) + link.uid


def _relay(channel: _Channel, link: CardLink, card_timeout_seconds: float) -> RawDocument:
    for _ in range(MAX_APDUS):
        kind, body = channel.receive()
        if kind == DONE:
            return _document(body)
        if kind in REFUSALS:
            raise DecoderRefused(kind)
        if kind != CONTINUE or not body:
            raise ProtocolError("decoding service: a message of unknown type")
        timeout = min(card_timeout_seconds, _left(channel.deadline))
        channel.send(ANSWER, link.exchange(body, timeout))
    raise ProtocolError("decoding service: the dialogue does not end")


def _document(body: bytes) -> RawDocument:
    if len(body) != FRAME_BYTES + SAMID_BYTES:
        raise ProtocolError("decoding service: the final message has a wrong length")
    blocks = parse_sam_frame(body[:FRAME_BYTES])
    samid = format_samid(body[FRAME_BYTES:])
    return RawDocument(_kind(blocks.text256), blocks.text256, blocks.photo1024, f"sam:{samid}")


def _kind(text256: bytes) -> CardKind:
    try:
        return CardKind(text256[TYPE_FLAG_AT : TYPE_FLAG_AT + 2].decode("utf-16-le"))
    except ValueError:  # an unknown flag, or no character at all
        raise UnknownCardKind("card text: unknown type flag") from None


def format_samid(samid: bytes) -> str:
    """The 16 bytes of a SAMID as they are printed on modules: little-endian u16.u16-u32-u32-u32."""
    first, second = (int.from_bytes(samid[at : at + 2], "little") for at in (0, 2))
    rest = (int.from_bytes(samid[at : at + 4], "little") for at in (4, 8, 12))
    return f"{first:02d}.{second:02d}-" + "-".join(f"{part:010d}" for part in rest)
