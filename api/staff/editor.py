"""The editor's desk: what is announced to the public."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import status
from pydantic import BaseModel, Field

from api.http.act import Acting
from api.http.etags import IfMatch, etag_of
from api.http.route import router
from api.http.schemas import DONE, Accepted, Category
from domain.announcement import LONGEST, AnnouncementContent
from ledger.use_cases.announcements import (
    publish_announcement,
    revise_announcement,
    withdraw_announcement,
)

routes = router("editor")


class AnnouncementIn(BaseModel):
    """An announcement: plain text, no HTML; line breaks in the body are kept."""

    category: Category
    title: Annotated[str, Field(description=f"one line of at most {LONGEST['title']} characters")]
    body: Annotated[str, Field(description=f"at most {LONGEST['body']} characters")]
    source: Annotated[str, Field(description=f"who issued it, at most {LONGEST['source']} characters")] = ""
    effective_on: Annotated[date | None, Field(description="from which day it holds")] = None

    def content(self) -> AnnouncementContent:
        """What the ledger is told; the limits are the ledger's to check."""
        day = self.effective_on.isoformat() if self.effective_on else ""
        return AnnouncementContent(self.category, self.title, self.body, self.source, day)


class EditedOut(BaseModel):
    """What the editor changed; the next revision sends `etag` as `If-Match`."""

    announcement_id: UUID
    etag: str


@routes.post("/announcements", status_code=status.HTTP_201_CREATED)
async def publish(act: Acting, announcement: AnnouncementIn) -> EditedOut:
    """Publish an announcement."""
    announcement_id, _ = await act.run(publish_announcement, announcement.content())
    return EditedOut(announcement_id=announcement_id, etag=etag_of(1))


@routes.post("/announcements/{announcement_id}/revision")
async def revise(
    act: Acting, announcement_id: UUID, announcement: AnnouncementIn, version: IfMatch
) -> EditedOut:
    """Replace the content of the version that `If-Match` names; the same content changes nothing."""
    revised = await act.run(revise_announcement, announcement_id, announcement.content(), version)
    etag = etag_of(version + len(revised.positions))
    return EditedOut(announcement_id=announcement_id, etag=etag)


@routes.post("/announcements/{announcement_id}/withdrawal")
async def withdraw(act: Acting, announcement_id: UUID) -> Accepted:
    """Take an announcement back for good; from now on it answers 410."""
    await act.run(withdraw_announcement, announcement_id)
    return DONE
