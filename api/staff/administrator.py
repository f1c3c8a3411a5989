"""Administration: staff roles with four eyes."""

from typing import Annotated
from uuid import UUID

from fastapi import status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, model_validator

from api.http.act import Acting
from api.http.paging import CursorText, Limit, Page
from api.http.route import router
from api.http.schemas import DONE, Accepted, GrantOut, ProposalOut, StaffOut, StaffRole
from api.staff.staff_page import staff_page
from domain.identifiers import IdNumber
from ledger.sealing.tickets import STAFF_GRANT, STAFF_PROPOSAL
from ledger.use_cases import staff

routes = router("administration")


class ProposalIn(BaseModel):
    """A role for somebody; an operator belongs to one enterprise, nobody else to any.

    An officer's own ID number is kept as a digest only: nobody is two officers, and none confirms themself.
    """

    role: StaffRole
    enterprise_id: UUID | None = None
    id_number: Annotated[
        str | None, Field(max_length=32, description="of an officer, and of nobody else")
    ] = None

    @model_validator(mode="after")
    def operators_have_an_enterprise(self) -> "ProposalIn":
        """An operator without an enterprise could do nothing; another role with one would be misread."""
        if (self.role == "operator") != (self.enterprise_id is not None):
            msg = "an operator, and nobody else, has an enterprise"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def officers_have_an_id_number(self) -> "ProposalIn":
        """Of nobody else is it asked for."""
        if (self.role == "officer") != (self.id_number is not None):
            msg = "of an officer, and of nobody else, the ID number is needed"
            raise ValueError(msg)
        return self


@routes.post("/staff", status_code=status.HTTP_201_CREATED)
async def propose(act: Acting, proposal: ProposalIn) -> ProposalOut:
    """Propose a staff role; a second administrator must grant it."""
    id_number = IdNumber.parse(proposal.id_number) if proposal.id_number else None
    staff_id, _ = await act.run(staff.propose_role, proposal.role, proposal.enterprise_id, id_number)
    half = act.parts.ledger.tickets.issue(STAFF_PROPOSAL, staff_id, act.cause.at)
    return ProposalOut(staff_id=staff_id, enrolment_token_half=half)


@routes.get("/staff")
async def members(act: Acting, cursor: CursorText = None, limit: Limit = 50) -> Page[StaffOut]:
    """All staff with their roles, also those who were withdrawn."""
    return await staff_page(act, None, cursor, limit)


@routes.post("/staff/{staff_id}/grant")
async def grant(act: Acting, staff_id: UUID) -> GrantOut:
    """Grant a role that another administrator proposed; each gives the person half of the enrolment token."""
    await act.run(staff.grant_role, staff_id)
    return GrantOut(enrolment_token_half=act.parts.ledger.tickets.issue(STAFF_GRANT, staff_id, act.cause.at))


@routes.post("/staff/{staff_id}/withdrawal")
async def withdraw(act: Acting, staff_id: UUID) -> Accepted:
    """Withdraw a role, whose sessions end at once, or turn down the proposal of one."""
    await act.run(staff.withdraw_role, staff_id)
    await run_in_threadpool(act.parts.sessions.revoke_all, act.cause.at, staff_id)
    return DONE
