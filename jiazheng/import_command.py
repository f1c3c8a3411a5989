"""`jiazheng import-enterprises`: hands in a list as an editor does, and shows how far its import is."""

import shutil
from collections.abc import Callable
from contextlib import closing
from hashlib import file_digest
from pathlib import Path
from time import sleep
from uuid import uuid4

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from domain.event import Cause
from jiazheng.bootstrap import build_clock, build_imports, build_ledger
from jiazheng.settings import Settings
from ledger.clock import Clock
from ledger.enterprise_csv import NoEnterpriseList
from ledger.enterprise_imports import EnterpriseImports, ImportRow, Turn

ACTOR = "system:console"
OTHERS_SECONDS = 0.2
"""How long to leave it to a worker that is at it."""


def run(console: Console, file: Path) -> None:
    """Import a file, or go on with an import of it that was cut off; leaves with 1 if it is no such list."""
    settings = Settings()
    clock = build_clock(settings)
    with closing(build_ledger(settings)) as ledger:
        imports = build_imports(settings, ledger)
        try:
            row = _handed_in(imports, file, Cause(clock(), ACTOR, uuid4()))
        except NoEnterpriseList:
            console.print(f"[red]{file} is no CSV with the expected columns[/], in UTF-8 or GB18030")
            raise SystemExit(1) from None
        with Progress("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
            task = bar.add_task("lines", total=row.lines)
            row = _worked_through(imports, row, clock, lambda now: bar.update(task, completed=now.read_lines))
        _tell(console, imports, row)


def _handed_in(imports: EnterpriseImports, file: Path, cause: Cause) -> ImportRow:
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    before = imports.find_unfinished(digest)
    if before is not None:
        return before
    copy = imports.folder / f"{cause.command_id}.part"
    try:
        shutil.copyfile(file, copy)
        return imports.receive(cause, copy, digest)[0]
    finally:
        copy.unlink(missing_ok=True)


def _worked_through(
    imports: EnterpriseImports, row: ImportRow, clock: Clock, tell: Callable[[ImportRow], None]
) -> ImportRow:
    """Take turns with the workers of a running system until the last line is read."""
    while row.finished_at is None:
        if imports.take_turn(row.import_id, clock()) is Turn.NOT_MINE:
            sleep(OTHERS_SECONDS)
        row = imports.find(row.import_id) or row
        tell(row)
    return row


def _tell(console: Console, imports: EnterpriseImports, row: ImportRow) -> None:
    for line in imports.rejections(row.import_id):
        console.print(f"line {line.line}: {line.column or 'the whole line'}: {line.reason}")
    unchanged = row.accepted - row.changed
    console.print(f"changed {row.changed:,}, unchanged {unchanged:,}, rejected {row.rejected:,}")
