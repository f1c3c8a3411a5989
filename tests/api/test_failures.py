"""What nobody expected: a problem without details."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from eventsourcing.persistence import OperationalError
from psycopg_pool import PoolTimeout

from api.http.answers import Answers
from api.http.problem_texts import TEXTS
from api.http.problems import problem_of, response_of
from api.http.tokens import Sessions
from api.main import create_app
from domain.rules import Rules
from jiazheng.bootstrap import build_ledger
from jiazheng.settings import Settings
from ledger.store.append import StreamConflict
from ledger.store.sender import FateUnknown
from tests.controls.api import Api
from tests.controls.routes import no_parts


@pytest.fixture
def without_database(api: Api, settings: Settings) -> httpx.ASGITransport:
    """The application of a process that has let go of its database."""
    ledger = build_ledger(settings)
    ledger.close()
    keyring = ledger.keyring
    app = create_app(no_parts)
    app.state.parts = replace(
        api.parts,
        ledger=ledger,
        answers=Answers(ledger.pool, keyring.platform),
        sessions=Sessions(ledger.pool, keyring.tokens, Rules()),
    )
    return httpx.ASGITransport(app, raise_app_exceptions=False)


@pytest.mark.parametrize("request_line", ["GET /v1/enterprises", "POST /v1/sms-codes", "POST /v1/workers"])
def test_an_unexpected_error_is_a_problem_without_details(
    without_database: httpx.ASGITransport, request_line: str
) -> None:
    # given a process without a database
    method, path = request_line.split()
    headers = {"Idempotency-Key": "some-fresh-key"}

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=without_database, base_url="http://localhost") as client:
            return await client.request(method, path, headers=headers, json={"phone": "13800138000"})

    # when a request needs it
    answer = asyncio.run(send())
    # then the caller learns that it failed, and nothing about how
    title, advice = TEXTS["internal-error"]
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/internal-error",
        "title": title,
        "status": 500,
        "code": "internal-error",
        "detail": advice,
    }


def test_what_lost_against_too_many_others_may_come_again() -> None:
    # given a command that found its stream moved on at every attempt
    answer = response_of(problem_of(StreamConflict("a stream moved on")))
    # then the client is told when to repeat it; such an answer is not kept under the key
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert b"stream" not in answer.body


@pytest.mark.parametrize("error", [FateUnknown(uuid4()), OperationalError("host db"), PoolTimeout("db")])
def test_a_database_that_is_away_is_worth_another_try_and_nothing_is_told_of_it(error: Exception) -> None:
    # when the database did not come back in time, and it is open whether the append is committed
    answer = response_of(problem_of(error))
    # then the caller may repeat the request, which is then carried out once
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    told = bytes(answer.body).decode()
    assert '"code":"ledger-away"' in told
    assert "db" not in told
