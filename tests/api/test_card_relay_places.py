"""The places of a process at the decoder: who holds one, and what frees it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from uuid import uuid4

import httpx
import pytest
import redis

from api.verification.relay_mail import KEY_PREFIX, DecodersEnd, Relay
from api.verification.relayed_links import OfferedCard, PhoneGone, RelayedLink
from devices.card_decoders.remote_sam import RemoteSamDecoder
from jiazheng.demo.client import until
from jiazheng.demo.doubles.sam_service import Misbehaviour, SamService
from jiazheng.embedded.valkey import EmbeddedValkey
from tests.controls.api import Api
from tests.controls.kiosks import challenge
from tests.controls.problems import refusal
from tests.controls.relays import Phone, another_process, decoder_at, phone_of
from tests.controls.resolvers import SilentResolver
from tests.controls.workers import choosing_worker

BUSY = (503, "card-relay-busy", None)
UNAVAILABLE = (503, "card-decoder-unavailable", None)
LOST = (404, "card-relay-lost", None)


@pytest.fixture
def phone(api: Api) -> Phone:
    return phone_of(choosing_worker(api))


def test_a_phone_that_vanishes_frees_its_place(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    other = phone_of(choosing_worker(api))
    with SamService() as service:
        decoder = decoder_at(service, card_timeout_seconds=0.3)
        with another_process(api, valkey.url, decoder, at_a_time=1) as url:
            # given a process with one place, which is taken
            told = phone.begin(url).json()
            # when its phone is not heard of any more, then the next one is served
            until(lambda: other.begin(url).is_success, "the place is free again")
            # and who comes too late begins again
            assert refusal(phone.answer(url, told)) == LOST


def test_where_all_places_are_taken_a_phone_tries_again(
    api: Api, valkey: EmbeddedValkey, phone: Phone
) -> None:
    other = phone_of(choosing_worker(api))
    with SamService() as service, another_process(api, valkey.url, decoder_at(service), at_a_time=1) as url:
        phone.begin(url)
        busy = other.begin(url)
        assert refusal(busy) == BUSY
        assert busy.headers["retry-after"] == "1"


def test_each_problem_frees_the_place_at_once(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    with SamService() as service, another_process(api, valkey.url, decoder_at(service), at_a_time=1) as url:
        told = phone.begin(url).json()
        phone.answer(url, told, answer=None)
        until(lambda: phone.read(url).is_success, "the place is free again", 0.01)


def test_a_look_up_that_does_not_end_frees_the_place(
    api: Api, valkey: EmbeddedValkey, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given one place, and a decoder whose host the resolver is silent about
    other, decoder = phone_of(choosing_worker(api)), RemoteSamDecoder("decoder.example", 1, 0.3)
    with (
        SilentResolver("decoder.example", monkeypatch),
        another_process(api, valkey.url, decoder, at_a_time=1) as url,
    ):
        # when a phone begins, then it is told so while the resolver is still silent
        assert refusal(phone.begin(url)) == UNAVAILABLE
        # and the place is free
        until(lambda: refusal(other.begin(url)) == UNAVAILABLE, "the place is free again")


def test_two_relays_of_one_person_at_two_processes_harm_neither(
    api: Api, valkey: EmbeddedValkey, phone: Phone
) -> None:
    # given two processes, and a person who begins at both
    again = phone_of(phone.visitor)
    with SamService() as service, another_process(api, valkey.url, decoder_at(service)) as url:
        first, second = phone.begin(api.url), again.begin(url)
        # when the turns of both alternate, then neither takes the other's answers
        while first.json()["apdu"]:
            first, second = phone.answer(api.url, first.json()), again.answer(url, second.json())
        assert first.json()["card_reading"]
        assert second.json()["card_reading"]


def test_who_begins_many_at_once_holds_one_place(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    begun = {"challenge": challenge(phone.visitor.client), "atqb": "50" * 12, "uid": "00" * 8}
    other = phone_of(choosing_worker(api))
    with SamService() as service, another_process(api, valkey.url, decoder_at(service), at_a_time=2) as url:

        def begin(_: int) -> httpx.Response:
            return phone.post(f"{url}/v1/card-relays", begun)

        # given an account that begins six relays at once, where there are two places
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(begin, range(6)))
        # then each ends those before it, and one goes on
        assert {answer.status_code for answer in answers} <= {201, 404}
        told = [answer.json() for answer in answers if answer.is_success]
        going_on = [each for each in told if phone.answer(url, each, answer="9000").status_code != 404]
        assert len(going_on) == 1
        # and somebody else finds a place
        assert other.begin(url).is_success


def test_a_relay_that_waits_for_the_decoder_holds_no_place_once_it_is_let_go(
    api: Api, own_valkey: EmbeddedValkey, phone: Phone
) -> None:
    # given one place, and a decoder that says nothing for a while
    other = phone_of(choosing_worker(api))
    with (
        SamService(Misbehaviour(silent_after=1)) as service,
        another_process(api, own_valkey.url, decoder_at(service), at_a_time=1) as url,
        redis.Redis.from_url(own_valkey.url) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        told = phone.begin(url).json()
        waiting = pool.submit(phone.answer, url, told)
        until(lambda: list(client.scan_iter(f"{KEY_PREFIX}:*:command:1")), "the answer is handed in")
        assert refusal(other.begin(url)) == BUSY
        # when the same person begins again, then the place is theirs, and the first is over at once
        assert phone.begin(url).is_success
        assert refusal(waiting.result()) == LOST


def test_a_relay_that_was_hung_up_asks_the_card_nothing_more(valkey: EmbeddedValkey) -> None:
    relay, card = Relay(uuid4(), uuid4()), OfferedCard("", bytes(12), bytes(8))
    link = RelayedLink(DecodersEnd(valkey.url, bytes(32)), relay, card)
    # given a relay that is hung up while the decoder thinks
    link.hang_up()
    # when the decoder has another APDU, then it is neither said nor waited for
    with pytest.raises(PhoneGone):
        link.exchange(bytes.fromhex("00a40000026002"), 5.0)
    assert (link.turn, link.is_over) == (0, True)


def test_a_thread_that_cannot_be_started_holds_no_place(
    api: Api, valkey: EmbeddedValkey, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SamService() as service, another_process(api, valkey.url, decoder_at(service), at_a_time=1) as url:
        # given a system without a thread to spare
        with monkeypatch.context() as patched:
            patched.setattr("api.verification.relay_dialogues.Thread", Unstartable)
            assert refusal(phone.begin(url)) == BUSY
        # when there is one again, then the place is free
        assert phone.read(url).is_success


class Unstartable(Thread):
    """A thread for which the system has no room."""

    def start(self) -> None:
        raise RuntimeError("can't start new thread")
