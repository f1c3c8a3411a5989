"""A change names the version it was made from; a client that has the present one is told so."""

import pytest
from fastapi import Request, Response

from api.http.etags import etag_of, expected_version, unless_known
from api.http.problems import Problem
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.moments import refused


def asking(if_none_match: str | None) -> Request:
    headers = [] if if_none_match is None else [(b"if-none-match", if_none_match.encode())]
    return Request({"type": "http", "method": "GET", "headers": headers})


def test_a_tag_is_the_version_in_quotes() -> None:
    assert etag_of(3) == '"v3"'


@pytest.mark.parametrize("version", [1, 3, 10, 999_999_999])
def test_if_match_names_the_version_of_its_tag(version: int) -> None:
    assert expected_version(etag_of(version)) == version
    assert expected_version(f" {etag_of(version)} ") == version


@pytest.mark.parametrize(
    ("if_match", "code", "status"),
    [
        (None, "if-match-missing", 428),
        ("*", "if-match-missing", 428),
        ("", "version-stale", 412),
        ("v3", "version-stale", 412),
        ('W/"v3"', "version-stale", 412),  # If-Match compares strongly
        ('"v0"', "version-stale", 412),
        ('"v03"', "version-stale", 412),
        ('"v٣"', "version-stale", 412),
        ('"v3", "v4"', "version-stale", 412),
        ('"v1234567890"', "version-stale", 412),
    ],
)
def test_what_names_no_version_is_refused(if_match: str | None, code: str, status: int) -> None:
    with pytest.raises(Problem) as refusal:
        expected_version(if_match)
    assert (refusal.value.code, refusal.value.status) == (code, status)


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_an_aggregate_refuses_a_change_made_from_another_version(expected: int) -> None:
    employed = aggregates.worker_with_choice()  # its second event
    employed.require_version(2)
    with refused(Reason.VERSION_STALE):
        employed.require_version(expected)


@pytest.mark.parametrize("known", ['"v3"', 'W/"v3"', '"v2", "v3"', '"v2",W/"v3"', "*"])
def test_a_client_that_has_the_version_gets_no_body(known: str) -> None:
    # given an answer with the tag of version 3
    answer = Response("{}", headers={"ETag": etag_of(3), "Vary": "Ledger-Position", "X-Other": "x"})
    # when it is asked for by a client that has it
    unchanged = unless_known(asking(known), answer)
    # then it is told so, and what a cache needs
    assert (unchanged.status_code, unchanged.body) == (304, b"")
    assert (unchanged.headers["etag"], unchanged.headers["vary"]) == (etag_of(3), "Ledger-Position")
    assert "x-other" not in unchanged.headers


@pytest.mark.parametrize("known", [None, "", "v3", '"v2"', '"xv3"', "W/v3", '"v3'])
def test_a_client_that_has_another_version_gets_the_answer(known: str | None) -> None:
    answer = Response("{}", headers={"ETag": etag_of(3)})
    assert unless_known(asking(known), answer) is answer


def test_an_answer_without_a_tag_is_always_sent() -> None:
    answer = Response("{}")
    assert unless_known(asking("*"), answer) is answer
