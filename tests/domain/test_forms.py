"""What a field of the profile may hold, and how a wrong one is named."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.form_fields import Day, Text
from domain.profile_pages import PAGES
from domain.rejections import Reason, Refused
from tests.controls.profiles import BASIC, EMPLOYMENT, EXAMPLES, INSURANCE, SERVICES, TODAY, TRAINING, pages

TOMORROW = (TODAY + timedelta(days=1)).isoformat()


def refusal_of(page: str, sent: Any) -> tuple[Reason, str | None]:
    with pytest.raises(Refused) as refusal:
        PAGES[page].read(sent, TODAY)
    return refusal.value.reason, refusal.value.field


def read_or_refusal(page: str, sent: Any) -> dict[str, Any] | Refused:
    try:
        return PAGES[page].read(sent, TODAY)
    except Refused as refusal:
        return refusal


@pytest.mark.parametrize("page", PAGES)
def test_the_named_example_of_a_page_is_complete_and_canonical(page: str) -> None:
    content = PAGES[page].read(EXAMPLES[page], TODAY)
    assert content == EXAMPLES[page]
    assert PAGES[page].missing(content) == ()


@given(st.sampled_from(sorted(PAGES)).flatmap(lambda page: st.tuples(st.just(page), pages(page))))
def test_what_was_accepted_once_is_accepted_again_as_it_is(drawn: tuple[str, dict[str, Any]]) -> None:
    page, sent = drawn
    content = PAGES[page].read(sent, TODAY)
    assert PAGES[page].read(content, TODAY) == content
    assert set(content) == set(sent)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = [(page, field.name) for page, form in PAGES.items() for field in form.fields]
RECORD_FIELDS = [
    (page, name, position)
    for page, name in (("insurance", "policies"), ("employment", "employers"), ("training", "courses"))
    for position in EXAMPLES[page][name][0]
]


@pytest.mark.parametrize(("page", "name"), FIELDS)
@given(junk=JUNK)
def test_junk_in_a_field_is_read_or_refused_by_that_field_s_name(page: str, name: str, junk: Any) -> None:
    content = read_or_refusal(page, EXAMPLES[page] | {name: junk})
    if isinstance(content, Refused):
        assert str(content.field).startswith(name)
    else:
        assert PAGES[page].read(content, TODAY) == content


@pytest.mark.parametrize(("page", "name", "inner"), RECORD_FIELDS)
@given(junk=JUNK)
def test_junk_in_a_record_is_read_or_refused_by_its_place(
    page: str, name: str, inner: str, junk: Any
) -> None:
    record = EXAMPLES[page][name][0]
    content = read_or_refusal(page, {name: [record, record | {inner: junk}]})
    if isinstance(content, Refused):
        assert content.field in {f"{name}[1].{inner}", f"{name}[1].until"}
    else:
        assert PAGES[page].read(content, TODAY) == content


@given(st.sampled_from(sorted(PAGES)), JUNK)
def test_junk_in_place_of_a_page_is_refused_by_a_field(page: str, junk: Any) -> None:
    if junk != {}:
        assert refusal_of(page, junk) in {(Reason.FIELD_INVALID, "$"), (Reason.FIELD_UNKNOWN, "$")}


def changed(page: dict[str, Any], name: str, position: int, **fields: Any) -> dict[str, Any]:
    """The page with other fields in one record."""
    records = [dict(record) for record in page[name]]
    records[position] |= fields
    return {name: records}


WRONG = [
    ("basic", BASIC | {"ethnicity": "57"}, Reason.CODE_UNKNOWN, "ethnicity"),
    ("basic", BASIC | {"native_place": "四川"}, Reason.CODE_UNKNOWN, "native_place"),
    ("basic", BASIC | {"address": "鹂" * 201}, Reason.FIELD_INVALID, "address"),
    ("basic", BASIC | {"address": "\ud800"}, Reason.FIELD_INVALID, "address"),
    ("basic", BASIC | {"address": "一\x00二"}, Reason.FIELD_INVALID, "address"),
    ("basic", BASIC | {"address": " \u200b"}, Reason.FIELD_INVALID, "address"),
    ("basic", BASIC | {"emergency_contact_phone": "12345"}, Reason.FIELD_INVALID, "emergency_contact_phone"),
    ("basic", BASIC | {"emergency_contact_name": "?"}, Reason.FIELD_INVALID, "emergency_contact_name"),
    ("basic", BASIC | {"sex": "female"}, Reason.FIELD_UNKNOWN, "$"),
    ("services", SERVICES | {"languages": []}, Reason.FIELD_INVALID, "languages"),
    ("services", SERVICES | {"languages": ["cmn", "xxx"]}, Reason.CODE_UNKNOWN, "languages[1]"),
    ("services", SERVICES | {"languages": ["cmn", "cmn"]}, Reason.FIELD_INVALID, "languages[1]"),
    ("services", SERVICES | {"languages": ["cmn"] * 11}, Reason.LIST_TOO_LONG, "languages"),
    ("services", SERVICES | {"years_of_experience": True}, Reason.FIELD_INVALID, "years_of_experience"),
    ("services", SERVICES | {"years_of_experience": 71}, Reason.FIELD_INVALID, "years_of_experience"),
    (
        "insurance",
        changed(INSURANCE, "policies", 0, until="2025-06-30"),
        Reason.PERIOD_REVERSED,
        "policies[0].until",
    ),
    (
        "insurance",
        changed(INSURANCE, "policies", 0, since=TOMORROW),
        Reason.DAY_IN_FUTURE,
        "policies[0].since",
    ),
    ("insurance", {"policies": INSURANCE["policies"] * 21}, Reason.LIST_TOO_LONG, "policies"),
    (
        "employment",
        changed(EMPLOYMENT, "employers", 1, until=TOMORROW),
        Reason.DAY_IN_FUTURE,
        "employers[1].until",
    ),
    (
        "employment",
        changed(EMPLOYMENT, "employers", 1, until="2023-04-30"),
        Reason.PERIOD_REVERSED,
        "employers[1].until",
    ),
    (
        "employment",
        changed(EMPLOYMENT, "employers", 1, since=None),
        Reason.FIELD_MISSING,
        "employers[1].since",
    ),
    ("employment", changed(EMPLOYMENT, "employers", 1, wage=1), Reason.FIELD_UNKNOWN, "employers[1]"),
    (
        "training",
        changed(TRAINING, "courses", 0, completed_on="20201120"),
        Reason.FIELD_INVALID,
        "courses[0].completed_on",
    ),
    (
        "training",
        changed(TRAINING, "courses", 0, completed_on="2023-02-29"),
        Reason.FIELD_INVALID,
        "courses[0].completed_on",
    ),
]


@pytest.mark.parametrize(("page", "sent", "reason", "field"), WRONG)
def test_a_wrong_field_is_named(page: str, sent: dict[str, Any], reason: Reason, field: str) -> None:
    assert refusal_of(page, sent) == (reason, field)


def test_an_insurance_may_end_in_the_future() -> None:
    assert INSURANCE["policies"][0]["until"] > TODAY.isoformat()
    assert Day(may_be_future=True).read(TOMORROW, "until", TODAY) == TOMORROW


def test_text_is_kept_in_one_spelling() -> None:
    # given an é in two characters, a mark that nobody sees, and spaces around
    assert Text(10).read(" e\u0301\u200b ", "field", TODAY) == "\u00e9"


def test_null_says_the_same_as_nothing() -> None:
    assert PAGES["basic"].read({"political_status": None}, TODAY) == {}


def test_an_empty_list_says_that_there_are_none_and_completes_the_page() -> None:
    form = PAGES["insurance"]
    assert form.missing(form.read({}, TODAY)) == ("policies",)
    assert form.missing(form.read({"policies": []}, TODAY)) == ()


def test_an_incomplete_page_is_accepted_and_says_what_is_missing() -> None:
    content = PAGES["services"].read({"schooling": "71"}, TODAY)
    assert PAGES["services"].missing(content) == ("service_types", "years_of_experience", "languages")
