"""How an API finds the decoder of phones' cards: elsewhere only under TLS, with a certificate to go by."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from devices.card_ports import DecoderUnreachable, RawDocument
from devices.card_reader import NfcCardReader
from jiazheng.bootstrap import build_card_decoder
from jiazheng.demo.doubles.id_card import CardField, IdCard
from jiazheng.demo.doubles.sam_service import SamService
from jiazheng.settings import Settings
from tests.controls.cards import portrait
from tests.controls.certificates_of_servers import certified
from tests.controls.kiosks import card_of
from tests.controls.people import new_person
from tests.controls.relays import found_at


def given(settings: Settings, **changes: object) -> Settings:
    """The settings of a process that finds these in its environment."""
    told = settings.model_dump() | {"DATABASE_URL": "", "KEYS_DATABASE_URL": "", "REDIS_URL": ""}
    return Settings(**told | changes)


def test_without_a_host_there_is_no_decoder(settings: Settings) -> None:
    assert build_card_decoder(settings) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_decoder_on_this_machine_needs_no_certificate(settings: Settings, host: str) -> None:
    decoder = build_card_decoder(given(settings, card_decoder_host=host, card_decoder_port=9000))
    assert decoder is not None
    assert decoder.tls is None


@pytest.mark.parametrize("host", ["10.0.0.7", "decoder.example", "localhost.example"])
def test_a_decoder_elsewhere_is_refused_without_a_certificate(settings: Settings, host: str) -> None:
    with pytest.raises(ValidationError, match="JIAZHENG_CARD_DECODER_CA_FILE"):
        given(settings, card_decoder_host=host, card_decoder_port=9000)


def decoded(settings: Settings, service: SamService, ca_file: Path) -> RawDocument:
    """A card, decoded by a service as these settings find it."""
    told = {**found_at(service), "card_decoder_ca_file": ca_file}
    decoder, card = build_card_decoder(given(settings, **told)), IdCard(card_of(new_person()), portrait())
    assert decoder is not None
    with CardField(card) as field:
        reader = NfcCardReader(field.path)
        reader.open()
        try:
            return decoder.decode(reader.poll())
        finally:
            reader.close()


def test_a_decoder_with_the_right_certificate_is_believed(settings: Settings, tmp_path: Path) -> None:
    ca_file, tls = certified(tmp_path)
    with SamService(tls=tls) as service:
        assert decoded(settings, service, ca_file).decoder_id.startswith("sam:")


def test_a_decoder_with_another_certificate_hears_nothing(settings: Settings, tmp_path: Path) -> None:
    # given a service whose certificate is of another authority, and one whose is for another address
    (others := tmp_path / "others").mkdir()
    ca_file, elsewhere = certified(tmp_path, "127.0.0.2")
    for tls in (certified(others)[1], elsewhere):
        # when a card is to be decoded by it, then it is none of ours
        with SamService(tls=tls) as service, pytest.raises(DecoderUnreachable):
            decoded(settings, service, ca_file)


def test_a_host_needs_a_port(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="JIAZHENG_CARD_DECODER_PORT"):
        given(settings, card_decoder_host="127.0.0.1")
