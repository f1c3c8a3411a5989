"""A whole read: nfcpy, a card on a udp socket, a decoding service on a tcp socket."""

import re
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from socket import create_server, socket

import pytest

from devices.card_decoders.remote_sam import RemoteSamDecoder, format_samid
from devices.card_document import CardDocument, parse_card_document
from devices.card_evidence import TranscribedLink
from devices.card_ports import (
    CardKind,
    CardReadError,
    CardRemoved,
    DecoderRefused,
    DecoderUnreachable,
    ProtocolError,
    RawDocument,
)
from devices.card_reader import NfcCardLink, NfcCardReader
from devices.portrait import EmbeddedPortraitDecoder
from jiazheng.demo.doubles.id_card import CardField, Fault, IdCard
from jiazheng.demo.doubles.sam_service import Misbehaviour, SamService

WORKS = Misbehaviour()
APDUS_OF_A_READ = 5 + 1 + 1 + 1 + 2 + 1 + 5  # authentication, then select and read of header, text and photo


@pytest.fixture
def link(field: CardField) -> Iterator[NfcCardLink]:
    reader = NfcCardReader(field.path)
    reader.open()
    found = reader.poll()
    assert found is not None
    yield found
    reader.close()


def decode(
    link: NfcCardLink | TranscribedLink, fails: Misbehaviour = WORKS, card_timeout_seconds: float = 30.0
) -> RawDocument:
    """With bounds that are wider than any test takes, but for the one that is given."""
    with SamService(fails) as service:
        decoder = RemoteSamDecoder(
            *service.address, deadline_seconds=60.0, card_timeout_seconds=card_timeout_seconds
        )
        return decoder.decode(link)


def test_the_document_comes_off_the_card(link: NfcCardLink, document: CardDocument, portrait: bytes) -> None:
    raw = decode(link)
    assert raw.kind is CardKind.RESIDENT
    assert parse_card_document(raw) == document
    assert EmbeddedPortraitDecoder().decode(raw.photo1024) == portrait
    assert raw.decoder_id == "sam:05.01-0305419896-2309737967-0000000001"


def test_two_cards_are_told_apart(
    link: NfcCardLink, field: CardField, document: CardDocument, portrait: bytes
) -> None:
    first = decode(link)
    field.place(IdCard(replace(document, name="李秀英"), portrait))
    reader = NfcCardReader(field.path)
    reader.open()
    second_link = reader.poll()
    assert second_link is not None
    second = decode(second_link)
    reader.close()
    assert parse_card_document(first) == document
    assert parse_card_document(second) == replace(document, name="李秀英")


def test_the_evidence_covers_every_apdu_and_names_nobody(link: NfcCardLink, document: CardDocument) -> None:
    transcribed = TranscribedLink(link)
    raw = decode(transcribed)
    evidence = transcribed.evidence(raw.decoder_id, uid_key=b"k" * 32)
    assert evidence.apdu_count == APDUS_OF_A_READ
    assert evidence.atqb == link.atqb.hex()
    assert re.fullmatch("[0-9a-f]{64}", evidence.transcript_sha256)
    assert evidence.uid_hash != TranscribedLink(link).evidence("x", uid_key=b"l" * 32).uid_hash
    shown = repr(evidence) + repr(raw) + repr(parse_card_document(raw))
    assert repr(raw.text256[:6])[2:-1] not in shown
    assert not any(secret in shown for secret in (document.name, document.id_number, link.uid.hex()))


def test_two_reads_of_one_card_leave_different_transcripts(link: NfcCardLink) -> None:
    reads = [TranscribedLink(link) for _ in range(2)]
    for each in reads:
        decode(each)
    first, second = (each.evidence("sam", b"k" * 32) for each in reads)
    assert first.transcript_sha256 != second.transcript_sha256
    assert first.uid_hash == second.uid_hash


@pytest.mark.parametrize("code", [5, 6, 7, 8, 9])
def test_a_refusal_of_the_service_keeps_its_code(link: NfcCardLink, code: int) -> None:
    with pytest.raises(DecoderRefused) as caught:
        decode(link, Misbehaviour(refuse_with=code))
    assert caught.value.status_word == code


def test_a_refusal_of_the_sam_keeps_its_status(link: NfcCardLink) -> None:
    with pytest.raises(DecoderRefused) as caught:
        decode(link, Misbehaviour(sam_status=0x41))
    assert caught.value.status_word == 0x41


