"""A relay that does not come to its end: each failure has a code, and leaves no document."""

import time
from asyncio import create_task, run, sleep
from socket import create_server
from uuid import uuid4

import httpx
import pytest

from api.http.problems import Problem
from api.verification.relay_dialogues import CardRelays
from api.verification.relayed_links import OfferedCard
from devices.card_ports import CardLink, RawDocument
from jiazheng.demo.client import Refusal
from jiazheng.demo.doubles.id_card import CardField, Fault
from jiazheng.demo.doubles.sam_service import Misbehaviour, SamService
from jiazheng.demo.relaying import read_card_by_relay
from jiazheng.embedded.valkey import EmbeddedValkey
from tests.controls.api import Api
from tests.controls.kiosks import card_of, challenge
from tests.controls.problems import refusal
from tests.controls.relays import (
    TURNS_OF_A_READ,
    Phone,
    another_process,
    decoder_at,
    phone_of,
    traces_of,
)
from tests.controls.routes import NOBODY_THERE
from tests.controls.workers import choosing_worker

UNREADABLE = (422, "card-unreadable", None)
UNAVAILABLE = (503, "card-decoder-unavailable", None)
LOST = (404, "card-relay-lost", None)
NOWHERE = "redis://127.0.0.1:1/0"
NO_RELAY = {"turn": 1, "relay_id": NOBODY_THERE}


@pytest.fixture
def phone(api: Api) -> Phone:
    return phone_of(choosing_worker(api))


@pytest.mark.parametrize(
    ("fails", "problem"),
    [
        (Misbehaviour(refuse_with=0x05), UNREADABLE),
        (Misbehaviour(sam_status=0x31), UNREADABLE),
        (Misbehaviour(sam_status=0x41), UNREADABLE),
        (Misbehaviour(refuse_with=0x06), UNAVAILABLE),
        (Misbehaviour(refuse_with=0x09), UNAVAILABLE),
        (Misbehaviour(sam_status=0x66), UNAVAILABLE),
        (Misbehaviour(bad_checksum=True), UNAVAILABLE),
        (Misbehaviour(short_frame=True), UNAVAILABLE),
        (Misbehaviour(endless=True), UNAVAILABLE),
        (Misbehaviour(opening=b"\0\0"), UNAVAILABLE),
        (Misbehaviour(cut_after=0), UNAVAILABLE),
        (Misbehaviour(cut_after=TURNS_OF_A_READ), UNAVAILABLE),
        (Misbehaviour(silent_after=0), UNAVAILABLE),
        (Misbehaviour(drip=True), UNAVAILABLE),
    ],
    ids=str,
)
def test_a_decoder_that_fails_has_a_code(
    api: Api, valkey: EmbeddedValkey, phone: Phone, fails: Misbehaviour, problem: tuple[int, str, str | None]
) -> None:
    is_slow = fails.drip or fails.silent_after is not None
    with SamService(fails) as service:
        decoder = decoder_at(service, deadline_seconds=0.5 if is_slow else 300.0)
        with another_process(api, valkey.url, decoder) as url:
            assert refusal(phone.read(url)) == problem


