import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import IdKind, IdNumber, InvalidIdentifier, MobileNumber, PersonName, Sex, Uscc
from tests.controls import identifiers as controls

KINDS = (IdNumber, Uscc, MobileNumber, PersonName)
FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)} | {ord("X"): "Ｘ"}


class Identifier(Protocol):
    @property
    def value(self) -> str: ...


Parse = Callable[[str], Identifier]


def refusal_of(parse: Parse, text: str) -> InvalidIdentifier | None:
    try:
        parse(text)
    except InvalidIdentifier as refusal:
        return refusal
    return None


def refused_with(parse: Parse, text: str) -> str:
    with pytest.raises(InvalidIdentifier) as refusal:
        parse(text)
    return refusal.value.code


@pytest.mark.parametrize("text", controls.RIGHT_ID_NUMBERS)
def test_numbers_that_well_known_libraries_refuse_are_right(text: str) -> None:
    assert str(IdNumber.parse(text)) == text


def test_the_standards_first_example_is_a_woman_born_in_1949() -> None:
    number = IdNumber.parse(controls.STANDARD_WOMAN)
    assert (number.kind, number.birth_date, number.sex) == (
        IdKind.RESIDENT_ID,
        date(1949, 12, 31),
        Sex.FEMALE,
    )


def test_the_standards_second_example_is_a_man_from_an_abolished_region() -> None:
    number = IdNumber.parse(controls.STANDARD_MAN)
    assert (number.birth_date, number.sex) == (date(1880, 1, 1), Sex.MALE)


@pytest.mark.parametrize("text", [controls.HONG_KONG_PERMIT, controls.MACAU_PERMIT, controls.TAIWAN_PERMIT])
def test_a_residence_permit_is_told_from_an_id_card(text: str) -> None:
    assert IdNumber.parse(text).kind is IdKind.RESIDENCE_PERMIT


def test_a_foreigners_number_names_province_and_country() -> None:
    assert IdNumber.parse(controls.FOREIGNER).kind is IdKind.PERMANENT_RESIDENCE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("999999199001010016", "id_number.region"),
        ("00010119900101001X", "id_number.region"),
        ("11010519900230001X", "id_number.birth_date"),
        ("110105199901010009", "id_number.checksum"),
        ("110105187901010018", "id_number.birth_date"),
        ("110105210001010015", "id_number.birth_date"),
        ("110105491231002", "id_number.format"),
        ("1101051949123100XX", "id_number.format"),
        ("²10105194912310020", "id_number.format"),
        ("١10105194912310020", "id_number.format"),
        ("", "id_number.format"),
        ("1" * 1_000_000, "id_number.format"),
    ],
)
def test_a_wrong_id_number_is_refused_with_its_reason(text: str, code: str) -> None:
    assert refused_with(IdNumber.parse, text) == code


def test_a_birth_after_today_is_refused_when_today_is_known() -> None:
    text, born = controls.QIANTANG, date(1990, 3, 7)
    assert IdNumber.parse(text, today=born).value == text
    with pytest.raises(InvalidIdentifier, match=r"^id_number\.birth_date$"):
        IdNumber.parse(text, today=date(1990, 3, 6))


@given(controls.id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_no_single_wrong_character_goes_unnoticed(number: IdNumber, place: int, wrong: str) -> None:
    text = number.value[:place] + wrong + number.value[place + 1 :]
    if text != number.value:
        refused_with(IdNumber.parse, text)


@pytest.mark.parametrize("text", controls.RIGHT_ID_NUMBERS)
def test_every_substitution_in_the_examples_is_refused(text: str) -> None:
    spoiled = {text[:place] + c + text[place + 1 :] for place in range(18) for c in "0123456789Xx -"} - {text}
    for wrong in spoiled:
        if wrong.upper() != text:
            refused_with(IdNumber.parse, wrong)


@given(controls.usccs(), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_no_single_wrong_character_of_a_uscc_goes_unnoticed(uscc: Uscc, place: int, wrong: str) -> None:
    text = uscc.value[:place] + wrong + uscc.value[place + 1 :]
    if text != uscc.value:
        refused_with(Uscc.parse, text)


@given(controls.id_numbers())
def test_an_id_number_is_read_however_it_is_typed(number: IdNumber) -> None:
    text = number.value
    assert IdNumber.parse(f" {text[:6]} {text[6:14]}\u3000{text[14:].lower()}\u200b\n") == number
    assert IdNumber.parse(text.translate(FULL_WIDTH)) == number


@pytest.mark.parametrize("text", controls.RIGHT_USCCS)
def test_authorities_may_have_letters(text: str) -> None:
    assert str(Uscc.parse(text.lower())) == text


def test_a_uscc_names_the_region_of_its_registration() -> None:
    assert Uscc.parse(controls.STATE_OWNED).region == "110000"


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        (PersonName("王芳"), "王*"),
        (PersonName("王小芳"), "王*芳"),
        (PersonName("阿依古丽·买买提"), "阿*提"),
        (IdNumber(controls.STANDARD_WOMAN), "1****************X"),
        (MobileNumber(controls.MOBILE), "138****8000"),
    ],
)
def test_masks_hide_the_middle_and_repr_shows_only_the_mask(
    value: PersonName | IdNumber | MobileNumber, masked: str
) -> None:
    assert value.masked() == masked
    assert repr(value) == f"{type(value).__name__}({masked})"


@given(controls.id_numbers() | controls.usccs() | controls.mobile_numbers() | controls.person_names())
def test_reading_what_was_written_changes_nothing(value: IdNumber | Uscc | MobileNumber | PersonName) -> None:
    assert type(value).parse(str(value)) == value


@pytest.mark.parametrize("parse", [kind.parse for kind in KINDS], ids=[kind.__name__ for kind in KINDS])
@given(text=st.text() | st.text("0123456789X+-() ·.ABC王芳\u3000\u0301", max_size=24))
def test_garbage_is_refused_in_the_same_way_and_what_is_not_is_canonical(parse: Parse, text: str) -> None:
    with suppress(InvalidIdentifier):
        canonical = parse(text).value
        assert parse(canonical).value == canonical


@given(st.text("0123456789", min_size=4, max_size=24))
def test_a_refusal_never_echoes_the_text(text: str) -> None:
    for kind in (IdNumber, Uscc, PersonName):
        if (refusal := refusal_of(kind.parse, text)) is not None:
            assert re.fullmatch(r"[a-z_]+\.[a-z_]+", str(refusal))
            assert refusal.__cause__ is None


@pytest.mark.parametrize("typed", ["11010519491231002x", "91110000600037341l", "13800138000", "王 芳"])
def test_the_constructors_take_canonical_text_only(typed: str) -> None:
    for kind in KINDS:
        refused_with(kind, typed)
