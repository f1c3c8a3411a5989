"""Every combination of what may be searched for, against a search that looks at each enterprise (F3)."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.enterprise import Enterprise, EnterpriseDetails
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.enterprises import list_enterprises
from projections.catalogue import followers
from projections.enterprise_directory import EnterpriseRow, Search, search
from projections.runner import catch_up
from projections.search_keys import folded, pinyin, pinyin_initials
from tests.conftest import MovableClock
from tests.controls import people
from tests.controls.people import cause

BRANDS = ("爱侬", "管佳", "安心", "58到家", "好帮手", "e家洁", "天使", "")
TRADES = ("家政服务", "母婴护理", "保洁服务", "养老服务", "月嫂YY服务")
TOWNS = (("北京市", "朝阳区"), ("北京市", "海淀区"), ("重庆市", "渝北区"), ("浙江省", "朝阳区"))


def _enterprises() -> list[EnterpriseDetails]:
    """300 of them; a name does not always hold the brand, so that the two are told apart."""
    random = Random(3)  # noqa: S311 - chooses names
    made = []
    for number in range(300):
        town, brand, inside = random.choice(TOWNS), random.choice(BRANDS), random.choice(BRANDS)
        name = f"{town[0][:2]}{inside}{random.choice(TRADES)}有限公司"
        made.append(
            EnterpriseDetails(people.enterprise(9_000 + number).uscc, name, brand, *town, "operating")
        )
    return made


ENTERPRISES = _enterprises()


@pytest.fixture
def _listed(ledger: CreditLedger, clock: MovableClock) -> None:
    list_enterprises(ledger, cause(clock, "staff:editor"), ENTERPRISES)
    catch_up(followers(ledger))


def _holds(place: str, part: str) -> bool:
    """What the specification says a part of a name is."""
    wanted = folded(part)
    spelled = (pinyin(place), pinyin_initials(place)) if wanted.isascii() else ()
    return bool(wanted) and any(wanted in text for text in (folded(place), *spelled))


def _matches(one: EnterpriseDetails, wanted: Search) -> bool:
    checks: dict[str, Callable[[str], bool]] = {
        "text": lambda part: _holds(one.name, part) or _holds(one.brand, part),
        "name": lambda part: _holds(one.name, part),
        "brand": lambda part: _holds(one.brand, part),
        "uscc": lambda part: one.uscc.startswith(part.upper()),
        "province": lambda part: one.province == part,
        "city": lambda part: one.city == part,
    }
    return all(check(given) for field, check in checks.items() if (given := getattr(wanted, field)))


def _parts(one: EnterpriseDetails, random: Random) -> Search:
    """Something that an enterprise has, and now and then something of another one."""

    def part(text: str) -> str:
        spelled = random.choice((text, text, pinyin(text), pinyin_initials(text).upper()))
        if not spelled:
            return ""
        start = random.randrange(len(spelled))
        return spelled[start : start + random.randint(1, 6)]

    other = random.choice(ENTERPRISES) if random.random() < 0.2 else one
    return Search(
        text=part(random.choice((one.name, one.brand))),
        name=part(other.name),
        brand=part(other.brand),
        uscc=one.uscc[: random.randint(1, 18)],
        province=other.province,
        city=other.city,
    )


FIELDS = ("text", "name", "brand", "uscc", "province", "city")


@st.composite
def _searches(draw: st.DrawFn) -> Search:
    """Any combination of the six."""
    random = Random(draw(st.integers(0, 2**32)))  # noqa: S311 - chooses parts
    whole = _parts(random.choice(ENTERPRISES), random)
    given = draw(st.sets(st.sampled_from(FIELDS)))
    return Search(**{field: getattr(whole, field) for field in given})


def _pages(connection: Connection, wanted: Search, limit: int) -> Iterator[list[EnterpriseRow]]:
    page = search(connection, wanted, None, limit)
    while page:
        yield page
        page = search(connection, wanted, page[-1].enterprise_id, limit)


@pytest.mark.usefixtures("_listed")
@given(wanted=_searches(), limit=st.sampled_from((7, 100)))
@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_combination_finds_what_looking_at_each_enterprise_finds(
    connection: Connection, wanted: Search, limit: int
) -> None:
    rows = [row for page in _pages(connection, wanted, limit) for row in page]
    expected = {one.uscc for one in ENTERPRISES if _matches(one, wanted)}
    assert sorted(row.uscc for row in rows) == sorted(expected)
    assert [row.enterprise_id for row in rows] == sorted(row.enterprise_id for row in rows)


@pytest.mark.usefixtures("_listed")
def test_a_cursor_survives_enterprises_that_are_listed_meanwhile(
    ledger: CreditLedger, connection: Connection, clock: MovableClock
) -> None:
    # given a reader who has read two pages
    before = {Enterprise.stream_for(one.uscc) for one in ENTERPRISES}
    pages = _pages(connection, Search(), 20)
    read = [row.enterprise_id for page in (next(pages), next(pages)) for row in page]
    # when fifty enterprises come onto the list, before and behind the cursor
    list_enterprises(
        ledger, cause(clock, "staff:editor"), [people.enterprise(n) for n in range(9_500, 9_550)]
    )
    catch_up(followers(ledger))
    read += [row.enterprise_id for page in pages for row in page]
    # then everything that was there is read once, and nothing twice
    assert len(read) == len(set(read))
    assert before <= set(read)
