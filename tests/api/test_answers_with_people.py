"""Answers that show people's data are not kept for repetitions: no erasure would reach them."""

import httpx

from api.access import ROLES_OF_ROUTE
from api.http.answers import SHOW_PEOPLE
from jiazheng.demo.client import Client
from tests.controls.accounts import cancel_account
from tests.controls.api import Api
from tests.controls.people import cause
from tests.controls.trails import settled
from tests.controls.visitors import Visitor, at_desk, register_worker

KEY = "one search of a trail"


def search(api: Api, regulator: Client, worker: Visitor) -> httpx.Response:
    """Look at the worker's trail, each time under the same key."""
    body = {"subject_id": str(worker.subject), "basis": "a legal basis"}
    return api.post("/v1/trail-searches", regulator.access_token, KEY, json=body)


def test_what_an_answer_showed_of_a_person_is_kept_nowhere(api: Api) -> None:
    # given a regulator who has seen a worker's trail
    worker = register_worker(api)
    regulator, name = at_desk(api, "regulator"), str(worker.person.name)
    settled(api)
    assert name in search(api, regulator, worker).text
    # when the worker cancels the account
    cancel_account(api.parts.ledger, cause(api.clock, f"person:{worker.subject}"), worker.subject)
    # then no answer is left that the platform's key would open
    with api.parts.ledger.pool.connection() as connection:
        kept = connection.execute("SELECT sealed FROM ops.answers WHERE request_key = %s", (KEY,)).fetchall()
    assert kept == [(None,)]
    # and the same request again finds the person erased
    again = search(api, regulator, worker)
    assert again.status_code == 200
    assert name not in again.text


def test_the_routes_that_show_people_exist() -> None:
    assert set(ROLES_OF_ROUTE) >= SHOW_PEOPLE
