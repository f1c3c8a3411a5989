"""Every request counts: of who is signed in by the account, of everybody else by the address."""

import asyncio
import secrets
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from api.access import ROLES_OF_ROUTE
from api.http.general_limit import WITHOUT_LIMIT
from api.http.request_limits import LETTER_PDFS, OF_ACCOUNT, RequestLimits
from api.main import create_app
from domain.rules import Rules
from jiazheng.embedded.valkey import EmbeddedValkey
from tests.controls.allowances import allow
from tests.controls.api import Api, bearer
from tests.controls.listening import listening
from tests.controls.problems import refusal
from tests.controls.routes import no_parts
from tests.controls.visitors import Visitor, register_consumer, signed_in
from tests.controls.workers import signed_worker

HOME, OTHER = "203.0.113.7", "203.0.113.8"
TWO = replace(Rules(), requests_per_address_minute=2, requests_per_account_minute=2)
A_MINUTE_SECONDS = 60


@pytest.fixture
def app(api: Api, valkey: EmbeddedValkey) -> FastAPI:
    """The application with two requests a minute; a key of its own gives each test addresses of its own."""
    made = create_app(no_parts)
    limits = RequestLimits(valkey.url, secrets.token_bytes(32), TWO)
    made.state.parts = replace(api.parts, request_limits=limits)
    return made


def get(app: FastAPI, path: str, address: str = HOME, token: str | None = None) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 40_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
            return await client.get(path, headers=bearer(token))

    return asyncio.run(send())


def use_up(app: FastAPI, address: str = HOME) -> None:
    for path in ("/v1/enterprises", "/v1/nowhere"):
        assert get(app, path, address).status_code in (200, 404)


@pytest.mark.parametrize("path", ["/v1/enterprises", "/v1/me", "/v1/nowhere", "/docs", "/download"])
def test_an_address_has_a_limit_on_all_routes_together(app: FastAPI, path: str) -> None:
    # given an address that has used up its minute
    use_up(app)
    # when it asks for whatever there is
    answer = get(app, path)
    # then it is told when to come again, and others are served
    assert refusal(answer) == (429, "too-many-requests", None)
    assert 0 < int(answer.headers["retry-after"]) <= A_MINUTE_SECONDS
    assert answer.headers["cache-control"] == "no-store"
    assert get(app, path, OTHER).status_code in (200, 401, 404)


def test_who_is_signed_in_does_not_share_the_limit_of_the_address(app: FastAPI, consumer: Visitor) -> None:
    # given an address of many people, used up
    use_up(app)
    # when somebody behind it is signed in, then they are served, where a token is needed and where it is not
    assert get(app, "/v1/me", token=consumer.token).is_success
    assert get(app, "/v1/enterprises", token=consumer.token).is_success


def test_an_account_has_one_limit_wherever_it_is_signed_in(app: FastAPI, api: Api, consumer: Visitor) -> None:
    # given an account with two sessions, at two addresses
    tablet = signed_in(api, consumer.subject, "consumer").access_token
    assert get(app, "/v1/me", HOME, consumer.token).is_success
    assert get(app, "/v1/me", OTHER, tablet).is_success
    # when one of them asks once more, then it is refused, and others are not
    assert refusal(get(app, "/v1/me", OTHER, tablet)) == (429, "too-many-requests", None)
    assert get(app, "/v1/me", OTHER, register_consumer(api).token).is_success


def test_a_token_that_is_not_in_force_counts_as_none(app: FastAPI, api: Api, consumer: Visitor) -> None:
    # given a token that was revoked, and one that never was
    session = signed_in(api, consumer.subject, "consumer").access_token
    api.http.delete("/v1/session", headers=bearer(session))
    # when they are used, then the address pays for it, and the account does not
    assert get(app, "/v1/me", token=session).status_code == 401
    assert get(app, "/v1/me", token="jza_nonsense").status_code == 401
    assert get(app, "/v1/me", token=session).status_code == 429
    assert get(app, "/v1/me", token=consumer.token).is_success


def test_health_is_told_however_often_it_is_asked(app: FastAPI) -> None:
    assert {get(app, "/v1/health").status_code for _ in range(5)} == {200}


def test_what_has_no_general_limit_needs_no_account() -> None:
    assert all("public" in ROLES_OF_ROUTE[route] for route in WITHOUT_LIMIT)


def test_a_stream_counts_once_and_is_not_opened_above_the_limit(
    api: Api, consumer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an account with two requests left
    allow(api, monkeypatch, OF_ACCOUNT, 2)
    # when it listens, then whatever arrives costs nothing more
    with listening(api, consumer.token) as listener:
        assert listener.next().name == "hello"
        assert api.get("/v1/me", consumer.token).is_success
    # and no further stream is opened
    assert refusal(api.get("/v1/push", consumer.token)) == (429, "too-many-requests", None)


def test_the_letter_as_pdf_has_a_limit_of_its_own(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    # given somebody who may have it twice, at whichever address
    worker, other = signed_worker(api), signed_worker(api)
    allow(api, monkeypatch, LETTER_PDFS, 2)
    addresses = ("/v1/me/letter.pdf", "/v1/me/letters/1.pdf")
    assert [api.get(path, worker.token).status_code for path in addresses] == [200, 200]
    # when they want it once more
    answers = [api.get(path, worker.token) for path in addresses]
    # then they wait, may read it meanwhile, and others have theirs
    assert {refusal(answer) for answer in answers} == {(429, "too-many-requests", None)}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert api.get("/v1/me/letter", worker.token).is_success
    assert api.get("/v1/me/letters", worker.token).is_success
    assert api.get("/v1/me/letter.pdf", other.token).is_success
