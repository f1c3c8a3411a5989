"""A named example of each page of the profile, and strategies that draw others."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from hypothesis import strategies as st

from domain.form_fields import EARLIEST, Coded, Day, Kind, Mobile, NameOfPerson, Number, SomeCodes, Text
from domain.forms import Field, Form, Records
from domain.profile_pages import PAGES
from tests.controls import identifiers

TODAY: Final = date(2026, 3, 2)

BASIC: Final[dict[str, Any]] = {
    "native_place": "511321",
    "address_region": "110105",
    "address": "建国路鹂歌苑二十八号院",
    "ethnicity": "08",
    "political_status": "13",
    "emergency_contact_name": "覃鹂歌",
    "emergency_contact_phone": "+8613900139627",
}
SERVICES: Final[dict[str, Any]] = {
    "service_types": ["maternity_care", "child_care"],
    "years_of_experience": 7,
    "languages": ["cmn", "yue"],
    "schooling": "71",
    "school": "南部县鹂歌中学",
}
INSURANCE: Final[dict[str, Any]] = {
    "policies": [
        {
            "insurer": "鹂歌财产保险",
            "kind": "accident",
            "number": "PA20269627",
            "since": "2025-07-01",
            "until": "2026-06-30",
        }
    ]
}
EMPLOYMENT: Final[dict[str, Any]] = {
    "employers": [
        {
            "employer": "鹂歌家政",
            "service_type": "maternity_care",
            "since": "2019-03-01",
            "until": "2023-02-28",
            "reason_of_leaving": "family",
        },
        {"employer": "成都市武侯区某家庭", "since": "2023-05-01"},
    ]
}
TRAINING: Final[dict[str, Any]] = {
    "courses": [
        {
            "course": "母婴护理员",
            "institution": "鹂歌职业培训学校",
            "completed_on": "2020-11-20",
            "certificate_number": "S000051009627",
            "certificate_level": "4",
        }
    ]
}
EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "basic": BASIC,
    "services": SERVICES,
    "insurance": INSURANCE,
    "employment": EMPLOYMENT,
    "training": TRAINING,
}
WORDS: Final = {"鹂歌", "13900139627", "PA20269627", "S000051009627"}
"""Texts of the examples that stand nowhere else."""


def pages(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any page of a name that is accepted."""
    return _forms(PAGES[name], is_record=False)


def _forms(form: Form, *, is_record: bool) -> st.SearchStrategy[dict[str, Any]]:
    always = {f.name: _values(f) for f in form.fields if is_record and f.is_needed}
    perhaps = {f.name: _values(f) for f in form.fields if f.name not in always}
    return st.fixed_dictionaries(always, optional=perhaps).map(_in_order)


def _in_order(content: dict[str, Any]) -> dict[str, Any]:
    if "since" in content and "until" in content:
        content["since"], content["until"] = sorted((content["since"], content["until"]))
    return content


def _values(field: Field) -> st.SearchStrategy[Any]:
    draw: Callable[[Any], st.SearchStrategy[Any]] = OF_KIND[type(field.kind)]
    return draw(field.kind)


def _of_records(kind: Records) -> st.SearchStrategy[Any]:
    return st.lists(_forms(kind.form, is_record=True), max_size=3)


def _of_codes(kind: SomeCodes) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(sorted(kind.codes.names)), min_size=1, max_size=kind.most, unique=True)


OF_KIND: Final[dict[type[Kind], Callable[[Any], st.SearchStrategy[Any]]]] = {
    Text: lambda kind: st.text(identifiers.HAN_NAMES + "aé1-（", min_size=1, max_size=kind.longest),
    Number: lambda kind: st.integers(kind.least, kind.most),
    Day: lambda _: st.dates(EARLIEST, TODAY).map(date.isoformat),
    Coded: lambda kind: st.sampled_from(sorted({*kind.codes.names, *kind.codes.retired})),
    SomeCodes: _of_codes,
    Records: _of_records,
    NameOfPerson: lambda _: identifiers.person_names().map(str),
    Mobile: lambda _: identifiers.mobile_numbers().map(str),
}
