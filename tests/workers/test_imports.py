"""Imports of the enterprise list in the background."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from domain.enterprise import Enterprise
from ledger.enterprise_imports import CHUNK_LINES
from tests.controls.enterprises import csv_of, new_details
from tests.controls.people import cause
from tests.workers.conftest import Background
from workers.broker import QUEUE

LISTED = "SELECT count(*) FROM ledger.events WHERE topic = %s"


def handed_in(background: Background, lines: int) -> UUID:
    octets = csv_of(new_details() for _ in range(lines))
    part = background.imports.folder / "list.part"
    part.write_bytes(octets)
    by = cause(background.clock, "staff:editor")
    row, _ = background.imports.receive(by, part, sha256(octets).hexdigest())
    return row.import_id


def changed(background: Background, import_id: UUID) -> int | None:
    """How many lines changed something, once the import is finished."""
    row = background.imports.find(import_id)
    return row.changed if row and row.finished_at else None


def test_a_list_is_imported_chunk_by_chunk(background: Background) -> None:
    # given a list of three chunks
    import_id = handed_in(background, 2 * CHUNK_LINES + 1)
    # when the work runs
    background.settle()
    # then all of it is there, and nobody looks at it any more
    assert changed(background, import_id) == 2 * CHUNK_LINES + 1
    with background.ledger.pool.connection() as connection:
        assert connection.execute("SELECT FROM ops.wakeups").fetchall() == []


def test_a_message_twice_and_one_that_is_lost_change_nothing(background: Background) -> None:
    # given an import whose messages were lost after its first chunk
    import_id = handed_in(background, CHUNK_LINES + 1)
    background.look()
    background.imports.take_turn(import_id, background.clock())
    background.broker.client.flushdb()
    assert changed(background, import_id) is None
    # when the schedule looks again an hour later, and the message comes three times
    background.clock.advance(timedelta(hours=1))
    for _ in range(2):
        background.enqueue("import_chunk", str(import_id))
    background.settle()
    # then every line was imported once
    assert changed(background, import_id) == CHUNK_LINES + 1
    with background.ledger.pool.connection() as connection:
        listed = connection.execute(LISTED, (Enterprise.Created.TOPIC,)).fetchone()
    assert listed == (CHUNK_LINES + 1,)
    assert not background.broker.client.exists(f"dramatiq:{QUEUE}.DQ")
