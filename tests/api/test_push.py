"""Server-sent events: at once, to both sides only, and nothing is lost with a connection."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

from api.people.push import PushHub
from tests.controls.api import Api
from tests.controls.listening import ARRIVAL_SECONDS, listening
from tests.controls.visitors import Employed, Visitor, complete_worker, register_consumer


def scan(worker: Employed, consumer: Visitor) -> str:
    """The consumer scans the worker's certificate; the id of the disclosure."""
    code = worker.client.post("/v1/certificate-codes")["code"]
    disclosure = consumer.client.post("/v1/disclosures", json={"code": code, "scopes": ["basic"]})
    return str(disclosure["disclosure_id"])


def refuse(worker: Employed, disclosure: str) -> None:
    worker.client.post(f"/v1/disclosures/{disclosure}/refusal")


@pytest.fixture
def consumer(api: Api) -> Visitor:
    return register_consumer(api)


@pytest.fixture
def worker(api: Api, consumer: Visitor) -> Employed:  # noqa: ARG001 - time passes at a registration
    return complete_worker(api)


def test_a_stream_greets_first(api: Api, consumer: Visitor) -> None:
    with listening(api, consumer.token) as listener:
        hello = listener.next()
    assert (hello.name, hello.data) == ("hello", {})
    assert hello.id


