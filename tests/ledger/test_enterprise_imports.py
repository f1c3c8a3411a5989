"""The import of the enterprise list goes on where it was, and no line is imported twice (F3)."""

import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from domain.enterprise import EnterpriseDetails
from domain.enterprise_import import EnterpriseImport
from jiazheng.bootstrap import build_imports
from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.enterprise_csv import NoEnterpriseList
from ledger.enterprise_imports import CHUNK_LINES, EnterpriseImports, ImportRow, Turn
from tests.conftest import MovableClock
from tests.controls.enterprises import csv_of, new_details
from tests.controls.people import cause
from tests.controls.races import race
from tests.controls.roles import environment

LINES = 3 * CHUNK_LINES + 100


@pytest.fixture
def imports(settings: Settings, ledger: CreditLedger) -> EnterpriseImports:
    return build_imports(settings, ledger)


def _rows(count: int) -> list[EnterpriseDetails]:
    """So many enterprises; of every hundred one has a wrong status, and one a code of before."""
    rows = [new_details(city="朝阳区") for _ in range(count)]
    for number in range(50, count, 100):
        rows[number] = new_details(status="closed")
        rows[number - 10] = rows[number // 2]
    return rows


def _handed_in(imports: EnterpriseImports, clock: MovableClock, octets: bytes) -> ImportRow:
    part = imports.folder / "list.part"
    part.write_bytes(octets)
    return imports.receive(cause(clock, "staff:editor"), part, sha256(octets).hexdigest())[0]


def _finished(imports: EnterpriseImports, clock: MovableClock, import_id: UUID) -> ImportRow:
    while imports.take_turn(import_id, clock()) is not Turn.FINISHED:
        pass
    row = imports.find(import_id)
    assert row is not None
    return row


def _listed(ledger: CreditLedger) -> int:
    """How many events the enterprises have."""
    query = "SELECT count(*) FROM ledger.events WHERE topic LIKE 'jz.enterprise.%'"
    with ledger.pool.connection() as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _counts(row: ImportRow) -> tuple[int, int, int]:
    return row.accepted, row.changed, row.rejected


def test_every_line_is_taken_over_or_rejected_and_the_import_says_so(
    ledger: CreditLedger, clock: MovableClock, imports: EnterpriseImports
) -> None:
    # given a list with lines that are wrong and lines that come twice
    handed_in = _handed_in(imports, clock, csv_of(_rows(LINES)))
    # when it is imported
    row = _finished(imports, clock, handed_in.import_id)
    # then the counts add up, and the log tells them together with who asked for it
    assert _counts(row) == (LINES - 122, LINES - 122, 122)
    assert _listed(ledger) == row.changed
    assert len(list(imports.rejections(row.import_id))) == row.rejected
    finished = list(ledger.events.get(row.import_id))[-1]
    assert isinstance(finished, EnterpriseImport.Finished)
    assert (finished.actor, finished.changed) == ("staff:editor", row.changed)
    # and nothing of the file is kept
    assert list(imports.folder.iterdir()) == []


def test_the_same_file_again_changes_nothing(
    ledger: CreditLedger, clock: MovableClock, imports: EnterpriseImports
) -> None:
    octets = csv_of(_rows(300))
    first = _finished(imports, clock, _handed_in(imports, clock, octets).import_id)
    again = _finished(imports, clock, _handed_in(imports, clock, octets).import_id)
    assert _counts(again) == (first.accepted, 0, first.rejected)
    assert _listed(ledger) == first.changed


def test_a_chunk_that_was_appended_before_its_worker_died_is_recognised(
    ledger: CreditLedger, clock: MovableClock, imports: EnterpriseImports
) -> None:
    # given an import whose worker was killed after the append and before its row moved
    handed_in = _handed_in(imports, clock, csv_of(_rows(LINES)))
    imports.take_turn(handed_in.import_id, clock())
    once, listed = imports.find(handed_in.import_id), _listed(ledger)
    with ledger.pool.connection() as connection:
        connection.execute("DELETE FROM ops.enterprise_import_codes")
        connection.execute("DELETE FROM ops.enterprise_import_rejections")
        connection.execute(
            "UPDATE ops.enterprise_imports SET read_bytes = %s, read_lines = 1, accepted = 0, changed = 0,"
            " rejected = 0",
            (handed_in.read_bytes,),
        )
    # when another one reads the chunk again
    imports.take_turn(handed_in.import_id, clock())
    # then nothing is appended, and the counts are those of the first time
    assert _listed(ledger) == listed
    assert imports.find(handed_in.import_id) == once


def test_two_at_once_do_not_read_the_same_lines(
    ledger: CreditLedger, clock: MovableClock, imports: EnterpriseImports
) -> None:
    # given an import
    handed_in = _handed_in(imports, clock, csv_of(_rows(LINES)))
    # when two take a turn at the same moment
    turns = race(*[lambda: imports.take_turn(handed_in.import_id, clock())] * 2)
    # then one does nothing, or both did another chunk
    row = imports.find(handed_in.import_id)
    assert row is not None
    assert row.read_lines == 1 + CHUNK_LINES * turns.count(Turn.READ)
    assert set(turns) <= {Turn.READ, Turn.NOT_MINE}
    assert _listed(ledger) == row.changed


def test_a_killed_import_goes_on_where_it_was(
    ledger: CreditLedger, imports: EnterpriseImports, settings: Settings, tmp_path: Path
) -> None:
    # given a list at whose import a process was killed in its middle
    file = tmp_path / "list.csv"
    file.write_bytes(csv_of(_rows(2 * LINES)))
    digest = sha256(file.read_bytes()).hexdigest()
    argv = [sys.executable, "-m", "jiazheng", "import-enterprises", str(file)]
    with subprocess.Popen(argv, env=environment(settings), stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own
        assert wait_until(lambda: _read_lines(imports, digest) > CHUNK_LINES, 60)
        process.send_signal(signal.SIGKILL)
    killed = imports.find_unfinished(digest)
    assert killed is not None
    # when the same command is given again
    told = subprocess.run(argv, env=environment(settings), capture_output=True, check=True, text=True)  # noqa: S603 - our own
    # then it goes on with the same import, and every line of the whole is imported once
    row = imports.find(killed.import_id)
    assert row is not None
    assert row.finished_at is not None
    assert _counts(row) == (2 * LINES - 244, 2 * LINES - 244, 244)
    assert _listed(ledger) == row.changed
    assert f"changed {row.changed:,}, unchanged 0, rejected 244" in told.stdout


def _read_lines(imports: EnterpriseImports, digest: str) -> int:
    row = imports.find_unfinished(digest)
    return row.read_lines if row else 0


def test_what_is_no_list_leaves_nothing_behind(
    ledger: CreditLedger, clock: MovableClock, imports: EnterpriseImports
) -> None:
    with pytest.raises(NoEnterpriseList):
        _handed_in(imports, clock, b"name\n")
    assert ledger.event_log.heads() == dict.fromkeys(range(16), 0)
