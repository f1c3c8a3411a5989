"""The public enterprise search (企业信用查询): GET /v1/enterprises."""

from uuid import uuid4

import pytest

from ledger.use_cases.employments import choose_enterprises, confirm_employment
from tests.controls import people
from tests.controls.api import Api
from tests.controls.enterprises import found, imported, new_details
from tests.controls.people import cause, listed_enterprise
from tests.controls.problems import invalid_fields, refusal
from tests.controls.trails import settled
from tests.controls.workers import THIRTY_DAYS


@pytest.fixture(scope="module")
def chongqing(server: Api) -> str:
    """An enterprise in a town of its own, by name."""
    details = new_details(
        name="重庆渝悦YY月嫂100%服务有限公司", brand="渝悦", province="重庆市", city="渝悦区"
    )
    imported(server, details, new_details(province="重庆市", city="渝悦区"), new_details(city="渝悦区"))
    return details.name


@pytest.mark.parametrize(
    "text",
    [
        "渝悦",
        "月嫂",
        "渝悦yy月嫂",
        "ＹＹ",
        "cqyy",
        "CQYY",
        "chongqing",
        "yuyue",
        "yy",
        "重庆渝悦YY月嫂100%服务有限公司",
        "100%服务",
        " 渝 悦 ",
        "%渝悦",
        "  ",
    ],
)
def test_a_name_is_found_by_characters_pinyin_and_initials(server: Api, chongqing: str, text: str) -> None:
    names = [row["name"] for row in found(server, text=text, city="渝悦区")]
    assert chongqing in names


@pytest.mark.parametrize("text", ["渝月", "悦渝", "zhongqing", "渝%悦X", "no such enterprise", "曌"])
def test_what_is_no_part_of_the_name_finds_nothing(server: Api, chongqing: str, text: str) -> None:
    assert chongqing
    assert found(server, text=text, city="渝悦区") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "%%", "__", "' OR 1=1 --", "·", "🙂"])
@pytest.mark.parametrize("name", ["text", "name", "brand", "uscc", "province", "city"])
def test_odd_characters_are_no_wildcards(server: Api, chongqing: str, name: str, text: str) -> None:
    # given a listed enterprise, when somebody searches for marks alone, then nothing is found
    assert chongqing
    assert found(server, **{name: text}) == []


def test_all_that_is_given_must_hold(server: Api, chongqing: str) -> None:
    # given three enterprises in a town, two of them in 重庆市
    (row,) = found(server, text="渝悦", province="重庆市", city="渝悦区")
    # when more or less is asked for
    counts = [
        len(found(server, city="渝悦区")),
        len(found(server, city="渝悦区", province="重庆市")),
        len(found(server, city="渝悦区", province="重庆市", text="渝悦", uscc=row["uscc"][:10].lower())),
        len(found(server, city="渝悦区", province="浙江省", text="渝悦")),
        len(found(server, city="渝悦", text="渝悦")),
    ]
    # then each condition narrows the result
    assert row["name"] == chongqing
    assert counts == [3, 2, 1, 0, 0]


def test_name_and_brand_are_searched_apart(server: Api, chongqing: str) -> None:
    # given an enterprise with 月嫂 in its name, but not in its brand
    town = {"city": "渝悦区", "province": "重庆市"}
    # when name or brand is asked for, as it is written or spelled
    by_name = [found(server, name=part, **town) for part in ("月嫂", "yuesao", "ys")]
    by_brand = [found(server, brand=part, **town) for part in ("渝悦", "yuyue", "YY")]
    # then each is looked for in its own place
    assert [[row["name"] for row in rows] for rows in by_name + by_brand] == [[chongqing]] * 6
    assert found(server, brand="月嫂", **town) == []
    assert found(server, brand="渝悦", name="安心", **town) == []


def test_a_code_is_found_by_its_beginning_only(server: Api, chongqing: str) -> None:
    (row,) = found(server, text="渝悦", city="渝悦区")
    assert [one["name"] for one in found(server, uscc=row["uscc"])] == [chongqing]
    assert found(server, uscc=row["uscc"][1:]) == []
    assert found(server, uscc=row["uscc"][::-1]) == []


def test_results_come_in_pages(server: Api, chongqing: str) -> None:
    # given three enterprises in a town
    wanted = {"city": "渝悦区", "limit": "2"}
    # when they are read two at a time
    first = server.get("/v1/enterprises", params=wanted).json()
    second = server.get("/v1/enterprises", params=wanted | {"cursor": first["next"]}).json()
    # then every one comes once
    names = [row["name"] for row in first["items"] + second["items"]]
    assert (len(first["items"]), len(names), len(set(names))) == (2, 3, 3)
    assert chongqing in names
    assert second["next"] is None


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_page_has_one_to_a_hundred_rows(server: Api, limit: str) -> None:
    assert invalid_fields(server.get("/v1/enterprises", params={"limit": limit})) == {"limit"}


def test_a_detail_page_is_for_everybody(server: Api, chongqing: str) -> None:
    (row,) = found(server, text="渝悦", city="渝悦区")
    detail = server.get(f"/v1/enterprises/{row['enterprise_id']}").json()
    nothing: dict[str, list[object]] = {"awards": [], "penalties": [], "red_list": [], "black_list": []}
    assert detail == row | nothing | {"active_workers": None}
    assert detail["name"] == chongqing


def test_an_unknown_enterprise_has_no_page(server: Api) -> None:
    assert refusal(server.get(f"/v1/enterprises/{uuid4()}")) == (404, "enterprise-unknown", None)
    assert invalid_fields(server.get("/v1/enterprises/no-id")) == {"enterprise_id"}


def test_active_workers_are_shown_from_ten_up(api: Api) -> None:
    # given an enterprise with nine employed workers and one who waits
    ledger, clock = api.parts.ledger, api.clock
    enterprise = listed_enterprise(ledger, clock)
    workers = [people.complete_worker(ledger, clock).subject for _ in range(10)]
    for worker in workers:
        choose_enterprises(ledger, cause(clock, "person"), worker, [enterprise])
    for worker in workers[:9]:
        confirm_employment(ledger, cause(clock, "staff"), worker, enterprise)

    def shown() -> object:
        settled(api)
        return api.get(f"/v1/enterprises/{enterprise}").json()["active_workers"]

    # when the tenth is confirmed, and when all are overdue
    nine = shown()
    confirm_employment(ledger, cause(clock, "staff"), workers[9], enterprise)
    ten = shown()
    api.clock.advance(THIRTY_DAYS)
    last_day = shown()
    api.clock.advance(THIRTY_DAYS)
    # then the number is told only while it is ten, whatever any background job has done
    assert (nine, ten, last_day, shown()) == (None, 10, 10, None)
