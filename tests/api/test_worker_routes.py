"""A worker's enterprises (选择所属家政企业): POST /v1/me/enterprises, and how an employment ends."""

from uuid import uuid4

import pytest

from tests.controls.api import Api
from tests.controls.people import listed_enterprise
from tests.controls.problems import invalid_fields, refusal
from tests.controls.visitors import Visitor, complete_worker, register_worker


def chosen(api: Api, worker: Visitor, how_many: int = 1) -> list[str]:
    """The worker chooses fresh enterprises."""
    ids = [str(listed_enterprise(api.parts.ledger, api.clock)) for _ in range(how_many)]
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": ids})
    return ids


def statuses(worker: Visitor) -> dict[str, str]:
    """The worker's own employments."""
    return {row["enterprise_id"]: row["status"] for row in worker.client.get("/v1/me/employments")["items"]}


def test_a_worker_chooses_several_enterprises_and_some_later(api: Api) -> None:
    # given a worker who chose two
    worker = register_worker(api)
    first = chosen(api, worker, 2)
    # when they choose another one
    later = chosen(api, worker)
    # then all three wait for their operators
    assert statuses(worker) == dict.fromkeys([*first, *later], "chosen")


def test_an_unknown_enterprise_chooses_none_of_the_list(api: Api) -> None:
    # given a worker, an enterprise and an id of none
    worker, known = register_worker(api), listed_enterprise(api.parts.ledger, api.clock)
    both = {"enterprise_ids": [str(known), str(uuid4())]}
    # when both are chosen together
    answer = api.post("/v1/me/enterprises", worker.token, json=both)
    # then neither is
    assert refusal(answer) == (404, "enterprise-unknown", "enterprise_ids")
    assert statuses(worker) == {}


def test_an_enterprise_that_waits_cannot_be_chosen_again(api: Api) -> None:
    # given a worker who chose one
    worker = register_worker(api)
    (enterprise,) = chosen(api, worker)
    fresh = str(listed_enterprise(api.parts.ledger, api.clock))
    # when it is chosen again beside a fresh one
    answer = api.post("/v1/me/enterprises", worker.token, json={"enterprise_ids": [fresh, enterprise]})
    # then neither is, and the refusal names the field
    assert refusal(answer) == (409, "enterprise-already-chosen", "enterprise_ids")
    assert statuses(worker) == {enterprise: "chosen"}


@pytest.mark.parametrize("ids", [[], [str(uuid4()) for _ in range(11)]])
def test_a_choice_is_of_one_to_ten_enterprises(api: Api, ids: list[str]) -> None:
    worker = register_worker(api)
    answer = api.post("/v1/me/enterprises", worker.token, json={"enterprise_ids": ids})
    assert invalid_fields(answer) == {"enterprise_ids"}


def test_an_ended_employment_is_over_and_can_be_chosen_again(api: Api) -> None:
    # given a confirmed worker
    worker = complete_worker(api)
    end = f"/v1/me/employments/{worker.enterprise}/end"
    # when they end the employment
    worker.client.post(end)
    # then it is over, once, and open to a fresh start
    assert statuses(worker) == {str(worker.enterprise): "ended"}
    assert refusal(api.post(end, worker.token)) == (409, "employment-not-open", None)
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [str(worker.enterprise)]})
    assert statuses(worker) == {str(worker.enterprise): "chosen"}


def test_an_employment_that_never_was_cannot_be_ended(api: Api) -> None:
    worker = register_worker(api)
    answer = api.post(f"/v1/me/employments/{uuid4()}/end", worker.token)
    assert refusal(answer) == (409, "employment-not-open", None)
