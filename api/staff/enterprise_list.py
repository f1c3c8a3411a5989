"""The editor's desk, too: the enterprise list, and what authorities decided about enterprises."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.http.act import Act, Acting
from api.http.documentation import NAMED_FILE
from api.http.problems import Problem
from api.http.route import router
from api.http.schemas import DONE, Accepted, EntryKind, ShortText
from api.http.uploads import Upload, upload_of
from domain.enterprise import Decision
from domain.event import Cause
from ledger.credit_ledger import Appended, CreditLedger
from ledger.enterprise_csv import REASONS, NoEnterpriseList
from ledger.enterprise_imports import EnterpriseImports, ImportRow
from ledger.use_cases.enterprises import add_entry, entry_of_command, lift_entry

routes = router("editor")

CSV_BODY = {
    "requestBody": {
        "required": True,
        "description": (
            "the file itself, in UTF-8 or GB18030, at most 256 MB; the columns in any order, under these"
            " names or 统一社会信用代码, 企业名称, 品牌, 省份, 城市, 经营状态;"
            " `status` is `operating` 在营, `suspended` 停业 or `struck_off` 注销"
        ),
        "content": {
            "text/csv": {
                "schema": {"type": "string", "format": "binary"},
                "example": (
                    "uscc,name,brand,province,city,status\r\n"
                    "91110105MA00000807,北京朝阳爱侬家政服务有限公司,爱侬,北京市,朝阳区,operating\r\n"
                ),
            }
        },
    }
}
"""What the document says of a body that no parameter declares, since it is never held in memory."""
REPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": NAMED_FILE,
        "content": {
            "text/csv": {
                "schema": {
                    "type": "string",
                    "description": "by line: its number, the header being 1; the column, empty for the line"
                    f" as a whole; the reason, one of {', '.join(f'`{reason}`' for reason in REASONS)}",
                },
                "example": "line,column,reason\r\n2,uscc,uscc-checksum\r\n7,,wrong-number-of-columns\r\n",
            }
        },
    }
}


class ImportOut(BaseModel):
    """How far an import is: so many lines of the file were read, the header among them.

    `unchanged` lines were accepted and say what was known already.
    """

    import_id: UUID
    status: Literal["running", "finished"]
    lines: int
    read_lines: int
    accepted: int
    changed: int
    unchanged: int
    rejected: int
    requested_at: datetime
    finished_at: datetime | None


@routes.post("/enterprise-imports", status_code=status.HTTP_202_ACCEPTED, openapi_extra=CSV_BODY)
async def import_enterprises(act: Acting, upload: Annotated[Upload, Depends(upload_of)]) -> ImportOut:
    """Hand in the enterprise list as CSV: uscc, name, brand, province, city, status, or the Chinese names.

    It is imported in the background: good lines are taken over, bad ones reported. The same file again
    changes nothing.
    """

    def receive(_: CreditLedger, cause: Cause) -> tuple[ImportRow, Appended]:
        return act.parts.imports.receive(cause, upload.path, upload.sha256)

    try:
        row, _ = await act.run(receive)
    except NoEnterpriseList as error:
        raise Problem("csv-invalid", 422) from error
    return _import_out(row)


@routes.get("/enterprise-imports/{import_id}")
async def import_progress(act: Acting, import_id: UUID) -> ImportOut:
    """Tell how far an import is."""
    return _import_out(await _import_of(act, import_id))


@routes.get(
    "/enterprise-imports/{import_id}/rejections.csv",
    response_class=StreamingResponse,
    responses=REPORT,
)
async def import_rejections(act: Acting, import_id: UUID) -> StreamingResponse:
    """Download every rejected line so far as CSV: line, column (empty: the whole line), reason."""
    row = await _import_of(act, import_id)
    named = {"Content-Disposition": f'attachment; filename="rejections-{row.import_id}.csv"'}
    lines = _rejections(act.parts.imports, row.import_id)
    return StreamingResponse(lines, media_type="text/csv", headers=named)


def _rejections(imports: EnterpriseImports, import_id: UUID) -> Iterator[str]:
    """The report, line by line; neither a column nor a reason needs quotes."""
    yield "line,column,reason\r\n"
    for rejected in imports.rejections(import_id):
        yield f"{rejected.line},{rejected.column},{rejected.reason}\r\n"


async def _import_of(act: Act, import_id: UUID) -> ImportRow:
    row = await run_in_threadpool(act.parts.imports.find, import_id)
    if row is None:
        raise Problem("import-unknown", 404)
    return row


def _import_out(row: ImportRow) -> ImportOut:
    return ImportOut(
        import_id=row.import_id,
        status="finished" if row.finished_at else "running",
        lines=row.lines,
        read_lines=row.read_lines,
        accepted=row.accepted,
        changed=row.changed,
        unchanged=row.accepted - row.changed,
        rejected=row.rejected,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
    )


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
