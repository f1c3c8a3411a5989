"""An enterprise's operator: GET /v1/enterprise/employments, confirmation, refusal, end."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.use_cases.attendances import check_in
from ledger.use_cases.employments import choose_enterprises, confirm_employment
from tests.controls import people
from tests.controls.api import Api
from tests.controls.enterprises import operator_token
from tests.controls.people import cause, listed_enterprise
from tests.controls.problems import refusal
from tests.controls.trails import fields_of, settled
from tests.controls.visitors import (
    Employed,
    Visitor,
    complete_worker,
    register_worker,
    signed_in,
    staff_client,
)
from tests.controls.workers import THIRTY_DAYS, choosing_worker, due_at


def staffed(api: Api, enterprise: UUID, **given: Any) -> list[dict[str, Any]]:
    """The workers as the enterprise's operator sees them."""
    settled(api)
    answer = api.get("/v1/enterprise/employments", operator_token(api, enterprise), **given)
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def decided(api: Api, enterprise: UUID, worker: UUID, step: str) -> Any:
    """The operator says something about a worker."""
    return api.post(f"/v1/enterprise/employments/{worker}/{step}", operator_token(api, enterprise))


def waiting_worker(api: Api) -> tuple[Visitor, UUID]:
    """A worker who chose an enterprise, and that enterprise."""
    worker, enterprise = register_worker(api), listed_enterprise(api.parts.ledger, api.clock)
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [str(enterprise)]})
    return worker, enterprise


def test_an_operator_sees_their_own_enterprise_under_masked_names(api: Api, worker: Employed) -> None:
    # given a worker of one enterprise and a worker of another
    other = complete_worker(api)
    operator = staff_client(api, "operator", worker.enterprise)
    settled(api)
    # when the operator of the first one looks
    answer = api.get("/v1/enterprise/employments", operator.access_token)
    # then only the own worker is there, without name or number
    (row,) = answer.json()["items"]
    assert (row["worker_id"], row["status"]) == (str(worker.subject), "employed")
    assert row["worker_name"] == worker.person.name.masked()
    for secret in (str(worker.person.name), str(worker.person.id_number), str(other.subject)):
        assert secret not in answer.text


def test_an_operator_reads_in_pages(api: Api) -> None:
    # given an enterprise that three workers chose
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    workers = [choosing_worker(api).subject for _ in range(3)]
    for one in workers:
        choose_enterprises(api.parts.ledger, cause(api.clock, "person"), one, [enterprise])
    settled(api)
    # when its operator reads two at a time
    token, wanted = operator_token(api, enterprise), {"limit": 2}
    first = api.get("/v1/enterprise/employments", token, params=wanted).json()
    more = wanted | {"cursor": first["next"]}
    second = api.get("/v1/enterprise/employments", token, params=more).json()
    # then every one comes once
    seen = [row["worker_id"] for row in first["items"] + second["items"]]
    assert sorted(seen) == sorted(map(str, workers))
    assert second["next"] is None


@pytest.mark.parametrize(("step", "status"), [("confirmation", "confirmed"), ("refusal", "refused")])
def test_an_operator_answers_who_chose_the_enterprise(api: Api, step: str, status: str) -> None:
    # given a worker who waits
    worker, enterprise = waiting_worker(api)
    # when the operator answers
    answered = decided(api, enterprise, worker.subject, step)
    # then the worker sees it; before the registration is complete nobody is employed (在职)
    assert answered.status_code == 200
    settled(api)
    assert [row["status"] for row in worker.client.get("/v1/me/employments")["items"]] == [status]
    # and there is nothing left to answer
    for again in ("confirmation", "refusal"):
        assert refusal(decided(api, enterprise, worker.subject, again))[:2] == (409, "employment-not-chosen")


def test_an_operator_ends_an_employment_once(api: Api, worker: Employed) -> None:
    # given an employed worker
    ended = decided(api, worker.enterprise, worker.subject, "end")
    # when it is ended again, then it is over
    assert ended.status_code == 200
    assert [row["status"] for row in staffed(api, worker.enterprise)] == ["ended"]
    again = decided(api, worker.enterprise, worker.subject, "end")
    assert refusal(again) == (409, "employment-not-open", None)


def test_a_refused_worker_may_choose_the_enterprise_again(api: Api) -> None:
    worker, enterprise = waiting_worker(api)
    decided(api, enterprise, worker.subject, "refusal")
    assert refusal(decided(api, enterprise, worker.subject, "end"))[1] == "employment-not-open"
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [str(enterprise)]})
    assert [row["status"] for row in staffed(api, enterprise)] == ["chosen"]


@pytest.mark.parametrize("step", ["confirmation", "refusal", "end"])
def test_an_operator_decides_nothing_about_others(api: Api, worker: Employed, step: str) -> None:
    # given an enterprise that the worker never chose, and an id of nobody
    other = listed_enterprise(api.parts.ledger, api.clock)
    # when its operator decides about them
    stranger, nobody = decided(api, other, worker.subject, step), decided(api, other, uuid4(), step)
    # then both are refused, and the worker stays where they are
    assert refusal(stranger)[0] == 409
    assert refusal(nobody) == (404, "worker-unknown", None)
    assert [row["status"] for row in staffed(api, worker.enterprise)] == ["employed"]


