"""An enterprise's operators: their colleagues, and the workers who chose it; nothing else of theirs."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.route import router
from api.http.schemas import DONE, Accepted, EmploymentStatus, GrantOut, ProposalOut, StaffOut
from api.people.receipts import masked_names
from api.staff.staff_page import staff_page
from domain.access_log import Look
from domain.rejections import Reason, Refused
from ledger.sealing.tickets import STAFF_GRANT, STAFF_PROPOSAL
from ledger.use_cases import employments, operators, staff
from ledger.use_cases.regulation import record_daily_looks
from projections import employment
from projections.employment import DueSpan, Recorded

routes = router("enterprise")

DueWithin = Annotated[
    int | None, Query(ge=0, le=366, description="only the employed whose check-in is due in so many days")
]

RecordedAs = Annotated[
    Recorded | None,
    Query(alias="status", description="only these: `chosen` wait for an answer, `confirmed` work here"),
]


class StaffedOut(BaseModel):
    """A worker of the enterprise: the masked name, the status now, and when the check-in is due."""

    worker_id: UUID
    worker_name: Annotated[str, Field(description="masked; `erased` once the account is cancelled")]
    status: EmploymentStatus
    since: Annotated[datetime, Field(description="when it was chosen, confirmed, refused or ended")]
    due_at: Annotated[
        datetime | None, Field(description="of a confirmed employment, once the registration is complete")
    ]


@routes.get("/enterprise/employments")
async def staffed(
    act: Acting,
    due_within_days: DueWithin = None,
    recorded: RecordedAs = None,
    cursor: CursorText = None,
    limit: Limit = 20,
) -> Page[StaffedOut]:
    """The workers who chose the enterprise; that the operator saw them is recorded, once a day and worker."""
    key = read_cursor(cursor, UUID)
    due = None if due_within_days is None else _due_within(act, timedelta(days=due_within_days))
    after = key[0] if key else None
    enterprise_id = _own_enterprise(act)
    rows = await act.query(employment.of_enterprise, enterprise_id, after, limit, due, recorded)
    look = Look("operator", "employments", "从业关系管理", enterprise_id)
    await act.seeing().run(record_daily_looks, [row.worker_id for row in rows], look)
    names = await act.read(masked_names, {row.worker_id for row in rows})
    following = cursor_after(rows, limit, lambda last: [last.worker_id])
    items = [
        StaffedOut(
            worker_id=row.worker_id,
            worker_name=names[row.worker_id],
            status=row.status_at(act.cause.at),
            since=row.since,
            due_at=row.due_at if row.status == "confirmed" else None,
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


class StaffingOut(BaseModel):
    """How many workers the enterprise has: confirmed, of those 在职 and 离职, and due within seven days."""

    confirmed: int
    employed: int
    left: int
    due_soon: int


@routes.get("/enterprise/statistics")
async def statistics(act: Acting) -> StaffingOut:
    """The enterprise's own numbers, at this instant."""
    soon = max(act.parts.ledger.rules.reminders_before, default=timedelta())
    told = await act.query(employment.staffing, _own_enterprise(act), _due_within(act, soon))
    return StaffingOut(confirmed=told.confirmed, employed=told.employed, left=told.left, due_soon=told.due)


def _due_within(act: Act, span: timedelta) -> DueSpan:
    return DueSpan(act.cause.at, act.cause.at + span)


@routes.get("/enterprise/operators")
async def colleagues(act: Acting, cursor: CursorText = None, limit: Limit = 50) -> Page[StaffOut]:
    """The operators of the own enterprise, also those who were withdrawn."""
    return await staff_page(act, _own_enterprise(act), cursor, limit)


@routes.post("/enterprise/operators", status_code=status.HTTP_201_CREATED)
async def invite(act: Acting) -> ProposalOut:
    """Invite a colleague as an operator; a second operator or an administrator grants it."""
    staff_id, _ = await act.run(staff.propose_role, "operator", _own_enterprise(act))
    half = act.parts.ledger.tickets.issue(STAFF_PROPOSAL, staff_id, act.cause.at)
    return ProposalOut(staff_id=staff_id, enrolment_token_half=half)


@routes.post("/enterprise/operators/{staff_id}/grant")
async def grant(act: Acting, staff_id: UUID) -> GrantOut:
    """Grant a colleague the role that another operator, or an administrator, proposed."""
    await act.run(operators.grant_operator, _own_enterprise(act), staff_id)
    return GrantOut(enrolment_token_half=act.parts.ledger.tickets.issue(STAFF_GRANT, staff_id, act.cause.at))


@routes.post("/enterprise/operators/{staff_id}/withdrawal-proposal")
async def propose_withdrawal(act: Acting, staff_id: UUID) -> Accepted:
    """Propose that a colleague's role be withdrawn; a second operator or an administrator does it."""
    await act.run(operators.propose_withdrawal, _own_enterprise(act), staff_id)
    return DONE


@routes.post("/enterprise/operators/{staff_id}/withdrawal")
async def withdraw(act: Acting, staff_id: UUID) -> Accepted:
    """Withdraw a colleague's role as another operator proposed; its sessions end at once."""
    await act.run(operators.confirm_withdrawal, _own_enterprise(act), staff_id)
    await run_in_threadpool(act.parts.sessions.revoke_all, act.cause.at, staff_id)
    return DONE


def _own_enterprise(act: Act) -> UUID:
    enterprise_id = act.signed_in.enterprise_id
    if enterprise_id is None:
        raise Refused(Reason.GRANT_NOT_IN_FORCE)
    return enterprise_id
