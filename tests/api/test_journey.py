"""The helpers of this folder, on one short journey."""

from jiazheng.demo.camera import shown
from tests.controls.api import Api
from tests.controls.visitors import (
    SAME_FACE,
    complete_worker,
    register_consumer,
    register_worker,
    staff_client,
)


def test_people_of_every_kind_come_to_the_api(api: Api) -> None:
    # given a fresh worker, a consumer, an employed worker and their operator
    fresh, consumer, employed = register_worker(api), register_consumer(api), complete_worker(api)
    operator = staff_client(api, "operator", employed.enterprise)
    # when the employed one checks in with another picture of the same face
    employed.client.post("/v1/check-ins", **shown(employed.client, "check_in", SAME_FACE))
    # then each sees their own
    assert fresh.client.get("/v1/me")["role"] == "worker"
    assert consumer.client.get("/v1/me")["role"] == "consumer"
    assert not employed.client.get("/v1/me/attendance")["overdue"]
    assert [row["status"] for row in operator.get("/v1/enterprise/employments")["items"]] == ["employed"]
