"""The editor's desk: the import of the enterprise list, and what is announced to the public."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import File, UploadFile, status
from pydantic import BaseModel, Field

from api.act import Acting
from api.enterprise_csv import RejectedLine, parse
from api.etags import IfMatch, etag_of
from api.route import POSITION_HEADER, router
from api.schemas import DONE, Accepted, Category
from domain.announcement import LONGEST, AnnouncementContent
from domain.enterprise import EnterpriseDetails
from domain.event import Cause
from ledger.credit_ledger import CreditLedger
from ledger.positions import Position, latest
from ledger.use_cases.announcements import (
    publish_announcement,
    revise_announcement,
    withdraw_announcement,
)
from ledger.use_cases.enterprises import cause_of_chunk, list_enterprises

CHUNK_ROWS = 500

routes = router("editor")


class RejectedOut(BaseModel):
    """A line that was not taken over."""

    line: int
    column: str
    reason: str


class ImportOut(BaseModel):
    """What became of a file."""

    accepted: int
    changed: int
    rejected: list[RejectedOut]


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


@routes.post("/enterprise-imports")
async def import_enterprises(act: Acting, file: Annotated[UploadFile, File()]) -> ImportOut:
    """Import the enterprise list from CSV: uscc, name, brand, province, city, status.

    Good lines are taken over, bad ones reported; the same file again changes nothing.
    """
    report, positions = await act.run(_import, await file.read())
    if positions:
        act.response.headers[POSITION_HEADER] = ",".join(map(str, latest(positions)))
    return report


def _import(ledger: CreditLedger, cause: Cause, octets: bytes) -> tuple[ImportOut, list[Position]]:
    parsed = list(parse(octets))
    good = [row for row in parsed if isinstance(row, EnterpriseDetails)]
    positions: list[Position] = []
    for nth, chunk in enumerate(_chunks(good)):
        positions += list_enterprises(ledger, cause_of_chunk(cause, nth), chunk).positions
    rejected = [
        RejectedOut(line=row.line, column=row.column, reason=row.reason)
        for row in parsed
        if isinstance(row, RejectedLine)
    ]
    return ImportOut(accepted=len(good), changed=len(positions), rejected=rejected), positions


def _chunks(rows: list[EnterpriseDetails]) -> Iterator[list[EnterpriseDetails]]:
    """Chunks without a code twice, so that a later line revises what an earlier one listed."""
    by_code = {row.uscc: row for row in rows}
    remaining = iter(by_code.values())
    while chunk := list(islice(remaining, CHUNK_ROWS)):
        yield chunk


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
