"""What of a relay passes by Valkey: sealed, for a minute, and in memory only."""

from asyncio import run
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_server
from threading import Event, Thread
from time import monotonic
from uuid import uuid4

import pytest
import redis
from cryptography.exceptions import InvalidTag

from api.verification.relay_mail import KEPT_MILLISECONDS, KEY_PREFIX, DecodersEnd, PhonesEnd, Relay, Said
from jiazheng.demo.client import until
from jiazheng.embedded.valkey import EmbeddedValkey
from tests.controls.api import Api
from tests.controls.kiosks import card_of
from tests.controls.relays import TURNS_OF_A_READ, Phone, phone_of, traces_of
from tests.controls.workers import choosing_worker

KEY = bytes(range(32))


@pytest.fixture
def phone(api: Api) -> Phone:
    return phone_of(choosing_worker(api))


@pytest.fixture
def client(valkey: EmbeddedValkey) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey.url) as opened:
        yield opened


@contextmanager
def overhearing(client: redis.Redis) -> Iterator[list[str]]:
    """Everything that any client sends to Valkey meanwhile, scripts' own calls included."""
    heard: list[str] = []
    has_begun, the_end = Event(), uuid4().hex

    def listen() -> None:
        with client.monitor() as monitor:  # type: ignore[no-untyped-call] # redis-py has no types here
            has_begun.set()
            for each in monitor.listen():
                if the_end in each["command"]:
                    return
                heard.append(each["command"])

    listener = Thread(target=listen)
    listener.start()
    has_begun.wait()
    yield heard
    client.echo(the_end)
    listener.join()


def test_nothing_that_passes_by_can_be_read(api: Api, client: redis.Redis, phone: Phone) -> None:
    # given everything that Valkey is told while a card is read
    with overhearing(client) as heard:
        told = [phone.begin(api.url)]
        while told[-1].json()["apdu"]:
            told.append(phone.answer(api.url, told[-1].json()))
    passed = [command for command in heard if KEY_PREFIX in command]
    assert len(passed) > 2 * TURNS_OF_A_READ
    # then there is nothing of the card, of its APDUs and answers, or of who reads which card
    traces = [phone.card.uid.hex(), str(phone.visitor.subject), told[0].json()["relay_id"]]
    traces += [apdu for answer in told if (apdu := answer.json()["apdu"])]
    traces += ["apdu", "9000", "relayed:", *traces_of(card_of(phone.visitor.person), phone)]
    everything = "\n".join(passed)
    assert not [trace for trace in traces if trace in everything]


def test_what_passes_by_stays_out_of_valkey_s_file(api: Api, client: redis.Redis, phone: Phone) -> None:
    with overhearing(client) as heard:
        assert phone.reading(api.url)
    sealed = [command.split()[-1] for command in heard if "RPUSH" in command and KEY_PREFIX in command]
    assert len(sealed) > 2 * TURNS_OF_A_READ
    written = file_of(client)
    assert KEY_PREFIX.encode() in written, "that something was taken out is written"
    assert not [each for each in sealed if each.strip('"').encode() in written]


def test_a_rewritten_file_has_sealed_texts_until_the_next_rewrite(
    valkey: EmbeddedValkey, client: redis.Redis
) -> None:
    # given a file that is rewritten while a relay is said something
    end, relay = DecodersEnd(valkey.url, KEY), Relay(uuid4(), uuid4())
    end.say(relay, 1, Said(apdu="00a40000026002"))
    name = end._places.name(relay, "phone", 1)
    (sealed,) = client.lrange(name, 0, -1)
    assert isinstance(sealed, bytes)
    rewrite_file(client)
    # then the text is in it, as it was sealed
    assert sealed in file_of(client)
    assert b"00a40000026002" not in file_of(client)
    # when the text has lapsed, then it stays there until the file is rewritten again
    client.delete(name)
    assert sealed in file_of(client)
    rewrite_file(client)
    until(lambda: sealed not in file_of(client), "the parts from before are deleted")


def rewrite_file(client: redis.Redis) -> None:
    """As Valkey does by itself when the file has grown."""

    def rewrites() -> bool:
        told = client.info("persistence")
        return bool(told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"])

    client.bgrewriteaof()
    until(lambda: not rewrites(), "the file is rewritten")


def file_of(client: redis.Redis) -> bytes:
    """All parts of the append-only file, those that are about to be deleted included."""
    folder, parts = Path(str(client.config_get("dir")["dir"])), b""
    for part in folder.rglob("appendonly*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            parts += part.read_bytes()
    return parts


def test_nothing_stays_longer_than_a_repetition_may_come(api: Api, client: redis.Redis, phone: Phone) -> None:
    told = phone.begin(api.url)
    while told.json()["apdu"]:
        told = phone.answer(api.url, told.json())
        names = list(client.scan_iter(f"{KEY_PREFIX}*"))
        assert names
        left = [client.pttl(name) for name in names]
        assert all(each == -2 or 0 < each <= KEPT_MILLISECONDS for each in left)  # -2: gone meanwhile


def test_a_text_that_is_moved_to_another_place_opens_nothing(
    valkey: EmbeddedValkey, client: redis.Redis
) -> None:
    # given what is said at a turn of one relay
    end, relay, other = DecodersEnd(valkey.url, KEY), Relay(uuid4(), uuid4()), Relay(uuid4(), uuid4())
    end.say(relay, 1, Said(apdu="00a40000026002"))
    (sealed,) = client.lrange(end._places.name(relay, "phone", 1), 0, -1)
    # when somebody moves it to another relay, turn or direction, then it is no answer there
    for place, turn in ((other, 1), (relay, 2), (relay, 1)):
        client.rpush(end._places.name(place, "decoder", turn), sealed)
        with pytest.raises(InvalidTag):
            end.hear(place, turn, 5.0)


def test_a_valkey_that_stalls_holds_up_nobody_who_has_something_to_say() -> None:
    relay, began = Relay(uuid4(), uuid4()), monotonic()
    # given a Valkey that takes a connection and answers nothing
    with create_server(("127.0.0.1", 0)) as stalled:
        url = f"redis://127.0.0.1:{stalled.getsockname()[1]}/0"
        # when either end says something, then it is told so soon
        with pytest.raises(redis.TimeoutError):
            DecodersEnd(url, KEY).say(relay, 1, Said(apdu="00a40000026002"))
        with pytest.raises(redis.TimeoutError):
            run(_hand_in(url, relay))
    assert monotonic() - began < 30


async def _hand_in(url: str, relay: Relay) -> None:
    end = PhonesEnd(url, KEY)
    try:
        await end.hand_in(relay, 1, b"\x90\x00", uuid4())
    finally:
        await end.aclose()