def test_every_worker_that_an_operator_sees_has_a_record_of_it(api: Api, worker: Employed) -> None:
    # given an operator who looks at the list twice on a day, and once on the next
    operator = uuid4()
    settled(api)
    for later in (timedelta(), timedelta(hours=1), timedelta(days=1)):
        api.clock.advance(later)
        token = signed_in(api, operator, "operator", worker.enterprise).access_token
        assert len(api.get("/v1/enterprise/employments", token).json()["items"]) == 1
    # then the worker's trail has a look a day
    looks = [look for look in fields_of(api, worker, "jz.access_log.looked") if look["role"] == "operator"]
    assert [(look["what"], look["basis"]) for look in looks] == [("employments", "从业关系管理")] * 2


def test_an_operator_sees_who_is_due_to_check_in(api: Api) -> None:
    # given an enterprise with a worker who is due in six days, one who is due later, and one who waits
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    soon, later, waiting = people_of(api, enterprise)
    # when the operator asks for those who are due within some days
    due = {days: staffed(api, enterprise, params={"due_within_days": days}) for days in (5, 6, 30)}
    # then they are told, and nobody else
    assert [[row["worker_id"] for row in rows] for rows in due.values()] == [
        [],
        [str(soon)],
        sorted(map(str, (soon, later))),
    ]
    assert str(waiting) not in str(due)
    # and the numbers say the same
    token = operator_token(api, enterprise)
    numbers = api.get("/v1/enterprise/statistics", token).json()
    assert numbers == {"confirmed": 2, "employed": 2, "left": 0, "due_soon": 1}
    api.clock.advance(timedelta(days=7))
    token = operator_token(api, enterprise)
    numbers = api.get("/v1/enterprise/statistics", token).json()
    assert numbers == {"confirmed": 2, "employed": 1, "left": 1, "due_soon": 0}


def test_an_operator_sees_those_who_wait_for_an_answer(api: Api) -> None:
    # given an enterprise with confirmed workers and one who waits
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    *confirmed, waiting = people_of(api, enterprise)
    # when the operator asks by what was recorded, then nobody else is shown, nor recorded as seen
    found = {
        recorded: [row["worker_id"] for row in staffed(api, enterprise, params={"status": recorded})]
        for recorded in ("chosen", "confirmed", "refused")
    }
    assert found == {"chosen": [str(waiting)], "confirmed": sorted(map(str, confirmed)), "refused": []}


@pytest.mark.parametrize("step", ["refusal", "end"])
def test_an_operator_learns_nothing_of_the_check_ins_of_who_is_not_theirs(
    api: Api, worker: Employed, step: str
) -> None:
    # given a worker who checks in, and chose a second enterprise
    other = listed_enterprise(api.parts.ledger, api.clock)
    choose_enterprises(api.parts.ledger, cause(api.clock, "person"), worker.subject, [other])
    before = staffed(api, other)
    # when its operator lets them go again
    if step == "end":
        decided(api, other, worker.subject, "confirmation")
    decided(api, other, worker.subject, step)
    # then neither before nor after is told when the next check-in is due
    assert [row["due_at"] for row in before + staffed(api, other)] == [None, None]


def people_of(api: Api, enterprise: UUID) -> tuple[UUID, UUID, UUID]:
    """Two confirmed workers, one of whom registered 24 days before the other, and one who chose it."""
    ledger, clock = api.parts.ledger, api.clock
    soon = people.complete_worker(ledger, clock).subject
    clock.advance(timedelta(days=24))
    later, waiting = people.complete_worker(ledger, clock).subject, choosing_worker(api).subject
    for one in (soon, later, waiting):
        choose_enterprises(ledger, cause(clock, "person"), one, [enterprise])
    for one in (soon, later):
        confirm_employment(ledger, cause(clock, "staff"), one, enterprise)
    return soon, later, waiting


def test_a_check_in_restores_what_was_confirmed_and_not_ended(api: Api, worker: Employed) -> None:
    # given a worker of two enterprises, one of which ended it, who has left (离职)
    other = listed_enterprise(api.parts.ledger, api.clock)
    choose_enterprises(api.parts.ledger, cause(api.clock, "person"), worker.subject, [other])
    decided(api, other, worker.subject, "confirmation")
    decided(api, other, worker.subject, "end")
    api.clock.advance(THIRTY_DAYS + timedelta(days=1))
    left = [staffed(api, one)[0]["status"] for one in (worker.enterprise, other)]
    # when they check in
    check_in(api.parts.ledger, cause(api.clock, f"person:{worker.subject}"), worker.subject, people.ACCEPTED)
    # then the one employment is back, and the other stays ended
    assert left == ["left", "ended"]
    assert [staffed(api, one)[0]["status"] for one in (worker.enterprise, other)] == ["employed", "ended"]


def test_the_status_follows_the_clock(api: Api, worker: Employed) -> None:
    # given an employed worker, in the last instant before the deadline, with every background job at rest
    due = due_at(worker)
    api.clock.advance(THIRTY_DAYS)
    (in_time,) = staffed(api, worker.enterprise)
    # when that instant is over
    api.clock.advance(timedelta(microseconds=1))
    (late,) = staffed(api, worker.enterprise)
    # then the worker has left (离职)
    assert (in_time["status"], late["status"]) == ("employed", "left")
    assert in_time["due_at"] == due.isoformat().replace("+00:00", "Z")