def test_both_sides_hear_what_happens_to_their_disclosure(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given both sides listening
    with listening(api, worker.token) as at_worker, listening(api, consumer.token) as at_consumer:
        for listener in (at_worker, at_consumer):  # who has heard it misses nothing from there on
            assert listener.next().name == "hello"
        # when the consumer scans and the worker refuses
        disclosure = scan(worker, consumer)
        refuse(worker, disclosure)
        # then both hear both, in order, with ids only
        for listener in (at_worker, at_consumer):
            heard = [listener.next() for _ in range(2)]
            assert [event.name for event in heard] == ["disclosure.requested", "disclosure.declined"]
            assert {event.disclosure for event in heard} == {disclosure}
            assert set(heard[0].data) == {"disclosure_id", "what", "at"}


def test_nobody_hears_of_other_people_s_disclosures(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given an onlooker who is a consumer, too
    onlooker = register_consumer(api)
    with listening(api, onlooker.token) as listener:
        assert listener.next().name == "hello"
        # when others scan, and then the onlooker
        scan(worker, consumer)
        own = scan(worker, onlooker)
        # then the onlooker hears of their own only
        assert listener.next().disclosure == own


def test_what_happened_while_the_connection_was_lost_comes_after_it(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given a consumer who heard of a scan and then lost the connection
    with listening(api, consumer.token) as listener:
        first = scan(worker, consumer)
        seen = [listener.next() for _ in range(2)][-1].id
    # when the worker refuses and the consumer scans again, meanwhile and after coming back
    refuse(worker, first)
    second = scan(worker, consumer)
    with listening(api, consumer.token, seen) as listener:
        missed = [listener.next() for _ in range(3)]
        refuse(worker, second)
        live = listener.next()
    # then nothing is lost and nothing comes twice
    assert [(event.name, event.data.get("disclosure_id")) for event in [*missed, live]] == [
        ("hello", None),
        ("disclosure.declined", first),
        ("disclosure.requested", second),
        ("disclosure.declined", second),
    ]


def test_a_connection_lost_again_while_catching_up_goes_on_where_it_was(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given four missed steps
    with listening(api, consumer.token) as listener:
        seen = listener.next().id
    steps = []
    for _ in range(2):
        disclosure = scan(worker, consumer)
        refuse(worker, disclosure)
        steps += [("disclosure.requested", disclosure), ("disclosure.declined", disclosure)]
    api.get("/v1/me/receipts", consumer.token)
    # when the connection is lost after each of them
    heard = []
    for _ in steps:
        with listening(api, consumer.token, seen) as listener:
            listener.next()
            event = listener.next()
        heard.append((event.name, event.disclosure))
        seen = event.id
    # then each step was heard once
    assert heard == steps


@pytest.mark.parametrize("last_event_id", ["x", "1.2.3", ".".join(["-1"] * 16), ".".join(["9" * 40] * 16)])
def test_an_id_that_is_not_ours_is_as_good_as_none(
    api: Api, worker: Employed, consumer: Visitor, last_event_id: str
) -> None:
    earlier = scan(worker, consumer)
    with listening(api, consumer.token, last_event_id) as listener:
        assert listener.next().name == "hello"
        refuse(worker, earlier)
        assert listener.next().name in ("disclosure.requested", "disclosure.declined")


def test_a_stream_ends_with_its_session(api: Api, consumer: Visitor) -> None:
    with listening(api, consumer.token) as listener:
        listener.next()
        # when the consumer signs out on that device
        answer = api.http.delete("/v1/session", headers={"Authorization": f"Bearer {consumer.token}"})
        # then the stream ends by itself
        assert answer.status_code == httpx.codes.NO_CONTENT
        assert listener.ended.wait(ARRIVAL_SECONDS)


def test_a_stream_ends_when_its_access_token_does(api: Api, consumer: Visitor) -> None:
    with listening(api, consumer.token) as listener:
        listener.next()
        api.clock.advance(timedelta(minutes=15))
        assert listener.ended.wait(ARRIVAL_SECONDS)


def test_another_session_of_the_person_goes_on(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a consumer listening on two devices
    session = api.parts.sessions.open(api.clock(), consumer.subject, "consumer", "tablet")
    with listening(api, consumer.token) as phone, listening(api, session.access_token) as tablet:
        # when they sign out on one
        api.http.delete("/v1/session", headers={"Authorization": f"Bearer {session.access_token}"})
        assert tablet.ended.wait(ARRIVAL_SECONDS)
        # then the other one still hears
        assert phone.next().name == "hello"
        consumer_scan = scan(worker, consumer)
        assert phone.next().disclosure == consumer_scan


class Flickering:
    """A pool whose database is away every other time."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._calls = 0

    def connection(self) -> AbstractContextManager[Connection]:
        self._calls += 1
        if self._calls % 2:
            return self._pool.connection()
        raise OperationalError


def test_a_database_that_is_away_for_a_moment_does_not_end_the_push(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given somebody who listens while the database comes and goes
    ledger = api.parts.ledger
    flickering: Any = SimpleNamespace(pool=Flickering(ledger.pool), rules=ledger.rules)
    hub = PushHub(flickering, api.parts.sessions, api.clock)
    session = api.parts.sessions.authenticate(api.clock(), consumer.token)

    async def heard_names() -> list[str | None]:
        running, stream = asyncio.create_task(hub.run()), hub.stream(session, "")
        hello = await anext(stream)
        # when they scan a certificate
        await asyncio.to_thread(scan, worker, consumer)
        requested = await asyncio.wait_for(anext(stream), ARRIVAL_SECONDS)
        running.cancel()
        return [hello.event, requested.event]

    # then they hear of it
    assert asyncio.run(heard_names()) == ["hello", "disclosure.requested"]


def test_of_too_many_streams_of_one_person_the_oldest_ends(
    api: Api, consumer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given somebody with as many streams as anybody may have, and somebody else
    monkeypatch.setattr(
        api.parts.ledger, "rules", replace(api.parts.ledger.rules, open_streams_per_account=2)
    )
    other = register_consumer(api)
    with (
        listening(api, other.token) as of_another,
        listening(api, consumer.token) as oldest,
        listening(api, consumer.token) as second,
    ):
        for listener in (of_another, oldest, second):
            assert listener.next().name == "hello"
        # when one more begins
        with listening(api, consumer.token) as newest:
            assert newest.next().name == "hello"
            # then the oldest ends, and no other
            assert oldest.ended.wait(ARRIVAL_SECONDS)
            assert not any(listener.ended.is_set() for listener in (of_another, second, newest))
