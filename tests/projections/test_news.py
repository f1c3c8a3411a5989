"""The public announcements on real tables: lists, search, and what is left of a withdrawn one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from domain.announcement import AnnouncementContent
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.announcements import (
    publish_announcement,
    revise_announcement,
    withdraw_announcement,
)
from projections.catalogue import followers
from projections.news import Search, find, search
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.moments import MINUTE
from tests.controls.people import cause

OPENING = AnnouncementContent(
    "news", "平台上线", "家政服务信用信息平台今日上线,App 与 H5 同步开放。", "商务部"
)
SUBSIDY = AnnouncementContent(
    "policy", "家政保险补贴办法", "为家政服务员购买意外保险的企业可申请补贴。", "", "2026-05-01"
)
CHECK_IN = AnnouncementContent(
    "notice", "签到通知", "每三十日签到一次。\n\n可在Kiosk终端办理。", "平台运营组"
)
OLDEST_FIRST = (OPENING, SUBSIDY, CHECK_IN)

Published = dict[AnnouncementContent, UUID]


@pytest.fixture
def published(ledger: CreditLedger, clock: MovableClock) -> Published:
    """Three announcements, a minute apart."""
    made: Published = {}
    for content in OLDEST_FIRST:
        clock.advance(MINUTE)
        made[content], _ = publish_announcement(ledger, cause(clock, "staff:editor"), content)
    catch_up(followers(ledger))
    return made


def titles(connection: Connection, wanted: Search) -> list[str]:
    return [row.title for row in search(connection, wanted, None, 100)]


def newest_first(*contents: AnnouncementContent) -> list[str]:
    return [content.title for content in reversed(OLDEST_FIRST) if content in contents]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Search(), OLDEST_FIRST),
        (Search(category="news"), (OPENING,)),
        (Search(category="policy"), (SUBSIDY,)),
        (Search(category="notice"), (CHECK_IN,)),
        (Search(text="签到"), (CHECK_IN,)),
        (Search(text="家政"), (OPENING, SUBSIDY)),
        (Search(text="家政", category="policy"), (SUBSIDY,)),
        (Search(text="意外保险的企业"), (SUBSIDY,)),
        (Search(text="保险补贴"), (SUBSIDY,)),
        (Search(text="补贴 意外"), (SUBSIDY,)),  # every word, in any order
        (Search(text="补贴　平台"), ()),
        (Search(text="险保"), ()),
        (Search(text="险"), (SUBSIDY,)),
        (Search(text="app"), (OPENING,)),
        (Search(text="APP h5"), (OPENING,)),
        (Search(text="ｋｉｏｓｋ"), (CHECK_IN,)),
        (Search(text="商务部"), (OPENING,)),
        (Search(text="上线家政"), ()),  # not across title and body
        (Search(text="%_"), ()),
        (Search(text="平台, 运营"), (CHECK_IN,)),
        (Search(text="  "), OLDEST_FIRST),
    ],
    ids=str,
)
def test_what_a_search_finds(
    connection: Connection, published: Published, wanted: Search, expected: tuple[AnnouncementContent, ...]
) -> None:
    assert published
    assert titles(connection, wanted) == newest_first(*expected)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_together_are_the_whole_and_none_comes_twice(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, published: Published, limit: int
) -> None:
    # given announcements of which some appeared at the same instant
    for _ in range(3):
        publish_announcement(ledger, cause(clock, "staff:editor"), CHECK_IN)
    catch_up(followers(ledger))
    # when they are walked in pages
    walked, before = [], None
    while page := search(connection, Search(), before, limit):
        walked += page
        before = (page[-1].published_at, page[-1].announcement_id)
    # then each is there once, newest first
    assert walked == search(connection, Search(), None, 100)
    assert len({row.announcement_id for row in walked}) == len(published) + 3


def test_an_announcement_says_what_the_editor_wrote_and_when(
    connection: Connection, clock: MovableClock, published: Published
) -> None:
    row = find(connection, published[CHECK_IN])
    assert row is not None
    assert (row.body, row.source, row.category) == (CHECK_IN.body, CHECK_IN.source, "notice")
    assert (row.effective_on, row.published_at, row.revised_at, row.version) == (None, clock(), None, 1)
    subsidy = find(connection, published[SUBSIDY])
    assert subsidy is not None
    assert subsidy.effective_on == date(2026, 5, 1)


def test_what_was_never_published_is_not_there(connection: Connection, published: Published) -> None:
    assert published
    assert find(connection, uuid4()) is None


Change = Callable[[CreditLedger, MovableClock, UUID], object]


def revised(ledger: CreditLedger, clock: MovableClock, notice: UUID) -> None:
    content = replace(CHECK_IN, category="policy", title="打卡办法", body="每月打卡。")
    revise_announcement(ledger, cause(clock, "staff:editor"), notice, content, 1)


def withdrawn(ledger: CreditLedger, clock: MovableClock, notice: UUID) -> None:
    withdraw_announcement(ledger, cause(clock, "staff:editor"), notice)


def changed(ledger: CreditLedger, clock: MovableClock, notice: UUID, *changes: Change) -> None:
    """An hour later."""
    clock.advance(timedelta(hours=1))
    for change in changes:
        change(ledger, clock, notice)
    catch_up(followers(ledger))


def test_a_revised_announcement_is_found_by_its_new_text_alone_at_its_old_place(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, published: Published
) -> None:
    # given an announcement whose category and text change
    before = find(connection, published[CHECK_IN])
    assert before is not None
    changed(ledger, clock, published[CHECK_IN], revised)
    # then the old ones lead to it no more, and its time of publication stays
    assert titles(connection, Search(text="签到")) == []
    assert titles(connection, Search(category="notice")) == []
    (row,) = search(connection, Search(text="打卡", category="policy"), None, 100)
    assert (row.published_at, row.revised_at) == (before.published_at, clock())


def test_of_a_withdrawn_announcement_only_the_instant_is_left(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, published: Published
) -> None:
    # given an announcement that is revised and withdrawn
    changed(ledger, clock, published[CHECK_IN], revised, withdrawn)
    # then no list and no search has it, and no text of it is kept
    assert titles(connection, Search()) == newest_first(OPENING, SUBSIDY)
    assert titles(connection, Search(text="打卡")) == []
    row = find(connection, published[CHECK_IN])
    assert row is not None
    assert (row.withdrawn_at, row.version) == (clock(), 3)
    assert (row.title, row.body, row.source) == ("", "", "")
