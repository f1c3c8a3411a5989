"""A page of the list of staff, as administrators see all of it and operators their colleagues."""

from dataclasses import asdict
from uuid import UUID

from api.http.act import Act
from api.http.paging import Page, cursor_after, read_cursor
from api.http.schemas import StaffOut
from projections import staff


async def staff_page(act: Act, enterprise_id: UUID | None, cursor: str | None, limit: int) -> Page[StaffOut]:
    """All staff, or the operators of an enterprise."""
    after = read_cursor(cursor, UUID)
    rows = await act.query(staff.members, enterprise_id, after[0] if after else None, limit)
    following = cursor_after(rows, limit, lambda last: [last.staff_id])
    return Page(items=[StaffOut(**asdict(row)) for row in rows], next=following)
