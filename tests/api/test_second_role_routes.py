"""POST /v1/me/worker: a consumer goes on as a worker."""

from api.signing_in.own_sessions import give_role
from domain.worker import Worker
from ledger.use_cases.accounts import become_worker
from tests.controls.api import Api
from tests.controls.devices import sign_in
from tests.controls.people import cause, listed_enterprise
from tests.controls.problems import refusal
from tests.controls.visitors import Visitor, borrowing, register_worker


def test_a_consumer_goes_on_as_a_worker_with_the_same_account_and_tokens(api: Api, consumer: Visitor) -> None:
    # given a consumer, who may not choose an enterprise
    chosen = {"enterprise_ids": [str(listed_enterprise(api.parts.ledger, api.clock))]}
    before = api.post("/v1/me/enterprises", consumer.token, json=chosen)
    # when they become a worker
    assert api.post("/v1/me/worker", consumer.token).status_code == 200
    # then the first step of a worker is open, under the same subject, also after the next sign-in
    assert refusal(before)[1] == "not-allowed"
    assert api.post("/v1/me/enterprises", consumer.token, json=chosen).status_code == 200
    me = api.get("/v1/me", sign_in(api, consumer.person).json()["access_token"]).json()
    assert (me["subject_id"], me["role"]) == (str(consumer.subject), "worker")
    assert api.parts.ledger.find(Worker, Worker.stream_for(consumer.subject)) is not None


def test_a_refresh_keeps_the_new_role(api: Api, consumer: Visitor) -> None:
    tablet = sign_in(api, consumer.person).json()
    api.post("/v1/me/worker", consumer.token)
    body = {"refresh_token": tablet["refresh_token"]}
    fresh = api.post("/v1/session-refreshes", json=body).json()
    assert api.get("/v1/me/employments", fresh["access_token"]).status_code == 200


def test_a_worker_is_one_already(api: Api) -> None:
    answer = api.post("/v1/me/worker", register_worker(api).token)
    assert refusal(answer) == (409, "worker-already", None)


def test_a_process_that_died_before_it_told_the_sessions_shuts_nobody_out(
    api: Api, consumer: Visitor
) -> None:
    # given a consumer whose account is a worker's, though no session knows it
    own = cause(api.clock, f"person:{consumer.subject}")
    become_worker(api.parts.ledger, own, consumer.subject)
    assert refusal(api.get("/v1/me/employments", consumer.token))[1] == "not-allowed"
    # when they try again, under a key of its own
    assert refusal(api.post("/v1/me/worker", consumer.token)) == (409, "worker-already", None)
    # then the steps of a worker are open
    assert api.get("/v1/me/employments", consumer.token).status_code == 200


def test_a_session_on_a_borrowed_phone_stays_what_it_is(api: Api) -> None:
    # given a worker with a session on a borrowed phone
    worker = register_worker(api)
    borrowed = borrowing(api, worker.subject)
    # when the roles of the worker's sessions are told anew, as by a repeated request
    with api.parts.ledger.pool.connection() as connection:
        give_role(connection, worker.subject, "worker")
    # then the borrowed phone does no more than before
    assert refusal(api.get("/v1/me", borrowed.access_token))[1] == "not-allowed"
