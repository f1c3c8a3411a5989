"""A client sees its own write by sending back the position it got."""

import httpx
import pytest

from tests.controls.api import Api
from tests.controls.people import listed_enterprise
from tests.controls.visitors import Visitor, complete_worker, register_consumer, register_worker


def choose(api: Api, worker: Visitor) -> str:
    """Choose an enterprise; the position of the choice."""
    enterprise = str(listed_enterprise(api.parts.ledger, api.clock))
    answer = api.post("/v1/me/enterprises", worker.token, json={"enterprise_ids": [enterprise]})
    return str(answer.headers["ledger-position"])


def employments(api: Api, worker: Visitor, position: str | None) -> httpx.Response:
    headers = {} if position is None else {"Ledger-Position": position}
    return api.get("/v1/me/employments", worker.token, headers=headers)


def test_a_get_with_a_write_s_position_shows_the_write(api: Api) -> None:
    worker = register_worker(api)
    position = choose(api, worker)
    assert len(employments(api, worker, position).json()["items"]) == 1


def test_a_view_that_does_not_come_is_a_problem_that_says_when_to_try_again(api: Api) -> None:
    # given a write that no projection handles
    worker = register_worker(api)
    with api.projecting.stopped():
        position = choose(api, worker)
        # when the client insists on seeing it
        answer = employments(api, worker, position)
        # then it is told to come again; without the position it gets what there is
        assert (answer.status_code, answer.json()["code"]) == (503, "view-behind")
        assert answer.headers["retry-after"] == "1"
        assert employments(api, worker, None).json()["items"] == []
    # and once the projections run again, it is there
    assert len(employments(api, worker, position).json()["items"]) == 1


def test_positions_of_several_writes_may_be_sent_together(api: Api) -> None:
    worker, other = register_worker(api), register_worker(api)
    positions = ", ".join((choose(api, worker), choose(api, other)))
    for visitor in (worker, other):
        assert len(employments(api, visitor, positions).json()["items"]) == 1


LONG = ("1." + "9" * 20, "1." + "9" * 5000, "1.281474976710655")
"""The last has the form of a position, of an event that is not there."""


@pytest.mark.parametrize(
    "position", ["", "x", "1", "1.", ".1", "1.2,", "16.1", "99999.1", "-1.1", "1.-1", *LONG]
)
def test_what_is_no_position_is_a_problem(api: Api, position: str) -> None:
    answer = api.get("/v1/letter", headers={"Ledger-Position": position})
    assert (answer.status_code, answer.json()["code"]) == (400, "position-invalid")


def test_every_step_of_a_disclosure_has_a_later_position_in_one_partition(api: Api) -> None:
    # given a worker and a consumer
    consumer, worker = register_consumer(api), complete_worker(api)
    code = worker.client.post("/v1/certificate-codes")["code"]
    # when the consumer scans and the worker refuses
    scanned = api.post("/v1/disclosures", consumer.token, json={"code": code, "scopes": ["basic"]})
    path = f"/v1/disclosures/{scanned.json()['disclosure_id']}/refusal"
    refused = api.post(path, worker.token)
    # then the second position lies after the first, beside it
    first, second = (answer.headers["ledger-position"].split(".") for answer in (scanned, refused))
    assert first[0] == second[0]
    assert int(first[1]) < int(second[1])


def test_a_refused_write_has_no_position(api: Api) -> None:
    answer = api.post("/v1/letter-revocations", register_worker(api).token)
    assert answer.is_error
    assert "ledger-position" not in answer.headers
