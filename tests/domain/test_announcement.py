from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.announcement import CATEGORIES, LONGEST, Announcement, AnnouncementContent
from domain.rejections import Reason, Refused
from tests.controls import aggregates
from tests.controls.aggregates import CHECK_IN_NOTICE
from tests.controls.moments import cause, refused


def test_an_announcement_is_its_own_owner_under_an_id_of_its_command() -> None:
    # given two commands
    one, other = (Announcement.publish(cause(command=nth), CHECK_IN_NOTICE) for nth in (1, 2))
    # then each publishes its own, and a retry the same
    assert one.id != other.id
    assert Announcement.publish(cause(command=1), CHECK_IN_NOTICE).id == one.id
    assert one.content == CHECK_IN_NOTICE


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_category_may_be_published(category: str) -> None:
    content = replace(CHECK_IN_NOTICE, category=category)
    assert Announcement.publish(cause(), content).content == content


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("category", "advertisement", Reason.FIELD_INVALID),
        ("title", "", Reason.FIELD_MISSING),
        ("title", " \u3000\n", Reason.FIELD_MISSING),
        ("title", "……", Reason.FIELD_MISSING),
        ("title", "通" * 101, Reason.FIELD_TOO_LONG),
        ("title", "通\0知", Reason.FIELD_INVALID),
        ("title", "通\ud800知", Reason.FIELD_INVALID),
        ("title", "<b>通知</b>", Reason.FIELD_MARKUP),
        ("body", "\n\n", Reason.FIELD_MISSING),
        ("body", "通" * 20_001, Reason.FIELD_TOO_LONG),
        ("body", "通\x07知", Reason.FIELD_INVALID),
        ("body", "见<a href='https://example.cn'>附件</a>", Reason.FIELD_MARKUP),
        ("body", "通知</p>", Reason.FIELD_MARKUP),
        ("body", "通知<!-- 草稿", Reason.FIELD_MARKUP),
        ("source", "司" * 101, Reason.FIELD_TOO_LONG),
        ("source", "商务部\x7f", Reason.FIELD_INVALID),
        ("source", "<i>商务部", Reason.FIELD_MARKUP),
        ("effective_on", "2026-02-30", Reason.FIELD_INVALID),
        ("effective_on", "20260401", Reason.FIELD_INVALID),
        ("effective_on", "明天", Reason.FIELD_INVALID),
    ],
)
def test_a_field_that_is_wrong_is_named(field: str, value: str, reason: Reason) -> None:
    changes: dict[str, Any] = {field: value}
    with pytest.raises(Refused) as refusal:
        Announcement.publish(cause(), replace(CHECK_IN_NOTICE, **changes))
    assert (refusal.value.reason, refusal.value.field) == (reason, field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "通" * LONGEST["title"]),
        ("body", "通" * LONGEST["body"]),
        ("body", "温度 <30℃,3<5,a < b"),
        ("body", "一、要求\n\t(一)签到"),
        ("source", ""),
        ("effective_on", ""),
    ],
)
def test_what_is_within_the_limits_is_kept_as_written(field: str, value: str) -> None:
    changes: dict[str, Any] = {field: value}
    content = replace(CHECK_IN_NOTICE, **changes)
    assert Announcement.publish(cause(), content).content == content


def test_spaces_and_line_breaks_are_brought_into_one_spelling() -> None:
    # given text as it comes out of a word processor
    pasted = AnnouncementContent(
        "news", "  签到\u3000通知\r\n", "\r\n\u3000\u3000第一段 \r\n\r\n第二段\u2028第三段\n\n", " 商务部\n"
    )
    # when it is published, then lines end in one way and indents stay
    assert Announcement.publish(cause(), pasted).content == AnnouncementContent(
        "news", "签到 通知", "\u3000\u3000第一段\n\n第二段\n第三段", "商务部"
    )


@given(st.builds(AnnouncementContent, st.sampled_from(CATEGORIES), st.text(), st.text(), st.text()))
def test_text_is_refused_or_brought_into_a_spelling_that_stays(content: AnnouncementContent) -> None:
    try:
        once = content.cleaned()
    except Refused as refusal:
        named = refusal.field
        assert named in ("title", "body", "source")
    else:
        assert once.cleaned() == once


def test_a_revision_replaces_the_content() -> None:
    # given an announcement
    notice = aggregates.announcement()
    # when it is revised from its present version
    policy = replace(CHECK_IN_NOTICE, category="policy", title="签到办法", effective_on="")
    notice.revise(cause(), policy, 1)
    # then the new content holds
    assert (notice.content, notice.version) == (policy, 2)


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_a_revision_of_another_version_is_refused(seen: int) -> None:
    notice = aggregates.announcement()
    notice.revise(cause(), replace(CHECK_IN_NOTICE, title="签到办法"), 1)
    with refused(Reason.VERSION_STALE):
        notice.revise(cause(), CHECK_IN_NOTICE, seen)


def test_a_revision_has_the_limits_of_a_publication() -> None:
    with pytest.raises(Refused) as refusal:
        aggregates.announcement().revise(cause(), replace(CHECK_IN_NOTICE, body=""), 1)
    assert (refusal.value.reason, refusal.value.field) == (Reason.FIELD_MISSING, "body")


def test_the_same_content_again_changes_nothing() -> None:
    notice = aggregates.announcement()
    notice.revise(cause(), replace(CHECK_IN_NOTICE, title=f" {CHECK_IN_NOTICE.title} "), 1)
    assert len(notice.pending_events) == 1


def test_what_was_withdrawn_is_not_revised() -> None:
    notice = aggregates.announcement()
    notice.withdraw(cause())
    with refused(Reason.ANNOUNCEMENT_WITHDRAWN):
        notice.revise(cause(), CHECK_IN_NOTICE, 2)


def test_what_was_withdrawn_is_not_withdrawn_again() -> None:
    notice = aggregates.announcement()
    notice.withdraw(cause())
    with refused(Reason.ANNOUNCEMENT_WITHDRAWN):
        notice.withdraw(cause())