@pytest.mark.parametrize(
    ("fails", "error", "says"),
    [
        (Misbehaviour(bad_checksum=True), ProtocolError, "checksum"),
        (Misbehaviour(short_frame=True), ProtocolError, "wrong length"),
        (Misbehaviour(refuse_with=0x0A), ProtocolError, "unknown type"),
        (Misbehaviour(refuse_with=0x03), ProtocolError, "unknown type"),  # an empty APDU
        (Misbehaviour(endless=True), ProtocolError, "does not end"),
        (Misbehaviour(opening=b"\0\0"), ProtocolError, "wrong length"),
        (Misbehaviour(opening=b"\xff\xff"), ProtocolError, "wrong length"),
        (Misbehaviour(cut_after=0), DecoderUnreachable, "closed"),
        (Misbehaviour(cut_after=APDUS_OF_A_READ), DecoderUnreachable, "closed"),
    ],
)
def test_a_service_that_fails(
    link: NfcCardLink, fails: Misbehaviour, error: type[CardReadError], says: str
) -> None:
    with pytest.raises(error, match=says):
        decode(link, fails)


def test_a_silent_service_is_given_up_at_the_deadline(link: NfcCardLink) -> None:
    with SamService(Misbehaviour(silent_after=0)) as service, pytest.raises(DecoderUnreachable):
        RemoteSamDecoder(*service.address, deadline_seconds=0.3).decode(link)


def test_a_service_that_does_not_take_up_tls_is_given_up_at_the_deadline(link: NfcCardLink) -> None:
    started, tls = time.monotonic(), ssl.create_default_context()
    with create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        with pytest.raises(DecoderUnreachable):
            RemoteSamDecoder(host, port, deadline_seconds=0.3, tls=tls).decode(link)
    assert time.monotonic() - started < 20


def test_a_connect_does_not_take_the_whole_deadline(link: NfcCardLink) -> None:
    # given a service whose queue of connections is full
    with create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(3):
            client = waiting.enter_context(socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        host, port = full.getsockname()
        # when it is connected to, then it is given up long before the deadline
        started = time.monotonic()
        with pytest.raises(DecoderUnreachable):
            RemoteSamDecoder(host, port, deadline_seconds=60.0).decode(link)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("host", ["a" * 64, "decoder..example"])
def test_a_host_name_that_is_none_is_unreachable(link: NfcCardLink, host: str) -> None:
    with pytest.raises(DecoderUnreachable, match="host name"):
        RemoteSamDecoder(host, 1).decode(link)


def test_a_dripping_service_cannot_stretch_the_deadline(link: NfcCardLink) -> None:
    started = time.monotonic()
    with SamService(Misbehaviour(drip=True)) as service, pytest.raises(DecoderUnreachable):
        RemoteSamDecoder(*service.address, deadline_seconds=0.3).decode(link)
    assert time.monotonic() - started < 20


def test_a_silent_card_cannot_stretch_the_deadline(link: NfcCardLink, card: IdCard) -> None:
    card.fault = Fault.SILENT
    started = time.monotonic()
    # on a busy machine the deadline passes before the card is asked
    gives_up = pytest.raises((CardRemoved, DecoderUnreachable))
    with SamService() as service, gives_up:
        RemoteSamDecoder(*service.address, deadline_seconds=0.3, card_timeout_seconds=60.0).decode(link)
    assert time.monotonic() - started < 20


def test_a_card_of_an_unknown_kind_is_refused(
    link: NfcCardLink, field: CardField, document: CardDocument, portrait: bytes, card: IdCard
) -> None:
    odd = IdCard(document, portrait, uid=card.uid, text_block=b"Q\0" * 128)
    odd.active = True
    field.replace(odd)
    with pytest.raises(ProtocolError, match="type flag"):
        decode(link)


def test_a_service_that_is_not_there_is_unreachable(link: NfcCardLink) -> None:
    with SamService() as service:
        address = service.address
    with pytest.raises(DecoderUnreachable):
        RemoteSamDecoder(*address).decode(link)


@pytest.mark.parametrize(
    ("fault", "error", "card_timeout_seconds"),
    [
        (Fault.REMOVED, CardRemoved, 30.0),
        (Fault.SILENT, CardRemoved, 2.0),
        (Fault.SHORT, ProtocolError, 30.0),
    ],
)
def test_a_card_that_fails_half_way_leaves_no_document(
    link: NfcCardLink, card: IdCard, fault: Fault, error: type[CardReadError], card_timeout_seconds: float
) -> None:
    card.fault, card.fault_after = fault, 12
    with pytest.raises(error):
        decode(link, card_timeout_seconds=card_timeout_seconds)


def test_the_decoder_needs_a_link() -> None:
    with pytest.raises(ProtocolError):
        RemoteSamDecoder("127.0.0.1", 1).decode(None)


def test_a_samid_reads_as_printed_on_the_module() -> None:
    assert (
        format_samid(bytes.fromhex("05000100d2029649") + bytes(8)) == "05.01-1234567890-0000000000-0000000000"
    )
