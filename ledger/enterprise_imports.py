"""Imports of the enterprise list: a file is read chunk by chunk, each of them one append.

The row of an import says how far it is. It is locked while a chunk is worked for and moves together with the
chunk's rejections. A chunk whose worker was killed before that is read again, and then recognised by the id
of its append, so that no line is imported twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed

from domain.event import Cause
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger
from ledger.enterprise_csv import Chunk, ListedLine, RejectedLine, Sheet, examine, read_chunk
from ledger.use_cases.enterprises import finish_import, list_enterprises, request_import

CHUNK_LINES = 2_000
REJECTIONS_PAGE = 1_000

_BY_ID = SQL("partition = ledger.partition_of(%s) AND import_id = %s")
_COLUMNS = SQL(
    "import_id, actor, requested_at, file_sha256, encoding, columns, lines, read_bytes, read_lines, accepted,"
    " changed, rejected, finished_at"
)
_INSERT = """
    INSERT INTO ops.enterprise_imports
        (partition, import_id, actor, requested_at, file_sha256, encoding, columns, lines, read_bytes,
        read_lines)
    VALUES (ledger.partition_of(%s), %s, %s, %s, %s, %s, %s, %s, %s, 1) ON CONFLICT DO NOTHING
"""
_FIND = SQL("SELECT {} FROM ops.enterprise_imports WHERE {}").format(_COLUMNS, _BY_ID)
_TAKE = SQL("{} FOR UPDATE SKIP LOCKED").format(_FIND)
_MOVE = SQL("""
    UPDATE ops.enterprise_imports SET read_bytes = %s, read_lines = %s, accepted = accepted + %s,
        changed = changed + %s, rejected = rejected + %s
    WHERE {} RETURNING {}
""").format(_BY_ID, _COLUMNS)
_NEW_CODES = """
    INSERT INTO ops.enterprise_import_codes (partition, import_id, uscc)
    SELECT ledger.partition_of(%s), %s, unnest(%s::text[])
    ON CONFLICT DO NOTHING RETURNING uscc
"""
_REJECT = """
    INSERT INTO ops.enterprise_import_rejections (partition, import_id, line, "column", reason)
    SELECT ledger.partition_of(%s), %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[])
