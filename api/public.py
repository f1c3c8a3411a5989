"""What everybody may read: the enterprise search and the letter's text."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.act import Acting
from api.paging import CursorText, Limit, Page, read_cursor, write_cursor
from api.problems import Problem
from api.route import router
from api.schemas import PLAIN
from domain import letter
from projections import employment, enterprise_directory
from projections.enterprise_directory import EnterpriseRow, Search

routes = router("public")

SearchText = Annotated[str, Query(pattern=PLAIN)]


class EnterpriseOut(BaseModel):
    """An enterprise's public registration data."""

    enterprise_id: UUID
    uscc: str
    name: str
    brand: str
    province: str
    city: str
    status: str


class EnterpriseDetail(EnterpriseOut):
    """With the number of active workers, which is shown from ten up."""

    active_workers: int | None


class LetterOut(BaseModel):
    """The authorization letter in force."""

    version: str
    text: str
    text_sha256: str
    scopes: list[str]


class Health(BaseModel):
    """The API answers."""

    status: str = "ok"


@routes.get("/health")
async def health() -> Health:
    """Tell that the API is up."""
    return Health()


@routes.get("/enterprises")
async def search_enterprises(
    act: Acting,
    text: SearchText = "",
    name: SearchText = "",
    brand: SearchText = "",
    uscc: SearchText = "",
    province: SearchText = "",
    city: SearchText = "",
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[EnterpriseOut]:
    """Search by part of name or brand (`text`: either), code prefix, region, in any combination.

    Parts of names are Chinese characters, pinyin, or pinyin initials.
    """
    after = read_cursor(cursor, UUID)
    wanted = Search(text[:100], name[:100], brand[:100], uscc[:18], province[:50], city[:50])
    found = await act.query(enterprise_directory.search, wanted, after[0] if after else None, limit)
    following = write_cursor(found[-1].enterprise_id) if len(found) == limit else None
    return Page(items=[_enterprise(row) for row in found], next=following)


@routes.get("/enterprises/{enterprise_id}")
async def enterprise(act: Acting, enterprise_id: UUID) -> EnterpriseDetail:
    """An enterprise's public record."""
    row = await act.query(enterprise_directory.find, enterprise_id)
    if row is None:
        raise Problem("enterprise-unknown", 404)
    active = await act.query(employment.active_workers, enterprise_id, act.cause.at)
    shown = active >= act.parts.ledger.rules.active_workers_shown_from
    return EnterpriseDetail(**_enterprise(row).model_dump(), active_workers=active if shown else None)


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


@routes.get("/letter")
async def current_letter() -> LetterOut:
    """The authorization letter (授权书) in force: its text, hash and scopes."""
    text = letter.CURRENT
    return LetterOut(
        version=text.version, text=text.text, text_sha256=text.text_sha256, scopes=list(text.scopes)
    )
