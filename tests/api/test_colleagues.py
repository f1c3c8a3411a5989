"""Operators (家政企业管理员) invite and withdraw colleagues of their own enterprise, two of them together."""

from uuid import UUID

from tests.controls.api import Api
from tests.controls.enterprises import operator_token
from tests.controls.people import listed_enterprise
from tests.controls.problems import refusal
from tests.controls.trails import settled
from tests.controls.visitors import administrator, enrolled


def colleague(api: Api, enterprise: UUID) -> tuple[str, str, str]:
    """The id of somebody whom one operator invited and another one granted, and the two halves they gave."""
    first = api.post("/v1/enterprise/operators", operator_token(api, enterprise)).json()
    path = f"/v1/enterprise/operators/{first['staff_id']}/grant"
    second = api.post(path, operator_token(api, enterprise)).json()
    return first["staff_id"], first["enrolment_token_half"], second["enrolment_token_half"]


def test_a_colleague_whom_two_operators_invited_works_for_the_same_enterprise(api: Api) -> None:
    # given a colleague who has both halves of the token
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    staff_id, *halves = colleague(api, enterprise)
    # when they enrol and sign in
    member = enrolled(api, UUID(staff_id), ".".join(halves))
    # then they see the workers of that enterprise
    assert api.get("/v1/enterprise/employments", member.token).json() == {"items": [], "next": None}


def test_nobody_grants_a_colleague_alone_and_an_administrator_may(api: Api) -> None:
    # given an operator's invitation
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    token = operator_token(api, enterprise)
    staff_id = api.post("/v1/enterprise/operators", token).json()["staff_id"]
    # when the same operator, one of another enterprise, and an administrator grant it
    path = f"/v1/enterprise/operators/{staff_id}/grant"
    alone = api.post(path, token)
    stranger = api.post(path, operator_token(api, listed_enterprise(api.parts.ledger, api.clock)))
    granted = api.post(f"/v1/staff/{staff_id}/grant", administrator(api, "first").access_token)
    # then only the administrator does
    assert refusal(alone) == (403, "second-administrator-needed", None)
    assert refusal(stranger) == (404, "not-found", None)
    assert granted.status_code == 200


def test_a_colleague_is_withdrawn_by_two_and_signed_out_at_once(api: Api) -> None:
    # given a colleague at work
    enterprise = listed_enterprise(api.parts.ledger, api.clock)
    staff_id, *halves = colleague(api, enterprise)
    member = enrolled(api, UUID(staff_id), ".".join(halves))
    proposer, path = operator_token(api, enterprise), f"/v1/enterprise/operators/{staff_id}"
    # when one operator wants to withdraw them
    early = api.post(f"{path}/withdrawal", proposer)
    proposed = api.post(f"{path}/withdrawal-proposal", proposer)
    twice = api.post(f"{path}/withdrawal-proposal", proposer)
    alone = api.post(f"{path}/withdrawal", proposer)
    still = api.get("/v1/enterprise/statistics", member.token)
    # then it takes a second one, and then no token of theirs works
    assert refusal(early) == (409, "withdrawal-not-proposed", None)
    assert (proposed.status_code, still.status_code) == (200, 200)
    assert refusal(twice) == (409, "withdrawal-already-proposed", None)
    assert refusal(alone) == (403, "second-operator-needed", None)
    assert api.post(f"{path}/withdrawal", operator_token(api, enterprise)).status_code == 200
    assert refusal(api.get("/v1/enterprise/statistics", member.token)) == (401, "token-invalid", None)


def test_operators_see_their_colleagues_and_administrators_everybody(api: Api) -> None:
    # given a colleague whose withdrawal an operator proposed, and an operator of another enterprise
    enterprise, other = (listed_enterprise(api.parts.ledger, api.clock) for _ in range(2))
    staff_id, *_ = colleague(api, enterprise)
    token = operator_token(api, enterprise)
    api.post(f"/v1/enterprise/operators/{staff_id}/withdrawal-proposal", token)
    settled(api)
    # when both lists are read
    colleagues = api.get("/v1/enterprise/operators", token, params={"limit": 100}).json()["items"]
    strangers = api.get("/v1/enterprise/operators", operator_token(api, other)).json()["items"]
    # then the colleague is in the own one, with what was proposed, and in the administrators'
    [found] = [member for member in colleagues if member["staff_id"] == staff_id]
    assert (found["status"], found["enterprise_id"]) == ("granted", str(enterprise))
    assert found["withdrawal_proposed_by"].startswith("staff:")
    assert staff_id not in [member["staff_id"] for member in strangers]
    assert staff_id in everybody(api)


def everybody(api: Api) -> list[str]:
    """The ids of all staff, page after page."""
    token, found, params = administrator(api, "first").access_token, [], {"limit": "100"}
    while True:
        page = api.get("/v1/staff", token, params=params).json()
        found += [member["staff_id"] for member in page["items"]]
        if page["next"] is None:
            return found
        params["cursor"] = page["next"]
