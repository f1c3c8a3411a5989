"""What became of relays is counted, and not whose they were."""

import pytest

from api.verification.relay_dialogues import BEGUN, BUSY, ENDED
from jiazheng.demo.doubles.sam_service import Misbehaviour, SamService
from jiazheng.embedded.valkey import EmbeddedValkey
from tests.controls.api import Api
from tests.controls.relays import Phone, another_process, counted, decoder_at, phone_of
from tests.controls.workers import choosing_worker


@pytest.fixture
def phone(api: Api) -> Phone:
    return phone_of(choosing_worker(api))


@pytest.mark.parametrize(
    ("fails", "how"),
    [
        (Misbehaviour(), "read"),
        (Misbehaviour(refuse_with=0x09), "decoder_refused"),
        (Misbehaviour(cut_after=0), "decoder_unreachable"),
        (Misbehaviour(bad_checksum=True), "protocol_error"),
    ],
    ids=str,
)
def test_a_relay_is_counted_at_its_beginning_and_by_its_end(
    api: Api, valkey: EmbeddedValkey, phone: Phone, fails: Misbehaviour, how: str
) -> None:
    begun, ended = counted(BEGUN), counted(ENDED, how)
    with SamService(fails) as service, another_process(api, valkey.url, decoder_at(service)) as url:
        phone.read(url)
    assert counted(BEGUN) == begun + 1
    assert counted(ENDED, how) > ended, "another test's may end meanwhile"


def test_a_card_that_was_taken_away_is_counted(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    ended = counted(ENDED, "card_removed")
    with SamService() as service, another_process(api, valkey.url, decoder_at(service)) as url:
        phone.answer(url, phone.begin(url).json(), answer=None)
    assert counted(ENDED, "card_removed") > ended


def test_who_finds_no_place_is_counted_and_has_begun_nothing(
    api: Api, valkey: EmbeddedValkey, phone: Phone
) -> None:
    begun, busy = counted(BEGUN), counted(BUSY)
    with SamService() as service, another_process(api, valkey.url, decoder_at(service), at_a_time=0) as url:
        phone.begin(url)
    assert (counted(BEGUN), counted(BUSY)) == (begun, busy + 1)
