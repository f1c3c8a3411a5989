"""The ID card reader on nfcpy: polls for a resident ID card and exchanges raw APDUs with it."""

import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import nfc
import nfc.clf

from devices.card_activation import ACTIVATIONS, Activation
from devices.card_ports import CardRemoved, ProtocolError, ReaderGone, ReaderHealth, ReaderHung

READ_UID = bytes.fromhex("0036000008")
UID_TIMEOUT_SECONDS = 0.3
STATUS_OK = b"\x90\x00"

# termios.error, which an unplugged serial reader raises, is no OSError
_GONE = (OSError, termios.error)
# nfcpy's drivers index into and unhexlify what arrived without looking at it first
_GARBAGE = (nfc.clf.ProtocolError, nfc.clf.TransmissionError, IndexError, ValueError)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn nfcpy's errors into ours; the causes are cut off, for they may quote what the card said."""
    try:
        yield
    except nfc.clf.BrokenLinkError:
        raise CardRemoved("the card left the field") from None
    except nfc.clf.TimeoutError:
        raise CardRemoved("the card did not answer in time") from None
    except nfc.clf.UnsupportedTargetError:
        raise ProtocolError("this reader does not speak type B") from None
    except _GARBAGE:
        raise ProtocolError("the reader or the card sent an invalid frame") from None
    except _GONE:
        raise ReaderGone("the card reader is gone") from None


class NfcCardLink:
    """A card that one NfcCardReader has activated; see devices.card_ports.CardLink."""

    def __init__(self, frontend: Any, atqb: bytes) -> None:  # untyped library
        self._frontend = frontend
        self.atqb = atqb
        self.uid = self._read_uid()

    def exchange(self, apdu: bytes, timeout_seconds: float) -> bytes:
        """See CardLink.exchange. The card knows no ISO-DEP blocks, so that nfcpy's tags are of no use."""
        with _translated():
            answer = self._frontend.exchange(apdu, timeout_seconds)
        if answer is None:
            raise CardRemoved("the reader has forgotten the card")
        if len(answer) < len(STATUS_OK):
            raise ProtocolError("the card's answer is too short to hold a status")
        return bytes(answer)

    def _read_uid(self) -> bytes:
        answer = self.exchange(READ_UID, UID_TIMEOUT_SECONDS)
        if len(answer) != 10 or not answer.endswith(STATUS_OK):
            raise ProtocolError("the card did not tell its UID")
        return answer[:8]


class NfcCardReader:
    """CardReader on nfcpy.

    `path` is nfcpy's device path (`usb:054c:06c3`, `tty:USB0:pn532`, `udp:127.0.0.1:54321`). After ReaderGone
    or ReaderHung close and open again: that builds a new frontend, the old one is beyond repair.
    """

    def __init__(self, path: str, activations: Mapping[str, Activation] = ACTIVATIONS) -> None:
        self._path = path
        self._activations = activations
        self._frontend: Any = None  # untyped library

    def open(self) -> None:
        """See CardReader.open."""
        self.close()
        with _translated():
            self._frontend = nfc.ContactlessFrontend(self._path)

    def close(self) -> None:
        """See CardReader.close."""
        frontend, self._frontend = self._frontend, None
        if frontend is not None:
            with suppress(*_GONE):  # there is nothing left to close on a reader that was pulled out
                frontend.close()

    def poll(self) -> NfcCardLink | None:
        """See CardReader.poll. `sense` mutes the field first, which is what resets a wedged chip."""
        frontend = self._opened()
        with _translated():
            atqb = self._activation().wake(frontend)
        return None if atqb is None else NfcCardLink(frontend, atqb)

    def health(self) -> ReaderHealth:
        """See CardReader.health."""
        frontend = self._opened()
        try:
            with _translated():
                firmware = self._activation().probe(frontend)
        except CardRemoved:
            raise ReaderHung("the reader does not answer its own commands") from None
        return ReaderHealth(self._driver(), firmware)

    def _opened(self) -> Any:  # untyped library
        if self._frontend is None:
            raise ReaderGone("the card reader is not open")
        return self._frontend

    def _driver(self) -> str:
        return type(self._frontend.device).__module__.rpartition(".")[2]

    def _activation(self) -> Activation:
        driver = self._driver()
        if driver not in self._activations:
            raise ProtocolError(f"no way is known to wake an ID card with nfcpy's driver {driver}")
        return self._activations[driver]
