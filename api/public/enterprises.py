"""What everybody may read: the enterprise search."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel

from api.http.act import Act, Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import PLAIN, EnterpriseStatus, EntryKind
from projections import employment, enterprise_directory, enterprise_record
from projections.enterprise_directory import EnterpriseRow, Search
from projections.enterprise_record import EntryRow

routes = router("public")

NEWEST_ENTRIES = 20
SearchText = Annotated[str, Query(pattern=PLAIN)]


class EnterpriseOut(BaseModel):
    """An enterprise's public registration data."""

    enterprise_id: UUID
    uscc: str
    name: str
    brand: str
    province: str
    city: str
    status: EnterpriseStatus


class LiftOut(BaseModel):
    """The later decision that lifted an entry."""

    authority: str
    document_number: str
    decided_on: date
    reason: str


class EntryOut(BaseModel):
    """An award, a penalty or a listing, by an authority's decision; `lifted` once it stands no more."""

    entry_id: UUID
    kind: EntryKind
    authority: str
    document_number: str
    decided_on: date
    reason: str
    lifted: LiftOut | None


class EnterpriseDetail(EnterpriseOut):
    """With the public credit record: of each kind the twenty newest entries.

    The number of active workers is shown from ten up.
    """

    active_workers: int | None
    awards: list[EntryOut]
    penalties: list[EntryOut]
    red_list: list[EntryOut]
    black_list: list[EntryOut]


class Health(BaseModel):
    """The API answers."""

    status: str = "ok"


@routes.get("/health")
async def health() -> Health:
    """Tell that the API is up."""
    return Health()


PART = "Chinese characters, pinyin without tones and spaces, or pinyin initials"


def searched(
    text: Annotated[SearchText, Query(description=f"part of name or brand: {PART}", examples=["anlj"])] = "",
    name: Annotated[SearchText, Query(description=f"part of the name: {PART}", examples=["爱侬"])] = "",
    brand: Annotated[SearchText, Query(description=f"part of the brand: {PART}", examples=["anjz"])] = "",
    uscc: Annotated[SearchText, Query(description="how the code begins", examples=["9111"])] = "",
    province: Annotated[SearchText, Query(description="written out", examples=["北京市"])] = "",
    city: Annotated[SearchText, Query(description="written out", examples=["朝阳区"])] = "",
) -> Search:
    """What is searched for; more than any name has is cut off."""
    return Search(text[:100], name[:100], brand[:100], uscc[:18], province[:50], city[:50])


@routes.get("/enterprises")
async def search_enterprises(
    act: Acting, wanted: Annotated[Search, Depends(searched)], cursor: CursorText = None, limit: Limit = 20
) -> Page[EnterpriseOut]:
    """Search by part of name or brand (`text`: either), code prefix, region, in any combination.

    Parts of names are Chinese characters, pinyin, or pinyin initials.
    """
    after = read_cursor(cursor, UUID)
    found = await act.query(enterprise_directory.search, wanted, after[0] if after else None, limit)
    following = cursor_after(found, limit, lambda last: [last.enterprise_id])
    return Page(items=[_enterprise(row) for row in found], next=following)


@routes.get("/enterprises/{enterprise_id}")
async def enterprise(act: Acting, enterprise_id: UUID) -> EnterpriseDetail:
    """An enterprise's public record."""
    row = await act.query(enterprise_directory.find, enterprise_id)
    if row is None:
        raise Problem("enterprise-unknown", 404)
    active = await act.query(employment.active_workers, enterprise_id, act.cause.at)
    shown = active >= act.parts.ledger.rules.active_workers_shown_from
    return EnterpriseDetail(
        **_enterprise(row).model_dump(),
        active_workers=active if shown else None,
        awards=await _newest(act, enterprise_id, "award"),
        penalties=await _newest(act, enterprise_id, "penalty"),
        red_list=await _newest(act, enterprise_id, "red_list"),
        black_list=await _newest(act, enterprise_id, "black_list"),
    )


async def _newest(act: Act, enterprise_id: UUID, kind: str) -> list[EntryOut]:
    rows = await act.query(enterprise_record.entries_of, enterprise_id, kind, None, NEWEST_ENTRIES)
    return [_entry(row) for row in rows]


@routes.get("/enterprises/{enterprise_id}/entries")
async def entries(
    act: Acting, enterprise_id: UUID, kind: EntryKind, cursor: CursorText = None, limit: Limit = 20
) -> Page[EntryOut]:
    """All entries of a kind in an enterprise's public credit record, newest decision first."""
    if await act.query(enterprise_directory.find, enterprise_id) is None:
        raise Problem("enterprise-unknown", 404)
    key = read_cursor(cursor, date.fromisoformat, UUID)
    after = (key[0], key[1]) if key else None
    rows = await act.query(enterprise_record.entries_of, enterprise_id, kind, after, limit)
    following = cursor_after(rows, limit, lambda last: [last.decided_on, last.entry_id])
    return Page(items=[_entry(row) for row in rows], next=following)


def _entry(row: EntryRow) -> EntryOut:
    lifted = {
        "authority": row.lifted_by,
        "document_number": row.lifted_by_document,
        "decided_on": row.lifted_on,
        "reason": row.lifted_because,
    }
    return EntryOut(
        entry_id=row.entry_id,
        kind=row.kind,
        authority=row.authority,
        document_number=row.document_number,
        decided_on=row.decided_on,
        reason=row.reason,
        lifted=LiftOut.model_validate(lifted) if row.lifted_on else None,
    )


def _enterprise(row: EnterpriseRow) -> EnterpriseOut:
    return EnterpriseOut(
        enterprise_id=row.enterprise_id,
        uscc=row.uscc,
        name=row.name,
        brand=row.brand,
        province=row.province,
        city=row.city,
        status=row.status,
    )
