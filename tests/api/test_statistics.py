"""The regulator's numbers by month and region: GET /v1/statistics."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.enterprise import Enterprise
from ledger.use_cases.employments import choose_enterprises, confirm_employment
from ledger.use_cases.enterprises import list_enterprises
from tests.controls import people
from tests.controls.api import Api
from tests.controls.enterprises import new_details
from tests.controls.people import cause
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import settled
from tests.controls.visitors import signed_in

PROVINCE = "琼海省"


def numbers(api: Api, **wanted: str) -> Any:
    """What a regulator is told of the running month."""
    settled(api)
    token = signed_in(api, uuid4(), "regulator").access_token
    given = {"month": f"{api.clock():%Y-%m}", "province": PROVINCE} | wanted
    return api.get("/v1/statistics", token, params=given)


def test_numbers_below_ten_are_not_told(api: Api) -> None:
    # given eleven enterprises in a city, one of which has ten workers, and one in another city with none
    ledger, clock = api.parts.ledger, api.clock
    here = [new_details(province=PROVINCE, city="甲市") for _ in range(11)]
    list_enterprises(ledger, cause(clock, "staff"), [*here, new_details(province=PROVINCE, city="乙市")])
    enterprise = Enterprise.stream_for(here[0].uscc)
    for _ in range(10):
        worker = people.complete_worker(ledger, clock).subject
        choose_enterprises(ledger, cause(clock, "person"), worker, [enterprise])
        confirm_employment(ledger, cause(clock, "staff"), worker, enterprise)
    # when a regulator asks for the month
    rows = {row["city"]: row for row in numbers(api).json()["items"]}
    # then what is ten or more is told, and nothing that is less
    where = {"province": PROVINCE, "left": None, "disclosures": None}
    nothing = {"workers": None, "employed": None, "enterprises": None}
    assert rows == {
        "甲市": where | {"city": "甲市", "workers": 10, "employed": 10, "enterprises": 11},
        "乙市": where | nothing | {"city": "乙市"},
    }
    # and city by city it is the same
    first = numbers(api, limit="1").json()
    second = numbers(api, limit="1", cursor=first["next"]).json()
    assert [row["city"] for row in first["items"] + second["items"]] == sorted(rows)


def test_a_month_that_has_not_begun_has_no_numbers(api: Api) -> None:
    next_month = (api.clock() + timedelta(days=31)).strftime("%Y-%m")
    assert refusal(numbers(api, month=next_month)) == (422, "day-in-future", "month")


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "2026-00", "2026-3", "1999-01", "2026-03-01"])
def test_a_month_is_a_year_and_a_month(api: Api, month: str) -> None:
    assert invalid_fields(numbers(api, month=month)) == {"month"}


@pytest.mark.parametrize("key", [["甲省"], ["甲省", "\x00"], ["甲省", "\ud800"], [1, 2], {}])
def test_what_is_no_cursor_of_the_list_is_a_problem(api: Api, key: object) -> None:
    cursor = urlsafe_b64encode(json.dumps(key).encode()).decode()
    assert refusal(numbers(api, cursor=cursor)) == (400, "cursor-invalid", "cursor")
