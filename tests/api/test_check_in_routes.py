"""The monthly check-in (签到): POST /v1/check-ins, GET /v1/me/attendance."""

from datetime import UTC, datetime, timedelta

from jiazheng.demo.camera import shown
from jiazheng.demo.client import refused
from tests.controls.api import Api
from tests.controls.problems import refusal
from tests.controls.trails import settled
from tests.controls.visitors import OTHER_FACE, SAME_FACE, Visitor, complete_worker, face
from tests.controls.workers import THIRTY_DAYS, again, due_at, signed_worker


def statuses(worker: Visitor) -> list[str]:
    """The status of each of the worker's own employments."""
    return [row["status"] for row in worker.client.get("/v1/me/employments")["items"]]


def test_a_check_in_moves_the_deadline(api: Api) -> None:
    # given a worker, a week after the registration
    registered = complete_worker(api)
    api.clock.advance(timedelta(days=7))
    worker = again(api, registered)
    # when they check in
    worker.client.post("/v1/check-ins", **shown(worker.client, "check_in", SAME_FACE))
    # then thirty days count from now
    assert due_at(worker) == api.clock() + THIRTY_DAYS


def test_a_late_check_in_restores_the_employment(api: Api) -> None:
    # given a confirmed worker whose deadline passed
    worker = complete_worker(api)
    due = due_at(worker)
    api.clock.advance(THIRTY_DAYS + timedelta(seconds=1))
    overdue = again(api, worker)
    settled(api)
    before = overdue.client.get("/v1/me/attendance"), statuses(overdue)
    # when they check in
    overdue.client.post("/v1/check-ins", **shown(overdue.client, "check_in", SAME_FACE))
    # then they had left, and are employed again
    assert before[0] == {"due_at": due.isoformat().replace("+00:00", "Z"), "overdue": True, "employed": False}
    assert before[1] == ["left"]
    assert statuses(overdue) == ["employed"]
    after = overdue.client.get("/v1/me/attendance")
    assert (after["overdue"], after["employed"]) == (False, True)


def test_nobody_is_employed_without_a_confirmed_enterprise(api: Api) -> None:
    # given a worker whose only enterprise has ended the employment
    worker = complete_worker(api)
    worker.client.post(f"/v1/me/employments/{worker.enterprise}/end")
    # when they ask, then they are not overdue, and not employed (在职)
    told = worker.client.get("/v1/me/attendance")
    assert (told["overdue"], told["employed"]) == (False, False)


def test_check_ins_go_on_across_the_end_of_a_year(api: Api) -> None:
    # given a worker who completed the registration in the last minute of a Shanghai year
    end_of_year = datetime(api.clock().year, 12, 31, 15, 59, tzinfo=UTC)
    api.clock.advance(max(end_of_year - api.clock(), timedelta(0)))
    worker = complete_worker(api)
    # when they check in two minutes later, in the next year, twice
    for _ in range(2):
        api.clock.advance(timedelta(minutes=2))
        worker.client.post("/v1/check-ins", **shown(worker.client, "check_in", SAME_FACE))
    # then the deadline is the last one's
    assert due_at(worker) == api.clock() + THIRTY_DAYS
    assert statuses(worker) == ["employed"]


def test_a_check_in_needs_a_complete_registration(api: Api) -> None:
    worker = signed_worker(api)
    answer = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in"))
    assert refusal(answer) == (409, "registration-incomplete", None)
    refused("registration-incomplete", lambda: worker.client.get("/v1/me/attendance"))


def test_another_face_does_not_check_in(api: Api) -> None:
    worker = complete_worker(api)
    due = due_at(worker)
    api.clock.advance(timedelta(minutes=1))
    answer = api.post("/v1/check-ins", worker.token, **face(api, worker.token, "check_in", OTHER_FACE))
    assert refusal(answer) == (403, "face-not-matched", "frames")
    assert due_at(worker) == due
