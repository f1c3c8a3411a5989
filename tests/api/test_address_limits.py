"""One address may ask for so many SMS codes, sign-ins, refreshes and registrations an hour."""

import asyncio
import secrets
from dataclasses import replace
from socket import create_server
from typing import Any
from unittest.mock import create_autospec

import httpx
import pytest
import redis
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.access import ROLES_OF_ROUTE
from api.http.answers import Answers
from api.http.problems import Problem
from api.http.request_limits import (
    KIND_OF_OWN_ROUTE,
    KIND_OF_ROUTE,
    SIGN_INS,
    SMS_CODES,
    UNCHECKED,
    RequestLimits,
)
from api.main import create_app
from api.parts import Parts
from api.signing_in.sms_codes import SmsCodes
from domain.rules import Rules
from jiazheng.bootstrap import build_outbox
from jiazheng.embedded.valkey import EmbeddedValkey
from ledger.credit_ledger import CreditLedger
from tests.conftest import MovableClock
from tests.controls.people import new_person
from tests.controls.problems import refusal

TWO = replace(
    Rules(),
    sms_codes_per_address_hour=2,
    sign_ins_per_address_hour=2,
    refreshes_per_address_hour=2,
    registrations_per_address_hour=2,
    credit_records_per_address_minute=2,
)
HOME, OTHER = "203.0.113.7", "203.0.113.8"
NOWHERE = "redis://127.0.0.1:1/0"
AN_HOUR_SECONDS = 3600
FOR_EVER = -1
"""What Valkey says is left of a key without an end; of one that is gone meanwhile it says -2."""


@pytest.fixture
def limits(valkey: EmbeddedValkey) -> RequestLimits:
    """Two of each an hour; a key of its own gives each test addresses of its own."""
    return RequestLimits(valkey.url, secrets.token_bytes(32), TWO)


def use_up(limits: RequestLimits, kind: str, address: str = HOME) -> None:
    for _ in range(2):
        limits.require_allowance(kind, address)


def assert_refused(limits: RequestLimits, kind: str, address: str = HOME) -> None:
    with pytest.raises(Problem) as refused:
        limits.require_allowance(kind, address)
    problem = refused.value
    assert (problem.code, problem.status) == ("too-many-requests", 429)
    assert 0 < (problem.retry_after_seconds or 0) <= AN_HOUR_SECONDS


@pytest.mark.parametrize("kind", sorted({*KIND_OF_ROUTE.values()}))
def test_an_address_has_a_limit_on_each_kind_of_request(limits: RequestLimits, kind: str) -> None:
    use_up(limits, kind)
    assert_refused(limits, kind)
    limits.require_allowance(kind, OTHER)


def test_routes_of_one_kind_share_the_limit_and_other_kinds_do_not(limits: RequestLimits) -> None:
    use_up(limits, KIND_OF_ROUTE["POST /v1/workers"])
    assert_refused(limits, KIND_OF_ROUTE["POST /v1/consumers"])
    limits.require_allowance(KIND_OF_ROUTE["POST /v1/sms-codes"], HOME)


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("203.0.113.7", "::ffff:203.0.113.7", "203.0.113.70"),
    ],
)
def test_addresses_of_one_line_share_its_limit(
    limits: RequestLimits, one: str, same: str, other: str
) -> None:
    use_up(limits, SIGN_INS, one)
    assert_refused(limits, SIGN_INS, same)
    limits.require_allowance(SIGN_INS, other)


def test_valkey_holds_no_address_and_nothing_for_longer_than_the_hour(
    limits: RequestLimits, valkey: EmbeddedValkey
) -> None:
    use_up(limits, SMS_CODES)
    with redis.Redis.from_url(valkey.url) as client:
        keys = list(client.scan_iter("jiazheng:requests*"))
        assert keys
        assert not [key for key in keys if HOME.encode() in key]
        seconds_left = [client.ttl(key) for key in keys]
    assert all(left != FOR_EVER and left <= AN_HOUR_SECONDS for left in seconds_left)