def test_a_decoder_that_fails_is_in_the_log_without_a_byte(
    api: Api, valkey: EmbeddedValkey, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    fails = Misbehaviour(bad_checksum=True)
    with SamService(fails) as service, another_process(api, valkey.url, decoder_at(service)) as url:
        phone.read(url)
    assert "the card decoder failed" in caplog.text
    traces = [phone.card.uid.hex(), *traces_of(card_of(phone.visitor.person), phone)]
    assert not [trace for trace in traces if trace in caplog.text]


def test_without_a_decoder_no_card_is_read(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    with another_process(api, valkey.url, None) as url:
        assert refusal(phone.begin(url)) == UNAVAILABLE


def test_a_decoder_that_is_not_there_is_unavailable(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    with SamService() as service:
        decoder = decoder_at(service)
    with another_process(api, valkey.url, decoder) as url:
        answer = phone.begin(url)
    assert refusal(answer) == UNAVAILABLE
    assert "retry-after" not in answer.headers


def test_without_valkey_no_card_is_read(api: Api, phone: Phone) -> None:
    with SamService() as service, another_process(api, NOWHERE, decoder_at(service)) as url:
        assert to_be_repeated(phone.begin(url))
        assert to_be_repeated(phone.answer(url, NO_RELAY, answer="9000"))


def test_a_valkey_that_stalls_keeps_no_phone_waiting(api: Api, phone: Phone) -> None:
    # given a Valkey that takes connections and answers nothing
    with create_server(("127.0.0.1", 0)) as stalled, SamService() as service:
        nothing = f"redis://127.0.0.1:{stalled.getsockname()[1]}/0"
        with another_process(api, nothing, decoder_at(service), wait_seconds=0.5) as url:
            # when a phone begins, or goes on, then it is told to repeat that, a little after its wait
            began = time.monotonic()
            assert to_be_repeated(phone.begin(url))
            assert to_be_repeated(phone.answer(url, NO_RELAY, answer="9000"))
            assert time.monotonic() - began < 20


def to_be_repeated(answer: httpx.Response) -> bool:
    """Whether the same request is to be sent again; without the header the relay would be over."""
    return refusal(answer) == UNAVAILABLE and answer.headers.get("retry-after") == "1"


@pytest.mark.parametrize("fault", [Fault.REMOVED, Fault.SHORT, Fault.GARBAGE])
def test_a_card_that_fails_half_way_is_unreadable(phone: Phone, fault: Fault) -> None:
    # given a card that is taken away, or answers nonsense, in the middle
    client = phone.visitor.client
    phone.card.fault, phone.card.fault_after = fault, 9
    # when it is read, then the app learns that the card is the matter
    with CardField(phone.card) as field, pytest.raises(Refusal) as refused:
        read_card_by_relay(client, field.path, challenge(client))
    assert refused.value.code == "card-unreadable"


def test_after_a_lost_card_the_relay_is_over(api: Api, phone: Phone) -> None:
    told = phone.begin(api.url).json()
    assert refusal(phone.answer(api.url, told, answer=None)) == UNREADABLE
    assert refusal(phone.answer(api.url, told | {"turn": 2}, answer="9000")) == LOST


def test_wrong_answers_of_a_card_are_refused(api: Api, phone: Phone) -> None:
    # given a card that answers whatever it is asked
    told = phone.begin(api.url).json()
    while (answer := phone.answer(api.url, told, answer="00" * 8 + "9000")).is_success:
        told = answer.json()
    # then the decoder does not take it for one
    assert refusal(answer) == UNREADABLE


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_decoder_that_breaks_leaves_no_phone_waiting(
    api: Api, valkey: EmbeddedValkey, phone: Phone
) -> None:
    with another_process(api, valkey.url, Broken(), at_a_time=1) as url:
        began = time.monotonic()
        assert refusal(phone.begin(url)) == UNAVAILABLE
        assert refusal(phone.begin(url)) == UNAVAILABLE
    assert time.monotonic() - began < 20


class Broken:
    """A decoder with a mistake in it."""

    def decode(self, link: CardLink | None) -> RawDocument:
        raise ZeroDivisionError(link)


def test_a_dialogue_that_died_is_given_up(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    # given a dialogue of which nothing is heard, as if its process had been killed
    with (
        SamService(Misbehaviour(silent_after=3)) as service,
        another_process(api, valkey.url, decoder_at(service), wait_seconds=0.5) as url,
    ):
        # when the phone waits for the next turn, then it learns that it has to begin again
        assert refusal(phone.read(url)) == LOST


def test_a_process_that_ends_leaves_no_phone_waiting(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    # given a relay whose process ends
    with SamService() as service:
        with another_process(api, valkey.url, decoder_at(service)) as url:
            told = phone.begin(url).json()
            ends_at = time.monotonic()
        took = time.monotonic() - ends_at
        # when the phone goes on at another one, then it learns so at once
        answer = phone.answer(api.url, told)
    assert refusal(answer) == LOST
    assert took < 20


def test_a_process_ends_in_order_also_without_valkey(own_valkey: EmbeddedValkey) -> None:
    run(_end_without_valkey(own_valkey))


async def _end_without_valkey(own_valkey: EmbeddedValkey) -> None:
    with SamService(Misbehaviour(silent_after=0)) as service:
        # given a relay that waits for the decoder
        relays = CardRelays(own_valkey.url, bytes(32), decoder_at(service), "")
        begun = create_task(relays.begin(uuid4(), OfferedCard("", bytes(12), bytes(8))))
        await sleep(0)
        # when Valkey is gone at the end of the process, so that it cannot be hung up
        own_valkey.kill()
        with pytest.raises(Problem) as refused:
            await begun
        assert refused.value.retry_after_seconds == 1
        # then the process ends all the same, and does not wait for the decoder
        ends_at = time.monotonic()
        await relays.aclose()
        assert time.monotonic() - ends_at < 30
