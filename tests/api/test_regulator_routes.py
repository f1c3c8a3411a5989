"""The looks of a regulator: whom they find, page by page, and what stays on record of the look itself."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.controls import presences
from tests.controls.api import Api
from tests.controls.certificates import approved, viewed
from tests.controls.identifiers import QIANTANG
from tests.controls.people import new_person
from tests.controls.problems import invalid_fields, refusal
from tests.controls.providers import registered_provider
from tests.controls.trails import BASIS, REPLAY, TRAIL, asked, fields_of, settled, trail_of
from tests.controls.visitors import (
    Employed,
    Visitor,
    cancellation,
    officer,
    register_worker,
    signed_in,
    staff_client,
    staff_member,
)


def test_a_trail_is_found_by_id_number_and_by_subject(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a worker whose certificate was read
    viewed(api, consumer, approved(worker, consumer, ["basic"]))
    number = str(worker.person.id_number)
    # when a regulator looks them up in both ways
    regulator = staff_client(api, "regulator")
    settled(api)
    wanted = {"id_number": f" {number} ".replace("X", "x"), "basis": BASIS}
    by_number = regulator.post(TRAIL, json=wanted)["items"]
    by_subject = trail_of(api, worker.subject)
    # then both find the same events, in the order in which they happened
    topics = [entry["topic"] for entry in by_number]
    assert by_subject[: len(by_number)] == by_number
    assert topics[:2] == ["jz.account.registered", "jz.worker.opened"]
    assert topics[-4:] == [
        "jz.disclosure.requested",
        "jz.face_checks.attempted",
        "jz.disclosure.approved",
        "jz.disclosure.viewed",
    ]
    assert by_number[0]["fields"]["name"] == str(worker.person.name)
    assert {"position", "at", "actor"} <= by_number[0].keys()


def test_an_officer_s_trail_tells_whom_they_confirmed_and_nothing_of_them(api: Api, worker: Employed) -> None:
    # given a worker whom an officer confirmed
    member = officer(api)
    request = presences.asked(api, worker, "check_in")
    assert presences.confirm(api, member, request["code"], worker.person).is_success
    # when a regulator looks the officer up, and the worker
    topic = "jz.presence.officer_confirmed"
    trails = [trail_of(api, who) for who in (member.staff_id, worker.subject)]
    (of_officer,), (of_worker,) = (
        [one["fields"] for one in each if one["topic"] == topic] for each in trails
    )
    # then both trails have it, and what the document says stands where a look at the worker is on record
    assert of_officer["subject_id"] == str(worker.subject)
    assert of_officer["document_authority"] == "withheld"
    assert of_worker["document_authority"] == presences.AUTHORITY


def test_a_provider_s_trail_shows_no_records_of_workers(api: Api, worker: Employed) -> None:
    provider = registered_provider(api)
    assert provider.submit(api, provider.record(worker.person)).is_success
    entries = trail_of(api, UUID(provider.provider_id))
    (record,) = [one["fields"] for one in entries if one["topic"] == "jz.credit_record.submitted"]
    assert "withheld" in record.values()
    assert "eyJ" not in str(entries)


@pytest.mark.parametrize("path", [TRAIL, REPLAY])
def test_nobody_is_found_under_an_unknown_number_or_id(api: Api, path: str) -> None:
    # given a number and an id of nobody
    # when a regulator looks for them
    by_number = asked(api, path, id_number=str(new_person().id_number))
    by_subject = asked(api, path, subject_id=str(uuid4()))
    # then there is no such person
    assert refusal(by_number) == (404, "not-found", "id_number")
    assert refusal(by_subject) == (404, "not-found", "subject_id")


@pytest.mark.parametrize(("path", "what"), [(TRAIL, "trail"), (REPLAY, "authorization")])
def test_who_finds_nobody_leaves_that_on_their_own_trail_and_not_whom_they_looked_for(
    api: Api, path: str, what: str
) -> None:
    # given a regulator who tries a number of nobody, twice with the same request, and an id of nobody
    staff, number, nobody = staff_member(api, "regulator"), str(new_person().id_number), str(uuid4())
    wanted = {"basis": BASIS, "instants": [api.clock().isoformat()]}
    for key, given in (
        ("again-", {"id_number": number}),
        ("again-", {"id_number": number}),
        ("other-", {"subject_id": nobody}),
    ):
        answer = api.post(path, staff.token, f"{key}{staff.staff_id}", json=wanted | given)
        assert answer.status_code == 404
    # when another regulator reads the trail of the first
    tried = [e for e in trail_of(api, staff.staff_id) if e["topic"] == "jz.failed_lookups.nobody_found"]
    # then each try is there, once
    recorded = [[e["fields"][name] for name in ("role", "what", "basis", "named_by")] for e in tried]
    assert recorded == [["regulator", what, BASIS, named] for named in ("id_number", "subject_id")]
    # and not what was looked for
    assert number not in str(tried)
    assert nobody not in str(tried)


@pytest.mark.parametrize("path", [TRAIL, REPLAY])
def test_a_person_is_named_in_one_way(api: Api, path: str) -> None:
    both = {"id_number": QIANTANG, "subject_id": str(uuid4())}
    for given in ({}, both):
        assert refusal(asked(api, path, **given))[:2] == (422, "request-invalid")


@pytest.mark.parametrize("path", [TRAIL, REPLAY])
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"basis": ""}, "basis"),
        ({"basis": None}, "basis"),
        ({"basis": "x" * 201}, "basis"),
        ({"id_number": "1" * 33}, "id_number"),
        ({"id_number": None, "subject_id": "no-id"}, "subject_id"),
    ],
)
def test_a_look_that_is_not_as_documented_is_refused(
    api: Api, path: str, given: dict[str, Any], field: str
) -> None:
    assert invalid_fields(asked(api, path, **{"id_number": QIANTANG} | given)) == {field}


@pytest.mark.parametrize("path", [TRAIL, REPLAY])
def test_a_mistyped_number_is_refused(api: Api, path: str) -> None:
    answer = asked(api, path, id_number="110105194912310021")
    assert refusal(answer) == (422, "id-number-checksum", "id_number")


@pytest.mark.parametrize("path", [TRAIL, REPLAY])
def test_only_regulators_look(api: Api, worker: Employed, path: str) -> None:
    for token in (worker.token, signed_in(api, uuid4(), "administrator").access_token):
        answer = api.post(path, token, json={"subject_id": str(worker.subject), "basis": BASIS})
        assert refusal(answer) == (403, "not-allowed", None)


def test_a_long_trail_comes_in_pages(api: Api, worker: Employed) -> None:
    # given a trail, which grows with every look
    whole = [entry["position"] for entry in trail_of(api, worker.subject)]
    # when it is read three at a time
    read: list[str] = []
    cursor: str | None = None
    while len(read) < len(whole):
        given = {"cursor": cursor} if cursor else {}
        page = asked(api, TRAIL, subject_id=str(worker.subject), limit=3, **given).json()
        read, cursor = read + [entry["position"] for entry in page["items"]], page["next"]
    # then every event comes once, in the same order
    assert read[: len(whole)] == whole
    assert len(set(read)) == len(read)


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_one_to_a_hundred_entries(api: Api, worker: Employed, limit: int) -> None:
    answer = asked(api, TRAIL, subject_id=str(worker.subject), limit=limit)
    assert invalid_fields(answer) == {"limit"}


def test_a_cursor_of_another_list_is_refused(api: Api, worker: Employed) -> None:
    answer = asked(api, TRAIL, subject_id=str(worker.subject), cursor="bm8=")
    assert refusal(answer) == (400, "cursor-invalid", "cursor")


@pytest.mark.parametrize(("path", "what"), [(TRAIL, "trail"), (REPLAY, "authorization")])
def test_every_look_is_on_record_with_its_basis_when_it_is_answered(
    api: Api, worker: Employed, path: str, what: str
) -> None:
    # given a regulator
    regulator = staff_client(api, "regulator")
    wanted = {"subject_id": str(worker.subject), "basis": "第十二条", "instants": [api.clock().isoformat()]}
    # when they look
    answer = api.post(path, regulator.access_token, json=wanted)
    # then the answer says where the look is on record, and the trail who looked, at what, and why
    looks = [e for e in trail_of(api, worker.subject) if e["topic"] == "jz.access_log.looked"]
    assert looks[0]["position"] in answer.headers["Ledger-Position"].split(",")
    assert looks[0]["actor"].startswith("staff:")
    recorded = {name: looks[0]["fields"][name] for name in ("role", "what", "basis")}
    assert recorded == {"role": "regulator", "what": what, "basis": "第十二条"}


def test_a_person_who_is_gone_is_found_by_subject_id_only(api: Api) -> None:
    # given a worker who cancelled
    worker = register_worker(api)
    worker.client.post("/v1/me/cancellation", **cancellation(api, worker))
    # when a regulator looks them up
    by_number = [asked(api, path, id_number=str(worker.person.id_number)) for path in (TRAIL, REPLAY)]
    entries = trail_of(api, worker.subject)
    # then the trail is there, and whose it was is not
    assert {refusal(answer) for answer in by_number} == {(404, "not-found", "id_number")}
    assert entries[-1]["topic"] == "jz.account.erased"
    (registered,) = fields_of(api, worker, "jz.account.registered")
    assert {registered[name] for name in ("name", "id_number", "phone")} == {"erased"}
    assert str(worker.person.name) not in str(entries)
