"""The code lists: every code of a list is taken, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes.catalogue import CODE_LISTS
from domain.codes.code_list import CodeList
from domain.form_fields import Coded
from domain.profile_pages import PAGES
from domain.rejections import Reason, Refused
from tests.controls.profiles import TODAY


@pytest.mark.parametrize("codes", CODE_LISTS.values(), ids=CODE_LISTS)
def test_every_code_of_a_list_is_accepted_and_has_a_name(codes: CodeList) -> None:
    assert all(codes.names.values())
    assert [Coded(codes).read(code, "field", TODAY) for code in codes.names] == list(codes.names)


@pytest.mark.parametrize("codes", CODE_LISTS.values(), ids=CODE_LISTS)
@given(text=st.text() | st.from_regex(r"[0-9]{1,6}", fullmatch=True))
def test_what_is_in_no_list_is_no_code(codes: CodeList, text: str) -> None:
    if text not in {*codes.names, *codes.retired}:
        with pytest.raises(Refused) as refusal:
            Coded(codes).read(text, "field", TODAY)
        assert (refusal.value.reason, refusal.value.field) == (Reason.CODE_UNKNOWN, "field")


def test_the_lists_of_standards_have_the_codes_of_the_standards() -> None:
    sizes = {name: len(codes.names) for name, codes in CODE_LISTS.items()}
    assert sizes["ethnicity"] == 56 + 2
    assert sizes["political_status"] == 13
    assert sizes["schooling"] == 40
    assert CODE_LISTS["ethnicity"].names["05"] == "维吾尔族"
    assert CODE_LISTS["schooling"].names["61"] == "普通高中毕业"


def test_a_native_place_may_be_a_region_that_was_abolished() -> None:
    abolished = "440524"
    assert abolished not in CODE_LISTS["region"].names
    assert PAGES["basic"].read({"native_place": abolished}, TODAY) == {"native_place": abolished}