"""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """How far an import is; `read_lines` of `lines`, the header among them."""

    import_id: UUID
    actor: str
    requested_at: datetime
    file_sha256: str
    encoding: str
    columns: list[str]
    lines: int
    read_bytes: int
    read_lines: int
    accepted: int
    changed: int
    rejected: int
    finished_at: datetime | None

    @property
    def sheet(self) -> Sheet:
        """The file as it was examined."""
        return Sheet(self.encoding, self.columns, self.read_bytes, self.lines)


class Turn(Enum):
    """What became of an attempt at the next chunk."""

    READ = "read"
    FINISHED = "finished"
    NOT_MINE = "not mine"  # somebody else is at it, or there is no such import


class EnterpriseImports:
    """The imports of a ledger, whose files lie in a folder that every role sees."""

    def __init__(self, ledger: CreditLedger, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ledger = ledger
        self.folder = folder

    def receive(self, cause: Cause, upload: Path, file_sha256: str) -> tuple[ImportRow, Appended]:
        """Take over a file of the same file system; it is imported in the background.

        Raises:
            NoEnterpriseList: it is none; nothing happened.
        """
        import_id, sheet = id_of_command(cause.command_id, "enterprise import"), examine(upload)
        upload.replace(self._file(import_id))
        row = (
            import_id,
            import_id,
            cause.actor,
            cause.at,
            file_sha256,
            sheet.encoding,
            sheet.columns,
            sheet.lines,
        )
        with self._ledger.pool.connection() as connection:
            connection.execute(_INSERT, (*row, sheet.header_bytes))
        appended = request_import(self._ledger, cause, import_id, file_sha256, sheet.lines)
        found = self._found(import_id)
        if found.finished_at is not None:  # the request was repeated after its answer was lost
            self._file(import_id).unlink(missing_ok=True)
        return found, appended

    def find(self, import_id: UUID) -> ImportRow | None:
        """How far an import is."""
        return self._one(_FIND, import_id, import_id)

    def find_unfinished(self, file_sha256: str) -> ImportRow | None:
        """An import of the same file that is not done yet."""
        query = SQL("""
            SELECT {} FROM ops.enterprise_imports WHERE file_sha256 = %s AND finished_at IS NULL
            ORDER BY requested_at LIMIT 1
        """).format(_COLUMNS)
        return self._one(query, file_sha256)

    def take_turn(self, import_id: UUID, at: datetime) -> Turn:
        """Import the next chunk, unless somebody else does."""
        with self._ledger.pool.connection() as connection, connection.transaction():
            with connection.cursor(row_factory=class_row(ImportRow)) as cursor:
                row = cursor.execute(_TAKE, (import_id, import_id)).fetchone()
            if row is None:
                return Turn.NOT_MINE
            is_finished = row.finished_at is not None or self._import_chunk(connection, row, at)
        if not is_finished:
            return Turn.READ
        self._file(import_id).unlink(missing_ok=True)
        return Turn.FINISHED

    def rejections(self, import_id: UUID) -> Iterator[RejectedLine]:
        """Every rejected line, in order."""
        after = 0
        while page := self._rejections(import_id, after):
            yield from page
            after = page[-1].line

    def _rejections(self, import_id: UUID, after: int) -> list[RejectedLine]:
        query = SQL("""
            SELECT line, "column", reason FROM ops.enterprise_import_rejections
            WHERE {} AND line > %s ORDER BY line LIMIT %s
        """).format(_BY_ID)
        with self._ledger.pool.connection() as connection:
            rows = connection.execute(query, (import_id, import_id, after, REJECTIONS_PAGE)).fetchall()
        return [RejectedLine(*row) for row in rows]

    def _import_chunk(self, connection: Connection, row: ImportRow, at: datetime) -> bool:
        """Import a chunk in the transaction that holds the import's row; whether it was the last one."""
        chunk = read_chunk(self._file(row.import_id), row.sheet, row.read_bytes, row.read_lines, CHUNK_LINES)
        fresh, twice = _told_apart(connection, row.import_id, chunk.listed)
        appended = self._append(row, chunk, fresh, at)
        rejected = [*chunk.rejected, *twice]
        columns = (
            [line.line for line in rejected],
            [r.column for r in rejected],
            [r.reason for r in rejected],
        )
        connection.execute(_REJECT, (row.import_id, row.import_id, *columns))
        counts = (len(fresh), len(appended.positions), len(rejected))
        with connection.cursor(row_factory=class_row(ImportRow)) as cursor:
            place = (chunk.read_bytes, chunk.read_lines)
            moved = cursor.execute(_MOVE, (*place, *counts, row.import_id, row.import_id)).fetchone()
        if chunk.is_last and moved is not None:
            self._finish(connection, moved, at)
        return chunk.is_last

    def _append(self, row: ImportRow, chunk: Chunk, fresh: Sequence[ListedLine], at: datetime) -> Appended:
        """Append what the lines change, or find what a killed worker appended of the same lines."""
        lines = f"lines {row.read_lines} to {chunk.read_lines}"
        cause = Cause(at, row.actor, id_of_command(row.import_id, lines))
        before = self._ledger.find_appended(cause.command_id)
        return before or list_enterprises(self._ledger, cause, [line.details for line in fresh])

    def _finish(self, connection: Connection, row: ImportRow, at: datetime) -> None:
        cause = Cause(at, row.actor, id_of_command(row.import_id, "finish"))
        counts = {"accepted": row.accepted, "changed": row.changed, "rejected": row.rejected}
        finish_import(self._ledger, cause, row.import_id, **counts)
        mine = (row.import_id, row.import_id)
        done = SQL("UPDATE ops.enterprise_imports SET finished_at = %s WHERE {}").format(_BY_ID)
        connection.execute(done, (at, *mine))
        connection.execute(SQL("DELETE FROM ops.enterprise_import_codes WHERE {}").format(_BY_ID), mine)

    def _one(self, query: SQL | Composed, *arguments: object) -> ImportRow | None:
        with (
            self._ledger.pool.connection() as connection,
            connection.cursor(row_factory=class_row(ImportRow)) as cursor,
        ):
            return cursor.execute(query, arguments).fetchone()

    def _found(self, import_id: UUID) -> ImportRow:
        row = self.find(import_id)
        if row is None:
            msg = f"the import {import_id} is gone"
            raise LookupError(msg)
        return row

    def _file(self, import_id: UUID) -> Path:
        return self.folder / f"{import_id}.csv"


def _told_apart(
    connection: Connection, import_id: UUID, listed: Sequence[ListedLine]
) -> tuple[list[ListedLine], list[RejectedLine]]:
    """The first line of each code in the whole file, and those that name one again.

    Were the last one to hold, the same file would revise its enterprises back and forth each time.
    """
    codes = sorted({line.details.uscc for line in listed})
    new = {row[0] for row in connection.execute(_NEW_CODES, (import_id, import_id, codes))}
    fresh: list[ListedLine] = []
    twice: list[RejectedLine] = []
    for line in listed:
        if line.details.uscc in new:
            new.remove(line.details.uscc)
            fresh.append(line)
        else:
            twice.append(RejectedLine(line.line, "uscc", "twice-in-the-file"))
    return fresh, twice
