"""Who looked at one's own data: GET /v1/me/looks."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.controls.api import Api
from tests.controls.certificates import approved, path, viewed
from tests.controls.looking import SIGHTS, looks_of
from tests.controls.moments import INSTANT
from tests.controls.trails import BASIS, REPLAY, TRAIL, asked, settled
from tests.controls.visitors import Employed, Visitor, cancellation, staff_member

DELAY = timedelta(days=90)


def kinds(api: Api, subject: UUID) -> list[str]:
    return [look["who"]["kind"] for look in looks_of(api, subject)]


@pytest.mark.parametrize("path", [TRAIL, REPLAY])
def test_a_regulator_s_look_shows_at_once_with_its_basis_and_without_who_of_the_staff(
    api: Api, worker: Employed, path: str
) -> None:
    # given a regulator who looks
    staff = staff_member(api, "regulator")
    wanted = {"subject_id": str(worker.subject), "basis": BASIS, "instants": [api.clock().isoformat()]}
    answer = api.post(path, staff.token, json=wanted)
    # when the person asks who looked
    (look,) = looks_of(api, worker.subject)
    # then it is there
    assert look["who"] == {"kind": "regulator", "name": None}
    assert look["basis"] == BASIS
    assert look["what"] == {TRAIL: "trail", REPLAY: "authorization"}[path]
    assert look["position"] in answer.headers["Ledger-Position"].split(",")
    assert look["at"] == look["shown_at"]
    assert str(staff.staff_id) not in str(look)


@pytest.mark.parametrize("path", [TRAIL, REPLAY])
def test_a_look_that_the_law_delays_shows_after_ninety_days_and_not_before(
    api: Api, worker: Employed, path: str
) -> None:
    # given a look that the person must not hear of at once
    looked_at = api.clock()
    assert asked(api, path, subject_id=str(worker.subject), delayed=True).is_success
    # then it is not there an instant before the delay is over
    api.clock.advance(DELAY - INSTANT)
    assert looks_of(api, worker.subject) == []
    # and is there when it is
    api.clock.advance(INSTANT)
    (look,) = looks_of(api, worker.subject)
    assert (look["basis"], look["who"]["kind"]) == (BASIS, "regulator")
    assert look["shown_at"] == (looked_at + DELAY).isoformat().replace("+00:00", "Z")


def test_a_consumer_s_look_shows_the_masked_name_and_what_was_approved(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given a consumer who read twice what the worker approved
    disclosure = approved(worker, consumer, ["basic", "tax"])
    for _ in range(2):
        viewed(api, consumer, disclosure)
    # when the worker asks who looked
    looks = looks_of(api, worker.subject)
    # then both looks are there
    assert len(looks) == 2
    assert looks[0]["who"] == {"kind": "consumer", "name": consumer.person.name.masked()}
    assert (looks[0]["what"], looks[0]["basis"]) == ("disclosure", None)
    assert looks[0]["disclosure_id"] == disclosure["disclosure_id"]
    assert looks[0]["scopes"] == ["basic", "tax"]
    # and the consumer, who looked, was not looked at
    assert looks_of(api, consumer.subject) == []


def test_an_enterprise_s_look_shows_its_name_once_a_day(api: Api) -> None:
    # given an operator who opens the list twice
    subject, look = SIGHTS["GET /v1/enterprise/employments"](api)
    assert look().is_success
    assert look().is_success
    # then the worker sees one look, of the enterprise
    (seen,) = looks_of(api, subject)
    assert seen["who"]["kind"] == "enterprise"
    assert seen["who"]["name"]
    assert (seen["what"], seen["basis"]) == ("employments", "从业关系管理")


def test_an_officer_s_look_shows_what_it_was_for(api: Api) -> None:
    # given an officer who confirmed that the person at the counter is who asked
    subject, look = SIGHTS["POST /v1/officer/presence-confirmations"](api)
    assert look().is_success
    # then the person sees it, and not which officer
    (seen,) = looks_of(api, subject)
    assert seen["who"] == {"kind": "officer", "name": None}
    assert (seen["what"], seen["basis"]) == ("presence", "check_in")


def test_the_look_of_somebody_who_is_gone_says_erased(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a consumer who read, and cancelled the account
    viewed(api, consumer, approved(worker, consumer, ["basic"]))
    consumer.client.post("/v1/me/cancellation", **cancellation(api, consumer))
    # then the look stays, and whose it was does not
    (look,) = looks_of(api, worker.subject)
    assert look["who"] == {"kind": "consumer", "name": "erased"}


def test_a_request_that_was_never_read_is_no_look(api: Api, worker: Employed, consumer: Visitor) -> None:
    disclosure = approved(worker, consumer, ["basic"])
    worker.client.get(path(disclosure))
    assert kinds(api, worker.subject) == []


def test_nobody_sees_the_looks_at_another(api: Api, worker: Employed, consumer: Visitor) -> None:
    asked(api, TRAIL, subject_id=str(worker.subject))
    assert kinds(api, worker.subject) == ["regulator"]
    assert kinds(api, consumer.subject) == []


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_looks_come_newest_first_in_pages_that_hide_what_is_delayed(
    api: Api, worker: Employed, limit: int
) -> None:
    # given five looks, of which some lie at the same instant and one is delayed
    for number in range(5):
        asked(api, TRAIL, subject_id=str(worker.subject), basis=f"第{number}条", delayed=number == 2)
        api.clock.advance(timedelta(minutes=number % 2))
    settled(api)
    # when they are read page by page
    page = worker.client.get("/v1/me/looks", params={"limit": limit})
    found = page["items"]
    while page["next"]:
        page = worker.client.get("/v1/me/looks", params={"limit": limit, "cursor": page["next"]})
        found += page["items"]
    # then each that may be seen is there once
    assert [look["basis"] for look in found] == ["第4条", "第3条", "第1条", "第0条"]
