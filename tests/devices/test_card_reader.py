"""The real nfcpy with its udp driver against a card on the other end of a socket."""

import errno
import gc
import termios
from collections.abc import Iterator
from typing import Any

import nfc.clf
import pytest

from devices.card_activation import FrameActivation
from devices.card_ports import CardRemoved, ProtocolError, ReaderGone, ReaderHealth, ReaderHung
from devices.card_reader import NfcCardReader
from jiazheng.demo.doubles.id_card import ATQB, CardField, Fault, IdCard

SELECT_TEXT = bytes.fromhex("00A40000026018")


@pytest.fixture
def reader(field: CardField) -> Iterator[NfcCardReader]:
    opened = NfcCardReader(field.path)
    opened.open()
    yield opened
    opened.close()


def test_a_card_in_the_field_is_woken_and_tells_its_uid(reader: NfcCardReader, card: IdCard) -> None:
    link = reader.poll()
    assert link is not None
    assert (link.atqb, link.uid) == (ATQB, card.uid)


def test_apdus_go_to_the_card_as_they_are(reader: NfcCardReader) -> None:
    link = reader.poll()
    assert link is not None
    assert link.exchange(SELECT_TEXT, 1.0) == b"\x90\x00"


def test_the_field_is_cycled_at_every_poll(reader: NfcCardReader, card: IdCard) -> None:
    first = reader.poll()
    assert first is not None
    first.exchange(SELECT_TEXT, 1.0)
    assert reader.poll() is not None
    assert card.apdus == 1  # the chip has forgotten the first session; only the UID was read in the second


def test_without_a_card_a_poll_finds_none(reader: NfcCardReader, field: CardField) -> None:
    field.take_away()
    assert reader.poll() is None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REMOVED, CardRemoved),
        (Fault.SILENT, CardRemoved),
        (Fault.GARBAGE, ProtocolError),
        (Fault.SHORT, ProtocolError),
    ],
)
def test_a_card_that_fails_during_a_session(
    reader: NfcCardReader, card: IdCard, fault: Fault, error: type[Exception]
) -> None:
    card.fault, card.fault_after = fault, 1
    link = reader.poll()
    assert link is not None
    with pytest.raises(error) as caught:
        link.exchange(SELECT_TEXT, 0.1)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(("fault", "error"), [(Fault.REMOVED, CardRemoved), (Fault.SHORT, ProtocolError)])
def test_a_card_that_fails_while_it_is_activated(
    reader: NfcCardReader, card: IdCard, fault: Fault, error: type[Exception]
) -> None:
    card.fault = fault
    with pytest.raises(error):
        reader.poll()


def test_a_wrong_answer_to_attrib_is_a_protocol_error(
    reader: NfcCardReader, card: IdCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = card.answer
    monkeypatch.setattr(card, "answer", lambda frame: b"\x09" if frame[0] == 0x1D else answer(frame))
    with pytest.raises(ProtocolError):
        reader.poll()


@pytest.mark.parametrize("answer_to_uid", [b"\x6d\x00", bytes(8) + b"\x6d\x00", bytes(7) + b"\x90\x00"])
def test_a_card_that_does_not_tell_its_uid_is_no_id_card(
    reader: NfcCardReader, card: IdCard, monkeypatch: pytest.MonkeyPatch, answer_to_uid: bytes
) -> None:
    answer = card.answer
    monkeypatch.setattr(
        card, "answer", lambda frame: answer_to_uid if frame[:2] == b"\x00\x36" else answer(frame)
    )
    with pytest.raises(ProtocolError):
        reader.poll()


def test_a_link_ends_with_the_next_poll(reader: NfcCardReader, field: CardField) -> None:
    link = reader.poll()
    assert link is not None
    field.take_away()
    assert reader.poll() is None
    with pytest.raises(CardRemoved):
        link.exchange(SELECT_TEXT, 1.0)


def test_opening_twice_lets_the_first_device_go(reader: NfcCardReader) -> None:
    reader.open()
    gc.collect()  # a socket left open would be told here
    assert reader.poll() is not None


def test_a_reader_that_is_not_there_is_gone() -> None:
    with pytest.raises(ReaderGone):
        NfcCardReader("tty:no-such-port:pn532").open()


def test_a_closed_reader_is_gone_and_can_be_closed_again(reader: NfcCardReader) -> None:
    reader.close()
    reader.close()
    with pytest.raises(ReaderGone):
        reader.poll()


def test_after_closing_it_can_be_opened_again(reader: NfcCardReader) -> None:
    reader.close()
    reader.open()
    assert reader.poll() is not None


def test_health_names_driver_and_chipset(reader: NfcCardReader) -> None:
    assert reader.health() == ReaderHealth("udp", "UDP")


class _Failing(FrameActivation):
    """What a PN532 on a pulled or a hanging line raises out of nfcpy."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def wake(self, frontend: Any) -> bytes | None:  # noqa: ARG002 - the port's signature
        raise self._error

    def probe(self, frontend: Any) -> str:  # noqa: ARG002 - the port's signature
        raise self._error


@pytest.mark.parametrize("error", [termios.error(errno.EIO, "gone"), OSError(errno.ENODEV, "gone")])
def test_a_reader_that_is_unplugged_is_gone(field: CardField, error: Exception) -> None:
    reader = NfcCardReader(field.path, {"udp": _Failing(error)})
    reader.open()
    for call in (reader.poll, reader.health):
        with pytest.raises(ReaderGone):
            call()
    reader.close()


def test_a_reader_that_ignores_its_probe_is_hung(field: CardField) -> None:
    reader = NfcCardReader(field.path, {"udp": _Failing(nfc.clf.TimeoutError("no answer"))})
    reader.open()
    with pytest.raises(ReaderHung):
        reader.health()
    reader.close()


def test_a_driver_without_known_activation_is_refused_by_name(field: CardField) -> None:
    reader = NfcCardReader(field.path, {})
    reader.open()
    with pytest.raises(ProtocolError, match="udp"):
        reader.poll()
    reader.close()
