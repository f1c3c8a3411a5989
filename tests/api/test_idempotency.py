"""Repeated requests: the same key and body give the same answer, worked for once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.controls.api import Api
from tests.controls.people import listed_enterprise, new_person
from tests.controls.routes import POSTS, Operation, a_session_role
from tests.controls.visitors import (
    complete_worker,
    face,
    form,
    register_worker,
    signed_in,
    sms_code,
)


@pytest.mark.parametrize("operation", POSTS, ids=str)
@pytest.mark.parametrize("key", [None, "", "short", "x" * 129])
def test_a_post_without_a_proper_key_is_refused(api: Api, operation: Operation, key: str | None) -> None:
    # given somebody who may call the route
    role = a_session_role(operation)
    headers = {} if key is None else {"Idempotency-Key": key}
    if role:
        headers["Authorization"] = f"Bearer {signed_in(api, uuid4(), role).access_token}"
    # when they post without a key, or with one that is too short or too long
    answer = api.http.post(operation.path, headers=headers)
    # then they are told
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


def test_the_same_request_again_gets_the_same_bytes_and_appends_nothing(api: Api) -> None:
    # given a registration that was answered
    person, key = new_person(), str(uuid4())
    body = form(person, sms_code(api, person))
    first = api.post("/v1/workers", key=key, json=body)
    after = api.appended()
    # when it is sent again
    again = api.post("/v1/workers", key=key, json=body)
    # then the answer is the same to the byte, with its position, and the log is as it was
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again.headers["ledger-position"] == first.headers["ledger-position"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert api.appended() == after


def test_a_refusal_is_repeated_too(api: Api) -> None:
    # given a refused request
    person, key = new_person(), str(uuid4())
    body = form(person, "000000")
    first = api.post("/v1/workers", key=key, json=body)
    # when it is sent again, then it is refused in the same words
    assert api.post("/v1/workers", key=key, json=body).content == first.content
    assert first.json()["code"] == "sms-code-wrong"


def test_a_request_whose_token_was_over_is_served_under_its_key_with_a_fresh_one(api: Api) -> None:
    # given a choice that came when the session was over
    worker, key = register_worker(api), str(uuid4())
    enterprise_id = str(listed_enterprise(api.parts.ledger, api.clock))
    assert choose(api, "jza_over", key, enterprise_id).json()["code"] == "token-invalid"
    first = choose(api, worker.token, key, enterprise_id)
    # when another session of the same person repeats it, then it is the same request
    again = signed_in(api, worker.subject, "worker").access_token
    assert (first.status_code, choose(api, again, key, enterprise_id).content) == (200, first.content)
    position = {"Ledger-Position": first.headers["ledger-position"]}
    assert len(api.get("/v1/me/employments", worker.token, headers=position).json()["items"]) == 1


def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    # given a key that was used
    worker, key = register_worker(api), str(uuid4())
    one, other = (listed_enterprise(api.parts.ledger, api.clock) for _ in range(2))
    choose(api, worker.token, key, str(one))
    before = api.appended()
    # when it comes with another body
    answer = choose(api, worker.token, key, str(other))
    # then nothing is done
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert api.appended() == before


def test_the_same_key_on_another_route_is_refused(api: Api) -> None:
    worker, key = register_worker(api), str(uuid4())
    api.post("/v1/identity-challenges", worker.token, key)
    answer = api.post("/v1/letter-revocations", worker.token, key)
    assert answer.json()["code"] == "idempotency-key-reused"


def choose(api: Api, token: str, key: str, enterprise_id: str) -> httpx.Response:
    return api.post("/v1/me/enterprises", token, key, json={"enterprise_ids": [enterprise_id]})


def test_keys_of_different_people_do_not_meet(api: Api) -> None:
    # given two workers who happen to use the same key
    key = str(uuid4())
    workers = [register_worker(api) for _ in range(2)]
    enterprise_id = str(listed_enterprise(api.parts.ledger, api.clock))
    # when both choose the same enterprise under it
    answers = [choose(api, worker.token, key, enterprise_id) for worker in workers]
    # then both choices are made
    assert [answer.status_code for answer in answers] == [200, 200]
    for worker, answer in zip(workers, answers, strict=True):
        position = {"Ledger-Position": answer.headers["ledger-position"]}
        assert len(api.get("/v1/me/employments", worker.token, headers=position).json()["items"]) == 1


def test_the_same_request_at_the_same_time_is_worked_for_once(api: Api) -> None:
    # given a registration that is sent eight times at once
    person, key = new_person(), str(uuid4())
    body = form(person, sms_code(api, person))
    before = api.appended()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: api.post("/v1/workers", key=key, json=body), range(8)))
    # then one was worked for; the others got its answer, or were told to wait for it
    done = {answer.content for answer in answers if answer.status_code == 201}
    waiting = [answer for answer in answers if answer.status_code != 201]
    assert len(done) == 1
    assert {answer.json()["code"] for answer in waiting} <= {"request-in-progress"}
    assert {answer.headers["retry-after"] for answer in waiting} <= {"1"}
    assert api.appended() == before + 2  # the account and the worker


def test_a_multipart_request_is_the_same_with_another_boundary(api: Api) -> None:
    # given a check-in that was answered
    worker, key = complete_worker(api), str(uuid4())
    form = face(api, worker.token, "check_in")
    first = api.post("/v1/check-ins", worker.token, key, **form, headers=parted("one"))
    after = api.appended()
    # when a client sends it again, with the fresh boundary that its library makes up
    again = api.post("/v1/check-ins", worker.token, key, **form, headers=parted("other"))
    # then it is the same request
    assert (again.status_code, again.content) == (200, first.content)
    assert api.appended() == after


def parted(boundary: str) -> dict[str, str]:
    return {"Content-Type": f"multipart/form-data; boundary={boundary * 8}"}


def test_another_picture_under_the_same_key_is_another_request(api: Api) -> None:
    worker, key = complete_worker(api), str(uuid4())
    api.post("/v1/check-ins", worker.token, key, **face(api, worker.token, "check_in"))
    answer = api.post("/v1/check-ins", worker.token, key, **face(api, worker.token, "check_in", "obama3.jpg"))
    assert answer.json()["code"] == "idempotency-key-reused"


def test_kept_answers_tell_nothing_to_a_reader_of_the_database(api: Api) -> None:
    # given a registration whose answer holds tokens
    person, key = new_person(), str(uuid4())
    answer = api.post("/v1/workers", key=key, json=form(person, sms_code(api, person)))
    # when somebody reads what is kept of it
    with api.parts.ledger.pool.connection() as connection:
        query = "SELECT a::text FROM ops.answers a WHERE request_key = %s"
        row = connection.execute(query, (key,)).fetchone()
    # then no token, no id, nothing of the form is in it
    kept = str(row)
    assert key in kept
    said = answer.json()
    secrets = (said["subject_id"], *said["tokens"].values(), *form(person, "000000").values())
    assert not [secret for secret in secrets if secret in kept]
