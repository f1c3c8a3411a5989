"""My information (本人信息管理): pages are read and saved alone, and never over what was not seen."""

from typing import Any
from uuid import uuid4

import pytest

from domain.profile_pages import PAGES
from tests.controls.api import Api
from tests.controls.problems import invalid_fields, refusal
from tests.controls.profiles import BASIC, EMPLOYMENT, EXAMPLES, SERVICES
from tests.controls.saved_pages import NEVER_SAVED, address, put, saved
from tests.controls.trails import fields_of
from tests.controls.visitors import Visitor, register_consumer, register_worker

MARKER = "geheim4711"
OLDER = SERVICES | {"years_of_experience": 8}


@pytest.fixture
def worker(api: Api) -> Visitor:
    """A worker who has only registered."""
    return register_worker(api)


def test_the_profile_of_a_new_worker_is_empty_and_says_what_is_missing(worker: Visitor) -> None:
    # given a worker who has saved nothing
    profile = worker.client.get("/v1/me/profile")
    # then what the ID number tells is there, and nothing else
    number = worker.person.id_number
    told = {"sex": number.sex, "birth_date": number.birth_date.isoformat()}
    assert (profile["percent"], profile["from_id_number"]) == (0, told)
    assert [(page["page"], page["etag"], page["content"]) for page in profile["pages"]] == [
        (page, None, {}) for page in PAGES
    ]
    assert profile["pages"][2]["missing"] == ["policies"]
    assert "political_status" not in profile["pages"][0]["missing"]


def test_the_bar_fills_up_to_a_hundred_percent(api: Api, worker: Visitor) -> None:
    percents = []
    for page in EXAMPLES:
        saved(api, worker, page)
        percents.append(worker.client.get("/v1/me/profile")["percent"])
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert [page["missing"] for page in worker.client.get("/v1/me/profile")["pages"]] == [[]] * 5


@pytest.mark.parametrize("page", EXAMPLES)
def test_a_page_reads_as_it_was_saved_with_its_tag(api: Api, worker: Visitor, page: str) -> None:
    answer = put(api, worker, page, EXAMPLES[page])
    assert (answer.json(), answer.headers["etag"]) == ({"page": page, "etag": '"v1"'}, '"v1"')
    read = api.get(address(page), worker.token)
    assert read.headers["etag"] == '"v1"'
    assert read.json() == {"page": page, "etag": '"v1"', "content": EXAMPLES[page], "missing": []}


def test_a_client_that_has_the_page_gets_no_body(api: Api, worker: Visitor) -> None:
    saved(api, worker, "basic")
    again = api.get(address("basic"), worker.token, headers={"If-None-Match": '"v1"'})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_is_saved_alone_by_one_event(api: Api, worker: Visitor) -> None:
    # given a saved page
    saved(api, worker, "basic")
    before = api.appended()
    # when another one is saved for the first time
    saved(api, worker, "services")
    # then one event says so, and the first page is as it was
    assert api.appended() == before + 1
    assert worker.client.get(address("basic"))["etag"] == '"v1"'
    told = [
        (event["page"], event["filled"], event["asked"])
        for event in fields_of(api, worker, "jz.profile.page_saved")
    ]
    assert told == [("basic", 6, 6), ("services", 4, 4)]


def test_a_save_names_the_version_that_was_seen(api: Api, worker: Visitor) -> None:
    # given a page that was saved on two devices
    saved(api, worker, "services")
    assert put(api, worker, "services", OLDER, version=1).json()["etag"] == '"v2"'
    before = api.appended()
    # when somebody who saw less saves something else
    for headers in ({"If-Match": '"v1"'}, NEVER_SAVED):
        sent = SERVICES | {"schooling": "61"}
        answer = api.put(address("services"), worker.token, headers=headers, json=sent)
        # then it is refused
        assert refusal(answer) == (412, "version-stale", None)
    assert api.appended() == before


def test_a_save_without_a_version_is_refused(api: Api, worker: Visitor) -> None:
    answer = api.put(address("services"), worker.token, json=SERVICES)
    assert refusal(answer) == (428, "if-match-missing", None)


