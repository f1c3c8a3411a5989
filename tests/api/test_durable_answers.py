"""No answer tells of an event that a crash could still undo."""

import pytest

from tests.controls.api import Api
from tests.controls.visitors import register_worker

TIMES = 10
"""The server's own writer flushes five times a second: now and then it may be faster than the answer."""


@pytest.mark.parametrize("path", ["/v1/me", "/v1/me/attendance"])
def test_an_answer_from_the_log_waits_for_the_disk(api: Api, path: str) -> None:
    worker = register_worker(api)
    with api.parts.ledger.pool.connection() as connection:
        for _ in range(TIMES):
            # given a commit that everybody can see and that is not on disk yet
            connection.execute("SET synchronous_commit = off")
            connection.execute("SELECT pg_logical_emit_message(true, '', 'seen')")
            row = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
            assert row is not None
            # when a person is answered from the log, or refused by it
            assert api.get(path, worker.token).status_code in (200, 409)
            # then it is on disk
            flushed = connection.execute("SELECT pg_current_wal_flush_lsn() >= %s", row).fetchone()
            assert flushed == (True,)
        connection.execute("SET synchronous_commit = on")