def test_without_valkey_requests_are_let_through_and_counted() -> None:
    before = UNCHECKED._value.get()
    limits = RequestLimits(NOWHERE, bytes(32), TWO)
    use_up(limits, SMS_CODES)
    limits.require_allowance(SMS_CODES, HOME)
    assert UNCHECKED._value.get() == before + 3


def test_a_valkey_that_does_not_answer_is_not_asked_at_each_request() -> None:
    # given one that takes connections and says nothing
    with create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        limits = RequestLimits(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", bytes(32), TWO)
        # when two requests come one after the other
        use_up(limits, SMS_CODES)
        # then only the first one waited for it
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_counting_does_not_write_to_the_queue_s_file(limits: RequestLimits, valkey: EmbeddedValkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        client.set("before", "counting")
        before = client.info("persistence")["aof_current_size"]
        use_up(limits, SMS_CODES)
        assert client.info("persistence")["aof_current_size"] == before
        client.set("after", "counting")
        assert client.info("persistence")["aof_current_size"] > before


def test_routes_limited_by_address_are_public_and_those_by_account_are_not() -> None:
    assert all("public" in ROLES_OF_ROUTE[route] for route in KIND_OF_ROUTE)
    assert not any("public" in ROLES_OF_ROUTE[route] for route in KIND_OF_OWN_ROUTE)


@pytest.fixture
def app(ledger: CreditLedger, clock: MovableClock, limits: RequestLimits) -> FastAPI:
    """The application with all that sending an SMS code needs."""
    parts: Any = create_autospec(Parts, instance=True)
    parts.ledger, parts.clock, parts.request_limits = ledger, clock, limits
    parts.answers = Answers(ledger.pool, ledger.keyring.platform)
    parts.sms_codes = SmsCodes(ledger, build_outbox(ledger), ledger.keyring.tokens)
    made = create_app(lambda: pytest.fail("the parts are given"))
    made.state.parts = parts
    return made


def ask(
    app: Any, address: str, forwarded_for: str | None = None, path: str = "/v1/sms-codes"
) -> httpx.Response:
    """Ask for a code for another phone each time; other paths get the same body."""
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    headers |= {"X-Forwarded-For": forwarded_for} if forwarded_for else {}

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 40_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
            body = {"phone": str(new_person().phone)}
            return await client.post(path, json=body, headers=headers)

    return asyncio.run(post())


def test_a_request_too_many_is_told_when_to_come_again_and_leaves_nothing(
    app: FastAPI, ledger: CreditLedger
) -> None:
    # given an address that has used up its hour
    assert [ask(app, HOME).status_code for _ in range(2)] == [202, 202]
    # when it asks once more
    answer = ask(app, HOME)
    # then it is refused before anything is written, and others are not
    assert refusal(answer) == (429, "too-many-requests", None)
    assert 0 < int(answer.headers["retry-after"]) <= AN_HOUR_SECONDS
    with ledger.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM ops.answers").fetchone() == (2,)
    assert ask(app, OTHER).status_code == 202


@pytest.mark.parametrize("path", ["/v1/session-refreshes", "/v1/credit-records"])
def test_refreshes_and_records_of_providers_are_limited_too(app: FastAPI, path: str) -> None:
    # given an address that has sent nonsense twice
    assert [ask(app, HOME, path=path).status_code for _ in range(2)] == [422, 422]
    # when it sends some more, then it is refused
    assert refusal(ask(app, HOME, path=path)) == (429, "too-many-requests", None)


def test_only_a_trusted_proxy_says_whose_request_it_is(app: FastAPI) -> None:
    # given the application behind a proxy
    behind = ProxyHeadersMiddleware(app, trusted_hosts="192.0.2.1")  # type: ignore[arg-type] # two names of ASGI
    # when the proxy forwards many clients' requests, then each has its own limit
    assert [ask(behind, "192.0.2.1", f"203.0.113.{n}").status_code for n in range(20, 23)] == [202] * 3
    # and somebody else who claims to forward is taken for who they are
    assert [ask(behind, HOME, f"203.0.113.{n}").status_code for n in range(30, 33)] == [202, 202, 429]
