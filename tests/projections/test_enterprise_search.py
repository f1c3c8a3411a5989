"""Enterprise search (企业信用查询) on real tables."""

from dataclasses import replace

import pytest
from psycopg import Connection

from domain.check_characters import uscc_check_character
from domain.enterprise import EnterpriseDetails
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.enterprises import list_enterprises
from projections.catalogue import followers
from projections.enterprise_directory import Search, find, search
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.moments import AINONG
from tests.controls.people import cause


def _listed(number: int, name: str, brand: str, province: str, city: str) -> EnterpriseDetails:
    body = f"91{'11' if province == '北京市' else '50'}0000{number:09}"
    return EnterpriseDetails(body + uscc_check_character(body), name, brand, province, city, "operating")


AINONG_BEIJING = EnterpriseDetails(
    "91110000600037341L", "北京爱侬家政服务有限公司", "爱侬", "北京市", "朝阳区", "operating"
)
LVJIE = _listed(1, "重庆绿洁家庭服务有限公司", "绿洁", "重庆市", "渝中区")
TO_HOME = _listed(2, "北京五八到家信息技术有限公司", "58到家", "北京市", "海淀区")
AINONG_CHONGQING = _listed(3, "重庆爱侬家政服务有限公司", "爱侬", "重庆市", "渝北区")
ALL = (AINONG_BEIJING, LVJIE, TO_HOME, AINONG_CHONGQING)


@pytest.fixture(autouse=True)
def _four_enterprises(ledger: CreditLedger, clock: MovableClock) -> None:
    list_enterprises(ledger, cause(clock, "staff:editor"), ALL)
    catch_up(followers(ledger))


def _found(connection: Connection, wanted: Search) -> set[str]:
    return {row.name for row in search(connection, wanted, None, 100)}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Search(), ALL),
        (Search(text="爱侬"), (AINONG_BEIJING, AINONG_CHONGQING)),
        (Search(text="到家"), (TO_HOME,)),
        (Search(text="爱 侬 家政"), (AINONG_BEIJING, AINONG_CHONGQING)),
        (Search(text="侬爱"), ()),
        (Search(text="anjz"), (AINONG_BEIJING, AINONG_CHONGQING)),
        (Search(text="ANJZ"), (AINONG_BEIJING, AINONG_CHONGQING)),
        (Search(text="bjanjz"), (AINONG_BEIJING,)),
        (Search(text="ainongjia"), (AINONG_BEIJING, AINONG_CHONGQING)),
        (Search(text="chongqing"), (LVJIE, AINONG_CHONGQING)),
        (Search(text="lvjie"), (LVJIE,)),
        (Search(text="58"), (TO_HOME,)),
        (Search(text="58到家"), (TO_HOME,)),
        (Search(text="%_'\\"), ()),  # no name has it
        (Search(uscc="9111"), (AINONG_BEIJING, TO_HOME)),
        (Search(uscc="91110000600037341l"), (AINONG_BEIJING,)),
        (Search(uscc="9%"), ALL),
        (Search(text=" "), ALL),
        (Search(province="重庆市"), (LVJIE, AINONG_CHONGQING)),
        (Search(province="重庆市", city="渝北区"), (AINONG_CHONGQING,)),
        (Search(text="爱侬", province="北京市"), (AINONG_BEIJING,)),
        (Search(text="anjz", uscc="9150", province="重庆市"), (AINONG_CHONGQING,)),
        (Search(text="爱侬", province="上海市"), ()),
    ],
    ids=lambda value: str(value) if isinstance(value, Search) else str(len(value)),
)
def test_what_a_search_finds(
    connection: Connection, wanted: Search, expected: tuple[EnterpriseDetails, ...]
) -> None:
    assert _found(connection, wanted) == {details.name for details in expected}


def test_pages_together_are_the_whole_and_none_comes_twice(connection: Connection) -> None:
    whole = search(connection, Search(text="爱侬"), None, 100)
    first = search(connection, Search(text="爱侬"), None, 1)
    second = search(connection, Search(text="爱侬"), first[-1].enterprise_id, 1)
    assert first + second == whole
    assert search(connection, Search(text="爱侬"), whole[-1].enterprise_id, 1) == []


def test_a_revised_enterprise_is_found_by_its_new_brand_alone(
    ledger: CreditLedger, connection: Connection, clock: MovableClock
) -> None:
    # given an enterprise whose name and brand change
    renamed = replace(AINONG_BEIJING, name="北京到位家政服务有限公司", brand="到位")
    list_enterprises(ledger, cause(clock, "staff:editor"), [renamed])
    catch_up(followers(ledger))
    # then the old ones lead to it no more, and the code stays
    assert _found(connection, Search(text="anjz")) == {AINONG_CHONGQING.name}
    assert _found(connection, Search(text="daowei")) == {renamed.name}
    row = find(connection, AINONG)
    assert row is not None
    assert (row.uscc, row.brand) == (AINONG_BEIJING.uscc, "到位")
