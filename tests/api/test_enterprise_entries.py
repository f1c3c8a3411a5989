"""What authorities decided about enterprises: awards, penalties, red and black lists (F3)."""

from typing import Any, Final
from uuid import uuid4

import pytest

from domain.enterprise import Enterprise
from ledger.use_cases.enterprises import list_enterprises
from tests.controls.api import Api
from tests.controls.enterprises import new_details
from tests.controls.people import cause, listed_enterprise
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import settled
from tests.controls.visitors import register_worker, signed_in

PENALTY: Final = {
    "kind": "penalty",
    "authority": "北京市市场监督管理局",
    "document_number": "京市监处罚〔2026〕12号",
    "decided_on": "2026-01-20",
    "reason": "未与消费者签订书面合同",
}
REPAIRED: Final = {
    "authority": "北京市市场监督管理局",
    "document_number": "京市监信修〔2026〕4号",
    "decided_on": "2026-02-20",
    "reason": "信用修复",
}
PLACES: Final = {
    "award": "awards",
    "penalty": "penalties",
    "red_list": "red_list",
    "black_list": "black_list",
}


def editor(api: Api) -> str:
    return signed_in(api, uuid4(), "editor").access_token


def added(api: Api, enterprise: object, **changes: str) -> Any:
    """An editor adds an entry."""
    return api.post(f"/v1/enterprises/{enterprise}/entries", editor(api), json=PENALTY | changes)


def lifted(api: Api, enterprise: object, entry: object) -> Any:
    """An editor lifts it."""
    return api.post(f"/v1/enterprises/{enterprise}/entries/{entry}/lift", editor(api), json=REPAIRED)


def detail(api: Api, enterprise: object) -> dict[str, Any]:
    """The public page."""
    settled(api)
    found: dict[str, Any] = api.get(f"/v1/enterprises/{enterprise}").json()
    return found


@pytest.mark.parametrize("kind", PLACES)
def test_an_entry_is_on_the_public_page_in_its_place(api: Api, kind: str) -> None:
    # given an enterprise without any entry
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    # when an editor adds one
    answer = added(api, enterprise, kind=kind)
    # then everybody reads who decided what, when and by which document
    assert answer.status_code == 201
    page = detail(api, enterprise)
    assert page[PLACES[kind]] == [
        PENALTY | {"kind": kind, "entry_id": answer.json()["entry_id"], "lifted": None}
    ]
    assert [page[place] for one, place in PLACES.items() if one != kind] == [[], [], []]


def test_a_lifted_entry_stays_readable_with_the_decision_that_lifted_it(api: Api) -> None:
    # given a penalty
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    entry = added(api, enterprise).json()["entry_id"]
    # when it is lifted
    assert lifted(api, enterprise, entry).status_code == 200
    # then both decisions are there, and it is not lifted again
    assert [one["lifted"] for one in detail(api, enterprise)["penalties"]] == [REPAIRED]
    assert refusal(lifted(api, enterprise, entry)) == (409, "entry-already-lifted", None)


def test_entries_are_read_in_pages_newest_first(api: Api) -> None:
    # given three penalties of two days
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    for number, day in enumerate(("2026-01-05", "2026-02-05", "2026-01-05")):
        added(api, enterprise, document_number=f"{number}号", decided_on=day)
    settled(api)
    # when they are read two at a time
    path, wanted = f"/v1/enterprises/{enterprise}/entries", {"kind": "penalty", "limit": "2"}
    first = api.get(path, params=wanted).json()
    second = api.get(path, params=wanted | {"cursor": first["next"]}).json()
    # then every one comes once, the newest first
    read = first["items"] + second["items"]
    assert [one["decided_on"] for one in read] == ["2026-02-05", "2026-01-05", "2026-01-05"]
    assert {one["document_number"] for one in read} == {"0号", "1号", "2号"}
    assert second["next"] is None


def test_what_cannot_be_entered_says_why(api: Api) -> None:
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    added(api, enterprise)
    assert refusal(added(api, enterprise)) == (409, "entry-already-there", "document_number")
    assert refusal(added(api, uuid4())) == (404, "enterprise-unknown", None)
    assert refusal(lifted(api, enterprise, uuid4())) == (404, "entry-unknown", None)
    assert invalid_fields(added(api, enterprise, kind="grey_list")) == {"kind"}
    assert invalid_fields(added(api, enterprise, decided_on="2026-02-30")) == {"decided_on"}
    assert invalid_fields(api.get(f"/v1/enterprises/{enterprise}/entries")) == {"kind"}


def test_an_enterprise_that_was_struck_off_is_not_chosen(api: Api) -> None:
    # given an enterprise that the register struck off
    worker = register_worker(api)
    details = new_details(status="struck_off")
    list_enterprises(api.parts.ledger, cause(api.clock, "staff:editor"), [details])
    # when a worker chooses it
    body = {"enterprise_ids": [str(Enterprise.stream_for(details.uscc))]}
    answer = api.post("/v1/me/enterprises", worker.token, json=body)
    # then it is refused
    assert refusal(answer) == (409, "enterprise-struck-off", "enterprise_ids")


def test_there_are_no_entries_of_an_enterprise_that_nobody_knows(api: Api) -> None:
    answer = api.get(f"/v1/enterprises/{uuid4()}/entries", params={"kind": "award"})
    assert refusal(answer) == (404, "enterprise-unknown", None)
