"""The editor's desk: the import of the enterprise list."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from fastapi import File, UploadFile
from pydantic import BaseModel

from api.act import Acting
from api.enterprise_csv import RejectedLine, parse
from api.route import POSITION_HEADER, router
from domain.enterprise import EnterpriseDetails
from domain.event import Cause
from ledger.credit_ledger import CreditLedger
from ledger.positions import Position, latest
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
