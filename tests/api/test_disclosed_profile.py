"""What a household reads of a worker's profile, and what nobody reads."""

import json
from typing import Any

import pytest

from tests.controls.api import Api
from tests.controls.certificates import approved, viewed
from tests.controls.profiles import BASIC, EXAMPLES, INSURANCE, SERVICES, TRAINING
from tests.controls.saved_pages import saved
from tests.controls.visitors import Employed, Visitor

SCOPES = ["basic", "identity", "tax", "bank_credit", "criminal_record", "health", "insurance", "training"]


@pytest.fixture
def shown(api: Api, worker: Employed, consumer: Visitor) -> dict[str, Any]:
    """All that a consumer reads about a worker who has filled in every page."""
    for page in EXAMPLES:
        saved(api, worker, page)
    return viewed(api, consumer, approved(worker, consumer, SCOPES))


def test_a_household_reads_the_province_the_insurances_and_the_courses(shown: dict[str, Any]) -> None:
    assert shown["basic"]["native_province"] == "四川省"
    (policy,) = INSURANCE["policies"]
    read_of_policy = {name: policy[name] for name in ("insurer", "kind", "since", "until")}
    assert shown["insurance"] == {"records": [], "declared": [read_of_policy]}
    assert shown["training"] == {"records": [], "declared": TRAINING["courses"]}


def test_nothing_else_of_the_profile_is_shown(shown: dict[str, Any]) -> None:
    # given all that is shown, as text
    text = json.dumps(shown, ensure_ascii=False)
    # then neither a field nor a value of the rest is in it
    fields = {*BASIC, *SERVICES, "employers", "number"}
    values = [BASIC["address"], BASIC["emergency_contact_name"], BASIC["emergency_contact_phone"]]
    assert [name for name in fields if f'"{name}"' in text] == []
    assert [
        value for value in (*values, SERVICES["school"], INSURANCE["policies"][0]["number"]) if value in text
    ] == []
