"""The content of each type of credit record, and every submission that is not as documented."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credit_record import RECORD_TYPES
from domain.rejections import Reason, Refused
from ledger.record_contents import CONTENTS, NAMES, SCHEMA_VERSION, require_content, schema_of
from ledger.use_cases.credit_records import Claims, read_submission
from tests.controls import record_contents as drawn
from tests.controls.aggregates import provider
from tests.controls.moments import TAX_OFFICE

PUBLISHED: Final = Path(__file__).parents[1] / "golden" / f"record_types.v{SCHEMA_VERSION}.json"
RIGHT: Final[dict[str, Any]] = {
    "iss": str(TAX_OFFICE),
    "aud": "us",
    "type": "tax",
    "reference": "2026-1",
    "id_number": "11010519491231002X",
    "content": {"year": 2025, "paid": True},
}
EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "tax": RIGHT["content"],
    "bank_credit": {"as_of": "2026-06", "overdue_loans": 0},
    "insurance": {
        "kind": "accident",
        "insurer": "中国人民保险",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    },
}
TYPES = pytest.mark.parametrize("record_type", RECORD_TYPES)


def refused_field(record_type: str, content: object) -> str | None:
    """The field that a refused content is refused for."""
    with pytest.raises(Refused) as refusal:
        require_content(record_type, json.dumps(content))
    assert refusal.value.reason is Reason.SUBMISSION_INVALID
    return refusal.value.field


def field_or_right(call: Callable[[], object]) -> str | None:
    """`right`, or the field of the refusal; any other error is raised."""
    try:
        call()
    except Refused as refusal:
        return refusal.field
    return "right"


def test_every_type_has_a_name_and_a_schema() -> None:
    assert set(NAMES) == set(CONTENTS) == set(RECORD_TYPES) == set(drawn.CONTENTS)


def test_the_schemas_of_a_version_never_change() -> None:
    """After a change: raise `SCHEMA_VERSION`, and write the file of the new version beside this one."""
    assert {kind: schema_of(kind) for kind in RECORD_TYPES} == json.loads(PUBLISHED.read_text())


@TYPES
@given(data=st.data())
def test_a_content_as_documented_is_right(record_type: str, data: st.DataObject) -> None:
    content = data.draw(drawn.CONTENTS[record_type])
    require_content(record_type, json.dumps(content))


@TYPES
@given(data=st.data())
def test_a_field_that_is_missing_is_named(record_type: str, data: st.DataObject) -> None:
    content = data.draw(drawn.CONTENTS[record_type])
    gone = data.draw(st.sampled_from(schema_of(record_type)["required"]))
    assert refused_field(record_type, content | {gone: None}) == f"content.{gone}"
    del content[gone]
    assert refused_field(record_type, content) == f"content.{gone}"


@TYPES
@given(data=st.data(), name=st.text(min_size=1))
def test_a_field_too_many_is_refused_and_not_named(record_type: str, data: st.DataObject, name: str) -> None:
    content = data.draw(drawn.CONTENTS[record_type])
    assert refused_field(record_type, content | {f"x{name}": 1}) == "content"


@pytest.mark.parametrize(
    ("record_type", "changes", "field"),
    [
        ("tax", {"year": "2025"}, "content.year"),
        ("tax", {"year": 2025.0}, "content.year"),
        ("tax", {"year": True}, "content.year"),
        ("tax", {"paid": 1}, "content.paid"),
        ("tax", {"paid": "yes"}, "content.paid"),
        ("tax", {"level": "E"}, "content.level"),
        ("tax", {"authority": ""}, "content.authority"),
        ("tax", {"authority": "a\0b"}, "content.authority"),
        ("bank_credit", {"as_of": "2026-13"}, "content.as_of"),
        ("bank_credit", {"overdue_loans": -1}, "content.overdue_loans"),
        ("insurance", {"kind": "bicycle"}, "content.kind"),
        ("insurance", {"insured_yuan": 0.5}, "content.insured_yuan"),
    ],
)
def test_nothing_is_converted(record_type: str, changes: dict[str, Any], field: str) -> None:
    assert refused_field(record_type, EXAMPLES[record_type] | changes) == field


@pytest.mark.parametrize(
    "day", ["2025-02-29", "20250228", "28.2.2025", 1740700800, None, "2025-02-28T00:00:00"]
)
def test_a_day_is_a_real_day(day: object) -> None:
    content = {"result": "fit", "examined_on": day}
    assert refused_field("health", content) == "content.examined_on"


@TYPES
@given(content=drawn.ANY_JSON)
def test_whatever_else_is_refused_by_a_field_of_ours(record_type: str, content: object) -> None:
    # given any JSON
    field = field_or_right(lambda: require_content(record_type, json.dumps(content)))
    # then it is right, or the field is one of the schema's, never a name that the sender made up
    ours = {f"content.{name}" for name in schema_of(record_type)["properties"]}
    assert field in {"right", "content", *ours}


@given(
    claims=st.dictionaries(st.sampled_from([*RIGHT, "corrects", "iat"]) | st.text(), drawn.ANY_JSON),
    kept=st.sets(st.sampled_from(sorted(RIGHT))),
)
def test_claims_are_right_or_refused_by_a_claim_of_ours(claims: dict[str, Any], kept: set[str]) -> None:
    # given any claims, of which some are right
    said = claims | {name: RIGHT[name] for name in kept}
    # when they are read
    field = field_or_right(lambda: read_submission(provider(), said, "us"))
    # then they are right, or a refusal names nothing that the sender made up
    assert field in {"right", "record_type", "content.year", "content.paid", *Claims.model_fields, None}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"aud": "elsewhere"}, "aud"),
        ({"iss": "somebody"}, "aud"),
        ({"type": "salary"}, "type"),
        ({"type": "health"}, "record_type"),
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 101}, "reference"),
        ({"reference": "a\nb"}, "reference"),
        ({"corrects": ""}, "corrects"),
        ({"iat": 1}, None),
        ({"content": []}, "content"),
        ({"id_number": 1}, "id_number"),
    ],
)
def test_a_claim_that_is_wrong_is_named(changes: dict[str, Any], field: str | None) -> None:
    with pytest.raises(Refused) as refusal:
        read_submission(provider(), RIGHT | changes, "us")
    assert refusal.value.field == field
