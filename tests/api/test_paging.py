"""Lists in pages: the cursors walk everything exactly once."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from domain.check_characters import uscc_check_character
from tests.controls.api import Api
from tests.controls.enterprises import report_of, uploaded
from tests.controls.letter_copies import sign
from tests.controls.letters import FIRST_TEXT
from tests.controls.people import listed_enterprise
from tests.controls.trails import settled
from tests.controls.visitors import (
    complete_worker,
    register_consumer,
    register_worker,
    signed_in,
    staff_client,
)
from tests.controls.workers import signed_worker

Ask = Callable[..., dict[str, Any]]
"""Asks for a page with these parameters."""


def pages(ask: Ask, limit: int) -> Iterator[list[dict[str, Any]]]:
    """Every page, until there is no next one."""
    page = ask(limit=limit)
    yield page["items"]
    while page["next"]:
        page = ask(limit=limit, cursor=page["next"])
        yield page["items"]


def walk(ask: Ask, limit: int) -> list[dict[str, Any]]:
    walked = list(pages(ask, limit))
    assert all(len(page) == limit for page in walked[:-1])
    return [item for page in walked for item in page]


def uscc(number: int) -> str:
    body = f"91330100{number:09}"
    return body + uscc_check_character(body)


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_the_enterprise_search_is_walked_exactly_once(api: Api, limit: int) -> None:
    # given seven enterprises in a city of their own
    city = f"{uuid4().hex[:8]}市"
    rows = [f"{uscc(number)},第{number}家政,,浙江省,{city},operating" for number in range(7)]
    octets = "\n".join(("uscc,name,brand,province,city,status", *rows)).encode()
    assert report_of(api, uploaded(api, octets))["accepted"] == 7
    # when the search is walked in pages
    found = walk(lambda **page: api.client().get("/v1/enterprises", params={"city": city, **page}), limit)
    # then each is there once
    assert sorted(row["uscc"] for row in found) == [uscc(number) for number in range(7)]


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_receipts_are_walked_exactly_once(api: Api, limit: int) -> None:
    # given a consumer who scanned four times
    consumer, worker = register_consumer(api), complete_worker(api)
    scanned = []
    for _ in range(4):
        code = worker.client.post("/v1/certificate-codes")["code"]
        body = {"code": code, "scopes": ["basic"]}
        scanned.append(consumer.client.post("/v1/disclosures", json=body)["disclosure_id"])
    # when the receipts are walked, then each scan is there once
    found = walk(lambda **page: consumer.client.get("/v1/me/receipts", params=page), limit)
    assert sorted(receipt["disclosure_id"] for receipt in found) == sorted(scanned)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_an_enterprise_s_workers_are_walked_exactly_once(api: Api, limit: int) -> None:
    # given three workers who chose one enterprise
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    operator = staff_client(api, "operator", enterprise)
    workers = [register_worker(api) for _ in range(3)]
    for worker in workers:
        worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [str(enterprise)]})
        worker.client.get("/v1/me/employments")  # waits for the view
    # when the operator walks the list, then each is there once
    operator = signed_in(api, uuid4(), "operator", enterprise)
    found = walk(lambda **page: operator.get("/v1/enterprise/employments", params=page), limit)
    assert sorted(row["worker_id"] for row in found) == sorted(str(worker.subject) for worker in workers)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_one_s_employments_are_walked_exactly_once(api: Api, limit: int) -> None:
    # given a worker who chose three enterprises
    worker = register_worker(api)
    chosen = [str(listed_enterprise(api.parts.ledger, api.clock)) for _ in range(3)]
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": chosen})
    # when the list is walked, then each is there once
    found = walk(lambda **page: worker.client.get("/v1/me/employments", params=page), limit)
    assert sorted(row["enterprise_id"] for row in found) == sorted(chosen)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_one_s_letters_are_walked_exactly_once_from_the_latest_on(api: Api, limit: int) -> None:
    # given a worker who signed three times
    worker = signed_worker(api)
    for _ in range(2):
        sign(worker, FIRST_TEXT)
    # when the list is walked, then each is there once, the latest first
    found = walk(lambda **page: worker.client.get("/v1/me/letters", params=page), limit)
    assert [letter["number"] for letter in found] == [3, 2, 1]


@pytest.mark.parametrize("limit", [1, 3])
def test_a_trail_is_walked_exactly_once_to_where_the_walk_began(api: Api, limit: int) -> None:
    # given a worker's trail as one page shows it; each look adds itself at the end
    worker, regulator = complete_worker(api), staff_client(api, "regulator")
    worker.client.post("/v1/letter-revocations")
    worker.client.get("/v1/me/employments")  # waits for the view
    body = {"subject_id": str(worker.subject), "basis": "家政服务条例"}
    whole = [entry["position"] for entry in regulator.post("/v1/trail-searches", json=body)["items"]]
    settled(api)

    # when it is walked in small pages, while the read models follow each look
    def ask(**page: Any) -> dict[str, Any]:
        answer: dict[str, Any] = regulator.post("/v1/trail-searches", json=body | page)
        settled(api)
        return answer

    positions = [entry["position"] for entry in walk(ask, limit)]
    # then it comes to its end, in the same order: the look of the whole page is there, those of the walk not
    assert positions[: len(whole)] == whole
    assert len(positions) == len(whole) + 2  # a month's beginning and the look


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()


SHAPES: tuple[Any, ...] = ([], ["a"], [1], ["a", "b", "c"], [[]], {"a": 1}, None, "text")
NO_CURSORS = [
    *("x", "é", "AAAA", "====", "e30="),
    *(encoded(value) for value in SHAPES),
    *(encoded(["2026-03-02", place]) for place in ("", "1", "99999.1", "1." + "9" * 30)),
    *(encoded(["2026-03-02", "1.1", place]) for place in ("", "1", "99999.1", "1." + "9" * 30)),
    "W1tbW1tb" * 60,
]
LISTS = {
    "/v1/enterprises": "worker",
    "/v1/me/receipts": "worker",
    "/v1/me/looks": "worker",
    "/v1/me/letters": "worker",
    "/v1/enterprise/employments": "operator",
}


@pytest.mark.parametrize("cursor", NO_CURSORS)
@pytest.mark.parametrize("path", LISTS)
def test_what_is_no_cursor_of_the_list_is_a_problem(api: Api, path: str, cursor: str) -> None:
    token = signed_in(api, uuid4(), LISTS[path], uuid4()).access_token
    answer = api.get(path, token, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.parametrize("cursor", [*NO_CURSORS, encoded(["not a time", "1.1", "1.1"])])
def test_what_is_no_cursor_of_a_trail_is_a_problem(api: Api, cursor: str) -> None:
    token = signed_in(api, uuid4(), "regulator").access_token
    body = {"subject_id": str(uuid4()), "basis": "家政服务条例", "cursor": cursor}
    answer = api.post("/v1/trail-searches", token, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


def test_instants_of_a_replay_need_an_offset(api: Api) -> None:
    token = signed_in(api, uuid4(), "regulator").access_token
    body = {"subject_id": str(uuid4()), "basis": "家政服务条例", "instants": ["2026-03-02T00:00:00"]}
    answer = api.post("/v1/authorization-replays", token, json=body)
    assert answer.json()["errors"] == [{"field": "instants.0", "code": "timezone_aware"}]
