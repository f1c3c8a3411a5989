"""Answers that show people's data are not kept for repetitions: no erasure would reach them."""

import asyncio
from typing import Any
from unittest.mock import create_autospec
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from api.access import ROLES_OF_ROUTE
from api.answers import SHOW_PEOPLE, Answers
from api.main import create_app
from api.parts import Parts
from api.tokens import Sessions
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.accounts import cancel_account
from projections.catalogue import followers
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.people import Registered, cause, put_in_office, registered_worker

REGULATOR = UUID(int=7)


@pytest.fixture
def parts(ledger: CreditLedger, clock: MovableClock) -> Any:
    made = create_autospec(Parts, instance=True)
    made.ledger, made.clock = ledger, clock
    made.sessions = Sessions(ledger.pool, ledger.keyring.tokens, ledger.rules)
    made.answers = Answers(ledger.pool, ledger.keyring.platform)
    return made


def ask(parts: Parts, worker: Registered, key: str) -> dict[str, Any]:
    """Search the worker's trail as a regulator."""
    app: FastAPI = create_app(lambda: pytest.fail("the parts are given"))
    app.state.parts = parts
    put_in_office(parts.ledger, parts.clock, REGULATOR, "regulator")
    tokens = parts.sessions.open(parts.clock(), REGULATOR, "regulator", "desk")
    headers = {"Idempotency-Key": key, "Authorization": f"Bearer {tokens.access_token}"}

    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
            body = {"subject_id": str(worker.subject), "basis": "a legal basis"}
            return await client.post("/v1/trail-searches", json=body, headers=headers)

    answer = asyncio.run(post())
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_what_an_answer_showed_of_a_person_is_kept_nowhere(
    parts: Parts, ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a regulator who has seen a worker's trail
    worker = registered_worker(ledger, clock)
    catch_up(followers(ledger))
    assert str(worker.person.name) in str(ask(parts, worker, key := str(uuid4())))
    # when the worker cancels the account
    cancel_account(ledger, cause(clock, f"person:{worker.subject}"), worker.subject)
    # then no answer is left that the platform's key would open
    with ledger.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM ops.answers WHERE sealed IS NOT NULL").fetchone() == (
            0,
        )
    # and the same request again finds the person erased
    assert str(worker.person.name) not in str(ask(parts, worker, key))


def test_the_routes_that_show_people_exist() -> None:
    assert set(ROLES_OF_ROUTE) >= SHOW_PEOPLE
