"""An enterprise's operator: the workers who chose the enterprise; nothing else of theirs."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from api.act import Act, Acting
from api.paging import CursorText, Limit, Page, read_cursor, write_cursor
from api.receipts import masked_names
from api.route import router
from api.schemas import DONE, Accepted
from domain.rejections import Reason, Refused
from ledger.use_cases import employments
from projections import employment

routes = router("enterprise")


class StaffedOut(BaseModel):
    """A worker of the enterprise: the masked name, the status now, and when the check-in is due."""

    worker_id: UUID
    worker_name: str
    status: str
    since: datetime
    due_at: datetime | None


@routes.get("/enterprise/employments")
async def staffed(act: Acting, cursor: CursorText = None, limit: Limit = 20) -> Page[StaffedOut]:
    """The workers who chose the enterprise."""
    after = read_cursor(cursor, UUID)
    rows = await act.query(employment.of_enterprise, _own_enterprise(act), after[0] if after else None, limit)
    names = await act.read(masked_names, {row.worker_id for row in rows})
    following = write_cursor(rows[-1].worker_id) if len(rows) == limit else None
    items = [
        StaffedOut(
            worker_id=row.worker_id,
            worker_name=names[row.worker_id],
            status=row.status_at(act.cause.at),
            since=row.since,
            due_at=row.due_at,
        )
        for row in rows
    ]
    return Page(items=items, next=following)


@routes.post("/enterprise/employments/{worker_id}/confirmation")
async def confirm(act: Acting, worker_id: UUID) -> Accepted:
    """Confirm that the worker belongs to the enterprise."""
    await act.run(employments.confirm_employment, worker_id, _own_enterprise(act))
    return DONE


@routes.post("/enterprise/employments/{worker_id}/refusal")
async def refuse(act: Acting, worker_id: UUID) -> Accepted:
    """Say that the worker does not belong to the enterprise."""
    await act.run(employments.refuse_employment, worker_id, _own_enterprise(act))
    return DONE


@routes.post("/enterprise/employments/{worker_id}/end")
async def end(act: Acting, worker_id: UUID) -> Accepted:
    """End the employment."""
    await act.run(employments.end_employment, worker_id, _own_enterprise(act), "enterprise")
    return DONE


def _own_enterprise(act: Act) -> UUID:
    enterprise_id = act.signed_in.enterprise_id
    if enterprise_id is None:
        raise Refused(Reason.GRANT_NOT_IN_FORCE)
    return enterprise_id
