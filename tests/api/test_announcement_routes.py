"""Announcements: editors publish, revise and withdraw them; everybody reads them."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.announcement import Announcement
from tests.api.test_paging import walk
from tests.controls.announcements import editor, published, written
from tests.controls.api import Api
from tests.controls.moments import MINUTE
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import settled
from tests.controls.visitors import register_consumer

LIST = "/v1/announcements"


def read(api: Api, announcement_id: str, **headers: str) -> httpx.Response:
    settled(api)
    return api.get(f"{LIST}/{announcement_id}", headers=headers)


def revise(
    api: Api, announcement_id: str, if_match: str | None, key: str | None = None, **changes: Any
) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    path = f"{LIST}/{announcement_id}/revision"
    return api.post(path, editor(api).access_token, key, json=written(**changes), headers=headers)


def in_json(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def withdraw(api: Api, announcement_id: str) -> httpx.Response:
    return api.post(f"{LIST}/{announcement_id}/withdrawal", editor(api).access_token)


def test_everybody_reads_what_an_editor_published(api: Api) -> None:
    # given a published announcement
    wanted = written(category="policy")
    made = editor(api).post(LIST, json=wanted)
    # when somebody without login reads it
    answer = read(api, made["announcement_id"])
    # then it is there as it was written, with its time and tag
    assert answer.json() == wanted | {
        "announcement_id": made["announcement_id"],
        "published_at": in_json(api.clock()),
        "revised_at": None,
    }
    assert answer.headers["etag"] == made["etag"] == '"v1"'


def test_nothing_is_told_of_the_editor(api: Api) -> None:
    # given an announcement by an editor with an id
    writer = editor(api)
    made = published(writer)
    # then that id is in the log, and in no answer
    loaded = api.parts.ledger.load(Announcement, made["announcement_id"])
    assert loaded
    assert "staff" not in read(api, made["announcement_id"]).text


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": " "}, "title", "field-missing"),
        ({"title": "通" * 101}, "title", "field-too-long"),
        ({"title": "<h1>通知"}, "title", "field-markup"),
        ({"body": ""}, "body", "field-missing"),
        ({"body": "通" * 20_001}, "body", "field-too-long"),
        ({"body": "<p>通知</p>"}, "body", "field-markup"),
        ({"body": "通\0知"}, "body", "field-invalid"),
        ({"source": "司" * 101}, "source", "field-too-long"),
    ],
)
def test_a_wrong_field_is_named(api: Api, changes: dict[str, str], field: str, code: str) -> None:
    before = api.appended()
    token = editor(api).access_token
    assert refusal(api.post(LIST, token, json=written(**changes))) == (422, code, field)
    made = published(editor(api))
    answer = revise(api, made["announcement_id"], made["etag"], **changes)
    assert refusal(answer) == (422, code, field)
    assert api.appended() == before + 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "advertisement"}, "category"),
        ({"title": None}, "title"),
        ({"body": 7}, "body"),
        ({"effective_on": "2026-02-30"}, "effective_on"),
        ({"effective_on": "tomorrow"}, "effective_on"),
    ],
)
def test_a_field_of_another_shape_is_named(api: Api, changes: dict[str, Any], field: str) -> None:
    answer = api.post(LIST, editor(api).access_token, json=written(**changes))
    assert invalid_fields(answer) == {field}


def test_half_a_surrogate_pair_is_refused(api: Api) -> None:
    body = b'{"category": "news", "title": "\\ud800", "body": "x"}'
    headers = {"Content-Type": "application/json"}
    answer = api.post(LIST, editor(api).access_token, content=body, headers=headers)
    assert answer.status_code == 422


def test_a_revision_replaces_what_is_read(api: Api) -> None:
    # given a published announcement
    made = published(editor(api))
    # when it is revised from the version that was read
    answer = revise(api, made["announcement_id"], made["etag"], title="新的通知", effective_on=None)
    # then everybody reads the new text, under a new tag
    assert answer.json() == {"announcement_id": made["announcement_id"], "etag": '"v2"'}
    shown = read(api, made["announcement_id"])
    assert (shown.json()["title"], shown.json()["effective_on"]) == ("新的通知", None)
    assert shown.headers["etag"] == '"v2"'
    assert shown.json()["revised_at"]


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        (None, (428, "if-match-missing", None)),
        ("*", (428, "if-match-missing", None)),
        ('"v2"', (412, "version-stale", None)),
        ('W/"v1"', (412, "version-stale", None)),
        ("v1", (412, "version-stale", None)),
    ],
)
def test_a_revision_that_does_not_name_the_present_version_is_refused(
    api: Api, if_match: str | None, expected: tuple[int, str, None]
) -> None:
    # given an announcement in its first version
    made = published(editor(api))
    before = api.appended()
    # when a revision names none, or another one
    answer = revise(api, made["announcement_id"], if_match)
    # then it is refused, and nothing happened
    assert refusal(answer) == expected
    assert api.appended() == before


def test_a_revision_from_an_old_version_is_refused(api: Api) -> None:
    # given two editors who read the same version, of whom one has revised it
    made = published(editor(api))
    revise(api, made["announcement_id"], made["etag"], title="第一位编辑")
    # when the other one revises it
    answer = revise(api, made["announcement_id"], made["etag"], title="第二位编辑")
    # then the first one's text stays
    assert refusal(answer) == (412, "version-stale", None)
    assert read(api, made["announcement_id"]).json()["title"] == "第一位编辑"


def test_the_same_content_again_keeps_the_tag(api: Api) -> None:
    wanted = written()
    made = editor(api).post(LIST, json=wanted)
    before = api.appended()
    assert revise(api, made["announcement_id"], made["etag"], **wanted).json()["etag"] == made["etag"]
    assert api.appended() == before


def test_a_key_that_comes_with_another_if_match_is_another_request(api: Api) -> None:
    # given an editor whose revision was stale
    made, writer, key = published(editor(api)), editor(api).access_token, str(uuid4())
    path, body = f"{LIST}/{made['announcement_id']}/revision", written()
    api.post(path, writer, key, json=body, headers={"If-Match": '"v9"'})
    # when the same text comes with the present version, under the old key
    answer = api.post(path, writer, key, json=body, headers={"If-Match": made["etag"]})
    # then the old refusal is not taken for its answer
    assert refusal(answer)[1] == "idempotency-key-reused"


def test_a_withdrawn_announcement_is_gone_and_says_since_when(api: Api) -> None:
    # given an announcement that was withdrawn
    made = published(editor(api))
    assert withdraw(api, made["announcement_id"]).json() == {"done": True}
    # when it is read
    answer = read(api, made["announcement_id"])
    # then it is gone, the lists have it no more, and no cache keeps that
    assert refusal(answer) == (410, "announcement-withdrawn", None)
    assert answer.json()["at"] == in_json(api.clock())
    assert answer.headers["cache-control"] == "no-store"
    ids = [row["announcement_id"] for row in api.get(LIST, params={"limit": 100}).json()["items"]]
    assert made["announcement_id"] not in ids


def test_a_withdrawn_announcement_is_neither_revised_nor_withdrawn_again(api: Api) -> None:
    made = published(editor(api))
    withdraw(api, made["announcement_id"])
    gone = (410, "announcement-withdrawn", None)
    assert refusal(revise(api, made["announcement_id"], '"v2"')) == gone
    assert refusal(withdraw(api, made["announcement_id"])) == gone


def test_what_was_never_published_is_not_found(api: Api) -> None:
    missing = (404, "not-found", None)
    assert refusal(read(api, str(uuid4()))) == missing
    assert refusal(revise(api, str(uuid4()), '"v1"')) == missing
    assert refusal(withdraw(api, str(uuid4()))) == missing


@pytest.mark.parametrize("action", ["", "/{}/revision", "/{}/withdrawal"])
def test_only_editors_write(api: Api, action: str) -> None:
    consumer = register_consumer(api)
    made = published(editor(api))
    answer = api.post(LIST + action.format(made["announcement_id"]), consumer.token, json=written())
    assert refusal(answer) == (403, "not-allowed", None)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_list_is_walked_exactly_once_newest_first(api: Api, limit: int) -> None:
    # given announcements of a word of their own
    word, writer = uuid4().hex, editor(api)
    expected: list[str] = []
    for nth in range(5):
        api.clock.advance(MINUTE)
        made = published(writer, category=("news", "policy")[nth % 2], body=f"关于{word}的说明")
        expected.insert(0, made["announcement_id"])
    settled(api)

    # when the search for it is walked in pages
    def ask(**page: Any) -> dict[str, Any]:
        found: dict[str, Any] = api.get(LIST, params={"text": word, **page}).json()
        return found

    walked = walk(ask, limit)
    # then each is there once, without its body
    assert [row["announcement_id"] for row in walked] == expected
    assert all("body" not in row for row in walked)


def test_a_category_and_words_must_both_hold(api: Api) -> None:
    # given one text under two categories
    word, writer = uuid4().hex, editor(api)
    for category in ("news", "notice"):
        published(writer, category=category, title=f"{word} 说明")
    settled(api)
    # when one category is asked for
    found = api.get(LIST, params={"text": word, "category": "notice"}).json()["items"]
    # then only that one is there
    assert [row["category"] for row in found] == ["notice"]


@pytest.mark.parametrize(
    "params", [{"category": "all"}, {"text": "a\0b"}, {"limit": 0}, {"limit": 101}, {"cursor": "x" * 501}]
)
def test_a_question_of_another_shape_is_refused(api: Api, params: dict[str, Any]) -> None:
    assert invalid_fields(api.get(LIST, params=params)) == set(params)


@pytest.mark.parametrize("cursor", ["!", "W10=", "WyJhIiwgImIiXQ=="])
def test_what_is_no_cursor_is_refused(api: Api, cursor: str) -> None:
    assert refusal(api.get(LIST, params={"cursor": cursor})) == (400, "cursor-invalid", "cursor")


def test_public_pages_may_be_kept_for_a_minute(api: Api) -> None:
    made = published(editor(api))
    for answer in (api.get(LIST), read(api, made["announcement_id"])):
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["vary"] == "Ledger-Position"


@pytest.mark.parametrize("known", ['"v1"', 'W/"v1"', '"v0", "v1"'])
def test_a_reader_who_has_the_version_gets_no_body(api: Api, known: str) -> None:
    made = published(editor(api))
    answer = read(api, made["announcement_id"], **{"If-None-Match": known})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == made["etag"]
    assert answer.headers["cache-control"] == "public, max-age=60"


def test_a_reader_who_has_an_older_version_gets_the_new_one(api: Api) -> None:
    made = published(editor(api))
    revise(api, made["announcement_id"], made["etag"], title="新的通知")
    answer = read(api, made["announcement_id"], **{"If-None-Match": made["etag"]})
    assert (answer.status_code, answer.json()["title"]) == (200, "新的通知")
