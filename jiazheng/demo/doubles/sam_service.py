"""A decoding service: speaks `devices.card_decoders.remote_sam`'s protocol and reads `IdCard`s through it."""

import contextlib
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass
from secrets import token_bytes
from typing import Self

from devices.card_decoders import remote_sam
from devices.card_decoders.sam_frame import PREAMBLE, STATUS_OK, checksum
from jiazheng.demo.doubles.card_crypto import CHALLENGE_BYTES, crypt, cryptogram
from jiazheng.demo.doubles.id_card import HEADER_FILE, OK, PHOTO_FILE, PLAIN_FILE, TEXT_FILE

CHUNK = 0xE6
SAMID = bytes.fromhex("0500010078563412efcdab8901000000")
AUTHENTICATION_FAILED = 0x31


@dataclass(frozen=True)
class Misbehaviour:
    """How the service fails; all at their defaults it works."""

    refuse_with: int | None = None  # 05 to 09, instead of the document
    sam_status: int = STATUS_OK  # SW3 of the frame
    bad_checksum: bool = False
    cut_after: int | None = None  # closes in the middle of the message after so many
    silent_after: int | None = None
    endless: bool = False  # asks for the same APDU for ever
    short_frame: bool = False
    opening: bytes | None = None  # sent as it is instead of the first message
    drip: bool = False  # sends a long message, one byte every 50 ms


class SamService:
    """A context manager; listens on `address`, with TLS by a context, one thread per kiosk."""

    def __init__(self, misbehaviour: Misbehaviour | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tls = tls
        self._server.misbehaviour = misbehaviour or Misbehaviour()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return "127.0.0.1", self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False  # so that server_close waits for every handler
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        super().__init__(address, handler)
        self.stopping = threading.Event()
        self.misbehaviour = Misbehaviour()
        self.tls: ssl.SSLContext | None = None


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        # a kiosk that gave up closes its end; the service just waits for the next one
        with contextlib.suppress(OSError, _Ended), self._secured() as sock:
            _Dialogue(sock, self.server).run()

    def _secured(self) -> socket.socket:
        tls = self.server.tls
        plain: socket.socket = self.request
        return plain if tls is None else tls.wrap_socket(plain, server_side=True)


class _Ended(Exception):
    """The dialogue is over, on one side's wish."""


class _Dialogue:
    def __init__(self, sock: socket.socket, server: _Server) -> None:
        self._sock, self._server = sock, server
        self._fails = server.misbehaviour
        self._sent = 0

    def run(self) -> None:
        start = self._receive(remote_sam.START)
        uid = start[2 + start[1] + 1 :]
        while self._fails.drip and not self._server.stopping.wait(0.05):
            self._sock.sendall(b"\x0f")
        while self._fails.endless:
            self._card(bytes.fromhex("0084000008"))
        if not self._authenticated():
            self._done(AUTHENTICATION_FAILED, b"")
        self._file(HEADER_FILE, 64)
        text = crypt(uid, TEXT_FILE, self._file(TEXT_FILE, 256))
        photo = crypt(uid, PHOTO_FILE, self._file(PHOTO_FILE, 1024))
        if self._fails.refuse_with is not None:
            self._send(self._fails.refuse_with, b"")
        sizes = len(text).to_bytes(2) + len(photo).to_bytes(2)
        self._done(self._fails.sam_status, sizes + text + photo)

    def _authenticated(self) -> bool:
        self._card(_select(PLAIN_FILE))
        self._card(bytes.fromhex("80B0000020"))
        challenge = token_bytes(CHALLENGE_BYTES)
        proof = self._card(bytes.fromhex("0088000008") + challenge)
        answer = cryptogram(self._card(bytes.fromhex("0084000008"))[:CHALLENGE_BYTES])
        accepted = self._card(bytes.fromhex("0082000008") + answer) == b""
        return accepted and proof == cryptogram(challenge)

    def _file(self, file_id: int, size: int) -> bytes:
        self._card(_select(file_id))
        content = b""
        while len(content) < size:
            part = min(CHUNK, size - len(content))
            content += self._card(b"\x80\xb0" + len(content).to_bytes(2) + bytes([part]))
        return content

    def _card(self, apdu: bytes) -> bytes:
        self._send(remote_sam.CONTINUE, apdu)
        answer = self._receive(remote_sam.ANSWER)
        if not answer.endswith(OK):
            self._send(min(remote_sam.REFUSALS), b"")
            raise _Ended
        return answer[: -len(OK)]

    def _done(self, status: int, blocks: bytes) -> None:
        # a failed read has the same size on the wire here, so that a kiosk sees the status and not the length
        rest = bytes(2) + bytes([status]) + blocks.ljust(4 + 256 + 1024, b"\0")
        measured = (len(rest) + 1).to_bytes(2) + rest
        check = checksum(measured) ^ (0xFF if self._fails.bad_checksum else 0)
        frame = PREAMBLE + measured + bytes([check])
        self._send(remote_sam.DONE, (frame[:-1] if self._fails.short_frame else frame) + SAMID)
        raise _Ended

    def _send(self, kind: int, body: bytes) -> None:
        message = (1 + len(body)).to_bytes(2) + bytes([kind]) + body
        if self._sent == self._fails.silent_after:
            self._server.stopping.wait()
            raise _Ended
        if self._sent == self._fails.cut_after:
            self._sock.sendall(message[:-1])
            raise _Ended
        self._sock.sendall(self._fails.opening or message)
        self._sent += 1

    def _receive(self, kind: int) -> bytes:
        message = self._exactly(int.from_bytes(self._exactly(2)))
        if message[:1] != bytes([kind]):
            raise _Ended
        return message[1:]

    def _exactly(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            chunk = self._sock.recv(size - len(received))
            if not chunk:
                raise _Ended
            received += chunk
        return received


def _select(file_id: int) -> bytes:
    return bytes.fromhex("00A4000002") + file_id.to_bytes(2)
