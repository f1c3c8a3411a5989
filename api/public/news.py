"""What editors tell the public: news (最新动态), policy (政策措施) and notices (通知公告)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.http.act import Acting
from api.http.etags import etag_of
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import PLAIN, Category
from projections import news
from projections.news import Headline, Search

routes = router("public")


class HeadlineOut(BaseModel):
    """An announcement in a list; `revised_at` is when its content was replaced last."""

    announcement_id: UUID
    category: Category
    title: str
    source: str
    effective_on: date | None
    published_at: datetime
    revised_at: datetime | None


class AnnouncementOut(HeadlineOut):
    """An announcement as a whole; the body is plain text, in which nothing is markup."""

    body: str


@routes.get("/announcements")
async def list_announcements(
    act: Acting,
    category: Category | None = None,
    text: Annotated[str, Query(pattern=PLAIN, description="words, each part of title, body or source")] = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[HeadlineOut]:
    """The announcements, newest first: all, those of a category, those that hold every word."""
    before = read_cursor(cursor, datetime.fromisoformat, UUID)
    wanted = Search(category or "", text[:100])
    found = await act.query(news.search, wanted, (before[0], before[1]) if before else None, limit)
    following = cursor_after(found, limit, lambda last: [last.published_at, last.announcement_id])
    return Page(items=[HeadlineOut(**_shown(row)) for row in found], next=following)


@routes.get("/announcements/{announcement_id}")
async def announcement(act: Acting, announcement_id: UUID) -> AnnouncementOut:
    """An announcement with its `ETag`; 410 tells `at` which instant it was withdrawn."""
    row = await act.query(news.find, announcement_id)
    if row is None:
        raise Problem("not-found", 404)
    if row.withdrawn_at:
        raise Problem("announcement-withdrawn", 410, at=row.withdrawn_at)
    act.response.headers["ETag"] = etag_of(row.version)
    return AnnouncementOut(body=row.body, **_shown(row))


def _shown(row: Headline) -> dict[str, object]:
    return {name: getattr(row, name) for name in HeadlineOut.model_fields}
