"""What an app draws the profile's forms from: the menus, and the document that client generators read."""

from api.people.profile_schema import schema_of
from domain.codes.catalogue import CODE_LISTS
from domain.profile_pages import PAGES
from tests.controls.api import Api
from tests.controls.routes import DOCUMENT


def test_code_lists_are_public_and_may_be_cached(api: Api) -> None:
    # given nobody in particular
    answer = api.get("/v1/code-lists")
    # then every list is there with its standard and its names, and a phone may keep them for a day
    lists = answer.json()
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert list(lists) == list(CODE_LISTS)
    assert lists["ethnicity"]["standard"] == "GB/T 3304-1991"
    assert lists["region"]["names"]["510000"] == "四川省"


def test_the_document_describes_each_page() -> None:
    # given the document that client generators read
    described = DOCUMENT["components"]["schemas"]["PageIn"]["anyOf"]
    # then each page is in it with its fields, and what a record must have
    assert described == [schema_of(form) for form in PAGES.values()]
    employer = described[3]["properties"]["employers"]["items"]
    assert employer["required"] == ["employer", "since"]
    assert "maternity_care" in employer["properties"]["service_type"]["enum"]


def test_the_document_says_which_headers_a_save_reads() -> None:
    described = DOCUMENT["paths"]["/v1/me/profile/{page}"]["put"]["parameters"]
    headers = {each["name"].lower(): each["required"] for each in described if each["in"] == "header"}
    assert headers == {"idempotency-key": False, "if-match": False, "if-none-match": False}
