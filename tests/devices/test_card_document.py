import contextlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.card_document import LAYOUTS, CardDocument, parse_card_text
from devices.card_ports import CardKind, ProtocolError
from jiazheng.demo.doubles.card_text import encode_card_text

kinds = st.sampled_from(list(CardKind))
NUMBERS = {
    CardKind.RESIDENT: r"[1-8][0-9]{16}[0-9X]",
    CardKind.HONG_KONG_MACAU_TAIWAN: r"8[1-3][0-9]{15}[0-9X]",
    CardKind.FOREIGNER_2017: r"[A-Z]{3}[0-9]{12}",
    CardKind.FOREIGNER_2023: r"9[0-9]{16}[0-9X]",
}
# one UTF-16 unit each, private use included, for rare names are written with it
chinese = st.characters(min_codepoint=0x4E00, max_codepoint=0xF8FF, exclude_categories=["Cs"])
FOREIGNERS = (CardKind.FOREIGNER_2017, CardKind.FOREIGNER_2023)
LATIN_NAMES = {
    CardKind.FOREIGNER_2017: r"[A-Z][A-Z ,]{0,57}[A-Z]",
    CardKind.FOREIGNER_2023: r"[A-Z][A-Z ,]{0,43}[A-Z]",
}


@st.composite
def documents(draw: st.DrawFn) -> CardDocument:
    kind = draw(kinds)
    foreign = kind in FOREIGNERS
    latin = draw(st.from_regex(LATIN_NAMES[kind], fullmatch=True)) if foreign else ""
    chinese_name = st.text(chinese, min_size=1, max_size=15)
    days = sorted([draw(st.dates(date(1900, 1, 1))), draw(st.dates(date(1900, 1, 1)))])
    authority = {CardKind.FOREIGNER_2017: "1500", CardKind.FOREIGNER_2023: ""}
    return CardDocument(
        kind=kind,
        name=draw(st.one_of(chinese_name, st.just(latin)) if foreign else chinese_name),
        sex=draw(st.sampled_from(["male", "female", "unknown"])),
        nation={CardKind.RESIDENT: "01", CardKind.HONG_KONG_MACAU_TAIWAN: ""}.get(kind, "CAN"),
        birth_date=draw(st.dates(date(1900, 1, 1))),
        address="" if foreign else draw(st.text(chinese, max_size=35)),
        id_number=draw(st.from_regex(f"(?a:{NUMBERS[kind]})", fullmatch=True)),
        authority=authority.get(kind, "公安局"),
        valid_from=days[0],
        valid_until=draw(st.sampled_from([days[1], None])),
        latin_name=latin,
    )


@given(documents())
def test_what_is_written_on_a_card_is_read_from_it(document: CardDocument) -> None:
    assert parse_card_text(document.kind, encode_card_text(document)) == document


@given(kinds, st.binary(max_size=600) | st.binary(min_size=256, max_size=256))
def test_garbage_is_a_protocol_error(kind: CardKind, octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_card_text(kind, octets)


@given(documents(), st.integers(0, 255), st.integers(1, 255))
def test_a_damaged_block_is_read_or_refused_and_nothing_else(
    document: CardDocument, at: int, change: int
) -> None:
    block = bytearray(encode_card_text(document))
    block[at] ^= change
    with contextlib.suppress(ProtocolError):
        assert parse_card_text(document.kind, bytes(block)).kind == document.kind


@given(documents())
def test_no_error_quotes_what_the_card_says(document: CardDocument) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_card_text(document.kind, encode_card_text(replace(document, id_number="19780312")))
    assert "19780312" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize("kind", list(CardKind))
def test_every_layout_fills_the_block_and_has_its_flag_at_248(kind: CardKind) -> None:
    places, at = {}, 0
    for name, size in LAYOUTS[kind]:
        places[name] = at
        at += size
    assert (at, places["kind"]) == (256, 248)


@pytest.mark.parametrize("end", [date(2035, 6, 1), None])
def test_long_term_cards_have_no_end(document: CardDocument, end: date | None) -> None:
    issued = replace(document, valid_until=end)
    assert parse_card_text(issued.kind, encode_card_text(issued)).valid_until == end


def test_a_long_latin_name_goes_on_in_its_second_field(document: CardDocument) -> None:
    name = "A" * 34 + " " + "B" * 9
    card = replace(
        document,
        kind=CardKind.FOREIGNER_2023,
        name=name,
        latin_name=name,
        nation="CAN",
        authority="",
        address="",
        id_number="911124198108030024",
    )
    assert parse_card_text(card.kind, encode_card_text(card)).name == name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "王\n芳"),
        ("id_number", "34010319780312002"),
        ("id_number", "34010319780312002x"),
        ("id_number", "３40103197803120025"),
        ("valid_from", date(2036, 1, 1)),
    ],
)
def test_a_wrong_field_is_named(document: CardDocument, field: str, value: Any) -> None:
    wrong = replace(document, **{field: value})
    with pytest.raises(ProtocolError, match=field):
        parse_card_text(wrong.kind, encode_card_text(wrong))


@pytest.mark.parametrize(
    ("at", "text", "field"),
    [
        (30, "7", "sex"),
        (36, "19780230", "birth_date"),
        (36, "1978０312", "birth_date"),
        (248, "J", "type flag"),
    ],
)
def test_a_wrong_code_is_named(document: CardDocument, at: int, text: str, field: str) -> None:
    block = bytearray(encode_card_text(document))
    block[at : at + 2 * len(text)] = text.encode("utf-16-le")
    with pytest.raises(ProtocolError, match=field):
        parse_card_text(document.kind, bytes(block))


def test_reserved_places_are_not_read(document: CardDocument) -> None:
    block = encode_card_text(document)
    written = block[:224] + "未来".encode("utf-16-le") + block[228:]
    assert parse_card_text(document.kind, written) == document


def test_zeros_fill_a_field_as_blanks_do(document: CardDocument) -> None:
    block = encode_card_text(document)
    padded = block[:6] + bytes(24) + block[30:]
    assert parse_card_text(document.kind, padded) == document


def test_half_a_surrogate_pair_is_named(document: CardDocument) -> None:
    block = b"\x00\xd8" + encode_card_text(document)[2:]
    with pytest.raises(ProtocolError, match="name is not UTF-16") as caught:
        parse_card_text(document.kind, block)
    assert caught.value.__suppress_context__  # Python's own error quotes the bytes


@pytest.mark.parametrize("change", [slice(0, 254), slice(0, 255)])
def test_a_block_of_another_size_is_refused(document: CardDocument, change: slice) -> None:
    block = encode_card_text(document)
    for wrong in (block[change], block + b" \0"):
        with pytest.raises(ProtocolError, match="256 bytes"):
            parse_card_text(document.kind, wrong)
