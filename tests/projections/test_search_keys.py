from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from jiazheng.embedded.postgres import EmbeddedPostgres
from projections.search_keys import folded, pinyin, pinyin_initials, query_grams

AINONG = "北京爱侬家政服务有限公司"
NAME_CHARACTERS = "北京爱侬家政服务有限公司重庆长乐𠮷Abc12３（）·、 -"


GRAMS = "SELECT ledger.grams(%s, %s)"


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres) -> Iterator[Connection]:
    with psycopg.connect(postgres.owner_url("ledger")) as connection:
        yield connection


def grams(database: Connection, text: str, longest: int) -> set[str]:
    """What an index holds of a text."""
    row = database.execute(GRAMS, (text, longest)).fetchone()
    assert row is not None
    return set(row[0])


@pytest.mark.parametrize(
    ("longest", "held", "asked"),
    [
        (2, {"爱", "侬", "家", "爱侬", "侬家"}, ["侬家", "爱侬"]),
        (3, {"爱", "侬", "家", "爱侬", "侬家", "爱侬家"}, ["爱侬家"]),
    ],
)
def test_an_index_holds_every_gram_and_is_asked_for_the_longest(
    database: Connection, longest: int, held: set[str], asked: list[str]
) -> None:
    assert grams(database, "爱侬家", longest) == held
    assert query_grams("爱侬家", longest) == asked


def test_a_single_character_is_a_gram_and_nothing_has_none(database: Connection) -> None:
    assert query_grams("爱", 2) == query_grams("爱", 3) == ["爱"]
    assert query_grams("", 2) == []
    assert grams(database, "", 2) == set()


@given(
    name=st.text(NAME_CHARACTERS, min_size=1, max_size=30), data=st.data(), longest=st.sampled_from((2, 3))
)
@settings(deadline=None)
def test_an_index_holds_all_that_any_piece_asks_for(
    database: Connection, name: str, data: st.DataObject, longest: int
) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert set(query_grams(name[start:end], longest)) <= grams(database, name, longest)


def test_width_case_and_punctuation_do_not_matter() -> None:
    assert folded("（ＡＢＣ）家政－１２") == "abc家政12"


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
