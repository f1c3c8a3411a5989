"""Staff roles with four eyes: POST /v1/staff, its grant, its withdrawal; the first two administrators."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from domain.rejections import Reason, Refused
from domain.staff import STAFF_ROLES, StaffMember
from jiazheng.demo.doubles.passkey import SoftwarePasskey
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.staff import grant_first_administrator, withdraw_role
from tests.conftest import MovableClock
from tests.controls.api import Api
from tests.controls.people import cause, listed_enterprise
from tests.controls.problems import invalid_fields, refusal
from tests.controls.visitors import (
    Staff,
    administrator,
    challenge,
    granted,
    proposed,
    register_consumer,
    staff_member,
)


def acted(api: Api, who: str, staff_id: object, step: str) -> Any:
    """The first or the second administrator grants or withdraws."""
    return api.post(f"/v1/staff/{staff_id}/{step}", administrator(api, who).access_token)


def signed_in_again(api: Api, member: Staff) -> Any:
    """The member tries to sign in with their passkey."""
    credential = member.passkey.get(challenge(api))
    body = {"staff_id": str(member.staff_id), "credential": credential, "device": "desk"}
    return api.post("/v1/staff-sessions", json=body)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_role_that_two_administrators_gave_can_be_used(api: Api, role: str) -> None:
    # given a role for somebody; an operator's enterprise is named
    enterprise = listed_enterprise(api.parts.ledger, api.clock) if role == "operator" else None
    # when one administrator proposes and the other grants it
    member = staff_member(api, role, enterprise)
    # then the member signs in, and the event names both administrators
    assert signed_in_again(api, member).status_code == 201
    recorded = api.parts.ledger.load(StaffMember, member.staff_id)
    assert (recorded.status, recorded.role, recorded.enterprise_id) == ("granted", role, enterprise)
    assert recorded.proposed_by == f"staff:{api.staff['first']}"


def test_nobody_grants_their_own_proposal(api: Api) -> None:
    # given a proposal of the first administrator
    staff_id, _ = proposed(api, "editor")
    # when they grant it themselves
    own = acted(api, "first", staff_id, "grant")
    # then it is refused, and still open to the second one
    assert refusal(own) == (403, "second-administrator-needed", None)
    assert acted(api, "second", staff_id, "grant").status_code == 200


@pytest.mark.parametrize("who", ["first", "second"])
def test_a_role_is_granted_once(api: Api, who: str) -> None:
    staff_id, _ = granted(api, "editor")
    assert refusal(acted(api, who, staff_id, "grant")) == (409, "grant-not-proposed", None)


def test_a_withdrawn_role_is_not_granted_again(api: Api) -> None:
    staff_id, _ = granted(api, "editor")
    acted(api, "first", staff_id, "withdrawal")
    assert refusal(acted(api, "second", staff_id, "grant")) == (409, "grant-not-proposed", None)


@pytest.mark.parametrize("step", ["grant", "withdrawal"])
def test_an_id_of_nobody_is_not_found(api: Api, step: str) -> None:
    assert refusal(acted(api, "first", uuid4(), step)) == (404, "not-found", None)
    assert invalid_fields(acted(api, "first", "no-id", step)) == {"staff_id"}


def test_before_the_grant_the_role_is_of_no_use(api: Api) -> None:
    # given somebody who was only proposed
    _, token = proposed(api, "regulator")
    # when they enrol a passkey
    credential = SoftwarePasskey(api.url, "localhost").create(challenge(api))
    answer = api.post("/v1/staff-passkeys", json={"enrolment_token": token, "credential": credential})
    # then it is too early
    assert refusal(answer) == (403, "passkey-invalid", None)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_an_operator_and_nobody_else_has_an_enterprise(api: Api, role: str) -> None:
    # given a proposal with an enterprise where there must be none, or the other way round
    enterprise = None if role == "operator" else str(listed_enterprise(api.parts.ledger, api.clock))
    body = {"role": role, "enterprise_id": enterprise}
    # when it is sent, then it is refused
    answer = api.post("/v1/staff", administrator(api, "first").access_token, json=body)
    assert refusal(answer)[:2] == (422, "request-invalid")


def test_an_operators_enterprise_is_on_the_list(api: Api) -> None:
    body = {"role": "operator", "enterprise_id": str(uuid4())}
    answer = api.post("/v1/staff", administrator(api, "first").access_token, json=body)
    assert refusal(answer) == (404, "enterprise-unknown", None)


@pytest.mark.parametrize("role", ["worker", "consumer", "root", "", None])
def test_only_staff_roles_are_given(api: Api, role: str | None) -> None:
    answer = api.post("/v1/staff", administrator(api, "first").access_token, json={"role": role})
    assert invalid_fields(answer) == {"role"}


def test_a_withdrawal_ends_every_session_at_once(api: Api) -> None:
    # given an editor on two devices
    member = staff_member(api, "editor")
    second = signed_in_again(api, member).json()
    # when the role is withdrawn
    acted(api, "second", member.staff_id, "withdrawal")
    # then no token works, none can be refreshed, and the passkey opens nothing
    for token in (member.token, second["access_token"]):
        assert refusal(api.post("/v1/enterprise-imports", token)) == (401, "token-invalid", None)
    refresh = {"refresh_token": second["refresh_token"]}
    assert refusal(api.post("/v1/session-refreshes", json=refresh))[1] == "token-invalid"
    assert refusal(signed_in_again(api, member)) == (403, "grant-not-in-force", None)


def test_a_role_is_withdrawn_once(api: Api) -> None:
    gone, _ = granted(api, "editor")
    acted(api, "first", gone, "withdrawal")
    assert refusal(acted(api, "first", gone, "withdrawal")) == (403, "grant-not-in-force", None)


def test_a_proposal_is_turned_down_by_one_and_granted_no_more(api: Api) -> None:
    waiting, _ = proposed(api, "editor")
    assert acted(api, "second", waiting, "withdrawal").is_success
    assert refusal(acted(api, "second", waiting, "grant")) == (409, "grant-not-proposed", None)


@pytest.mark.parametrize("path", ["/v1/staff", "/v1/providers", "/v1/kiosks"])
def test_only_administrators_administrate(api: Api, path: str) -> None:
    tokens = [register_consumer(api).token, staff_member(api, "regulator").token]
    assert {refusal(api.post(path, token, json={})) for token in tokens} == {(403, "not-allowed", None)}


def test_the_console_grants_two_administrators_and_no_third(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a fresh system
    console = [grant_first_administrator(ledger, cause(clock, "system:console")) for _ in range(2)]
    # when a third one is asked for
    with pytest.raises(Refused) as refused:
        grant_first_administrator(ledger, cause(clock, "system:console"))
    # then the two that there are must do with four eyes
    assert refused.value.reason is Reason.ADMINISTRATORS_EXIST
    assert [ledger.load(StaffMember, staff_id).status for staff_id in console] == ["granted"] * 2
    # and one who is withdrawn makes room for another
    withdraw_role(ledger, cause(clock, "staff:other"), console[0])
    assert grant_first_administrator(ledger, cause(clock, "system:console")) not in console


def test_consoles_at_once_grant_two_administrators_together(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given eight consoles on a fresh system
    def grant(_: int) -> object:
        try:
            return grant_first_administrator(ledger, cause(clock, "system:console"))
        except Refused as refused:
            return refused.reason

    # when all of them grant at the same time
    with ThreadPoolExecutor(8) as consoles:
        outcomes = list(consoles.map(grant, range(8)))
    # then two got one, each another one
    given = [outcome for outcome in outcomes if outcome is not Reason.ADMINISTRATORS_EXIST]
    assert len(given) == len(set(given)) == 2
