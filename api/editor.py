"""The editor's desk: the enterprise list, and what authorities decided about enterprises."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import File, UploadFile, status
from pydantic import BaseModel

from api.act import Acting
from api.enterprise_csv import RejectedLine, parse
from api.route import POSITION_HEADER, router
from api.schemas import DONE, Accepted, EntryKind, ShortText
from domain.enterprise import Decision, EnterpriseDetails
from domain.event import Cause
from ledger.credit_ledger import CreditLedger
from ledger.positions import Position, latest
from ledger.use_cases.enterprises import (
    add_entry,
    cause_of_chunk,
    entry_of_command,
    lift_entry,
    list_enterprises,
)

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


class DecisionIn(BaseModel):
    """An authority's published decision; it must name no person, since everybody reads it."""

    authority: ShortText
    document_number: ShortText
    decided_on: date
    reason: ShortText

    def as_decision(self) -> Decision:
        """As the ledger records it."""
        return Decision(self.authority, self.document_number, self.decided_on.isoformat(), self.reason)


class EntryIn(DecisionIn):
    """An award (奖励), a penalty (处罚), or a place on the red or black list (红名单, 黑名单)."""

    kind: EntryKind


class EntryAddedOut(BaseModel):
    """The entry's id, by which it is lifted later."""

    entry_id: UUID


@routes.post("/enterprises/{enterprise_id}/entries", status_code=status.HTTP_201_CREATED)
async def add(act: Acting, enterprise_id: UUID, entry: EntryIn) -> EntryAddedOut:
    """Add a decision to an enterprise's public credit record."""
    await act.run(add_entry, enterprise_id, entry.kind, entry.as_decision())
    return EntryAddedOut(entry_id=entry_of_command(act.cause.command_id))


@routes.post("/enterprises/{enterprise_id}/entries/{entry_id}/lift")
async def lift(act: Acting, enterprise_id: UUID, entry_id: UUID, decision: DecisionIn) -> Accepted:
    """Lift an entry by a later decision; both stay readable."""
    await act.run(lift_entry, enterprise_id, entry_id, decision.as_decision())
    return DONE
