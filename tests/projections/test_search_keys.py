import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.search_keys import folded, grams, pinyin, pinyin_initials, query_grams

AINONG = "北京爱侬家政服务有限公司"
NAME_CHARACTERS = "北京爱侬家政服务有限公司重庆长乐𠮷Abc12３（）·、 -"


def finds(query: str, name: str) -> bool:
    """What the query of an enterprise search asks of a row, in Python."""
    return set(query_grams(query)) <= set(grams(name)) and folded(query) in folded(name)


@pytest.mark.parametrize("query", ["爱侬", "侬家政", "爱侬家政", "爱 侬", "「爱侬」", "爱"])
def test_any_piece_of_a_name_finds_it(query: str) -> None:
    assert finds(query, AINONG)


@pytest.mark.parametrize("query", ["爱家", "侬爱", "家政服务公司"])
def test_what_does_not_stand_together_does_not_find_it(query: str) -> None:
    assert not finds(query, AINONG)


def test_grams_are_the_characters_and_pairs_and_a_query_needs_only_the_pairs() -> None:
    assert grams("爱侬家") == sorted(["爱", "侬", "家", "爱侬", "侬家"])
    assert query_grams("爱侬家") == sorted(["爱侬", "侬家"])
    assert query_grams("爱") == ["爱"]
    assert query_grams("、。") == []


def test_width_case_and_punctuation_do_not_matter() -> None:
    assert folded("（ＡＢＣ）家政－１２") == "abc家政12"


@given(st.text(NAME_CHARACTERS, min_size=2, max_size=30), st.data())
def test_every_piece_of_two_characters_and_more_finds_the_name(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    assert finds(name[start:end], name)


@given(st.text())
def test_folded_text_needs_no_escape_in_like_and_stays_as_it_is(text: str) -> None:
    assert not set(folded(text)) & set("%_\\ ")
    assert folded(folded(text)) == folded(text)


@given(st.text())
def test_latin_keys_are_ascii_whatever_comes(text: str) -> None:
    assert pinyin(text).isascii()
    assert len(pinyin_initials(text)) <= len(pinyin(text))


@pytest.mark.parametrize(
    ("name", "spelled", "initials"),
    [
        ("爱侬家政", "ainongjiazheng", "anjz"),
        ("重庆长乐银行", "chongqingchangleyinhang", "cqclyh"),
        ("厦门绿洁", "xiamenlvjie", "xmlj"),
        ("长沙58到家abc", "changsha58daojiaabc", "cs58djabc"),
        ("𠮷祥", "xiang", "x"),
    ],
)
def test_pinyin_and_initials(name: str, spelled: str, initials: str) -> None:
    assert pinyin(name) == spelled
    assert pinyin_initials(name) == initials


@pytest.mark.parametrize("query", ["anjz", "ANJZ", "an jz", "bjanjz"])
def test_initials_find_the_enterprise(query: str) -> None:
    assert folded(query) in pinyin_initials(AINONG)