@pytest.mark.parametrize("version", [0, 1])
def test_the_same_page_again_without_a_key_changes_nothing(api: Api, worker: Visitor, version: int) -> None:
    # given a saved page
    first = put(api, worker, "services", SERVICES)
    before = api.appended()
    # when it comes again, with the precondition of the first time or the one of now
    again = put(api, worker, "services", SERVICES, version)
    # then it is the same answer, and nothing was appended
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert api.appended() == before


def test_the_same_request_again_with_its_key_is_answered_from_memory(api: Api, worker: Visitor) -> None:
    # given a save under a key, and another one after it
    key = str(uuid4())
    first = put(api, worker, "services", SERVICES, key=key)
    put(api, worker, "services", OLDER, version=1)
    before = api.appended()
    # when the first one comes again
    again = put(api, worker, "services", SERVICES, key=key)
    # then it gets its answer with its tag, and the later page stays
    assert (again.content, again.headers["etag"]) == (first.content, '"v1"')
    assert again.headers["ledger-position"] == first.headers["ledger-position"]
    assert api.appended() == before


@pytest.mark.parametrize(("content", "version"), [(OLDER, 0), (SERVICES, 1)])
def test_another_page_or_another_precondition_under_the_key_is_another_request(
    api: Api, worker: Visitor, content: dict[str, Any], version: int
) -> None:
    key = str(uuid4())
    put(api, worker, "services", SERVICES, key=key)
    answer = put(api, worker, "services", content, version, key=key)
    assert refusal(answer) == (422, "idempotency-key-reused", None)


def test_a_wrong_field_is_named_by_its_path(api: Api, worker: Visitor) -> None:
    # given an employment that ends before it begins
    employers = [*EMPLOYMENT["employers"], {"employer": "某家", "since": "2024-01-01", "until": "2023-12-31"}]
    before = api.appended()
    # when the page is saved
    answer = put(api, worker, "employment", {"employers": employers})
    # then the field is named, and nothing is saved
    assert refusal(answer) == (422, "period-reversed", "employers[2].until")
    assert api.appended() == before


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "1", "{", ""])
def test_what_is_no_json_object_is_no_page(api: Api, worker: Visitor, body: str) -> None:
    headers = NEVER_SAVED | {"Content-Type": "application/json"}
    answer = api.put(address("basic"), worker.token, headers=headers, content=body)
    assert answer.status_code == 422
    assert invalid_fields(answer)


def test_half_a_surrogate_is_refused_wherever_it_is(api: Api, worker: Visitor) -> None:
    headers = NEVER_SAVED | {"Content-Type": "application/json"}
    for body in (r'{"address": "\ud800"}', r'{"\ud800": "address"}'):
        answer = api.put(address("basic"), worker.token, headers=headers, content=body)
        assert answer.status_code == 422


@pytest.mark.parametrize("page", EXAMPLES)
def test_no_refusal_repeats_what_was_sent(api: Api, worker: Visitor, page: str) -> None:
    for wrong in (MARKER, {MARKER: MARKER}, [MARKER], [{MARKER: MARKER}]):
        for name in (*EXAMPLES[page], MARKER):
            answer = put(api, worker, page, EXAMPLES[page] | {name: wrong})
            assert MARKER not in answer.text + str(answer.headers)
            if answer.is_success:  # in a text the marker is as good as another
                assert name in {"address", "school"}
                worker = register_worker(api)


def test_a_body_that_is_too_large_is_refused_without_a_key_too(api: Api, worker: Visitor) -> None:
    headers = NEVER_SAVED | {"Content-Type": "application/json"}
    answer = api.put(address("basic"), worker.token, headers=headers, content=b" " * (6 * 1024 * 1024 + 1))
    assert refusal(answer) == (413, "body-too-large", None)


def test_a_page_that_does_not_exist_is_not_there(api: Api, worker: Visitor) -> None:
    assert api.get(address("salary"), worker.token).status_code == 422
    assert put(api, worker, "salary", {}).status_code == 422


def test_a_consumer_has_no_profile(api: Api) -> None:
    consumer = register_consumer(api)
    assert refusal(api.get("/v1/me/profile", consumer.token)) == (403, "not-allowed", None)
    assert refusal(put(api, consumer, "basic", BASIC)) == (403, "not-allowed", None)
