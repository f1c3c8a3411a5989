"""What is kept for a while only goes; what still counts stays."""

from datetime import timedelta
from uuid import uuid4

import pytest

from ledger.credit_ledger import CreditLedger
from ledger.housekeeping import ANSWERS_KEPT, tidy
from ledger.store.claims import SLOTS
from tests.conftest import MovableClock

INSERT_ANSWER = """
    INSERT INTO ops.answers (partition, actor, request_key, request_mac, command_id, locked_until)
    VALUES (ledger.partition_of_text('public'), 'public', %s, '', %s, %s)
"""
INSERT_CLAIM = "INSERT INTO ledger.claims VALUES (0, %s, 1, %s, %s, %s)"


def test_stale_rows_go_and_others_stay(ledger: CreditLedger, clock: MovableClock) -> None:
    # given an answer from the day before yesterday, and one of today; the same of claims, and one for good
    now, long_ago = clock(), clock() - ANSWERS_KEPT - timedelta(seconds=1)
    with ledger.pool.connection() as connection:
        connection.execute(INSERT_ANSWER, ("old", uuid4(), long_ago))
        connection.execute(INSERT_ANSWER, ("new", uuid4(), now))
        for kind, digest, lapses_at in (
            ("certificate_code", b"old", long_ago),
            ("certificate_code", b"new", now),
            ("id_number", b"provisional", long_ago),
            ("phone", b"for good", None),
        ):
            connection.execute(INSERT_CLAIM, (kind, digest, uuid4(), lapses_at))
        # when the scheduler tidies
        assert tidy(ledger.pool, now) == 2
        # then only the stale ones are gone; a lapsed claim on an ID number still yields by itself
        answers = connection.execute("SELECT request_key FROM ops.answers").fetchall()
        claims = connection.execute("SELECT digest FROM ledger.claims ORDER BY 1").fetchall()
    assert answers == [("new",)]
    assert [digest for (digest,) in claims] == [b"for good", b"new", b"provisional"]
    assert tidy(ledger.pool, now) == 0


@pytest.mark.parametrize("kind", sorted(SLOTS))
def test_slots_go_when_they_have_lapsed(ledger: CreditLedger, clock: MovableClock, kind: str) -> None:
    now = clock()
    with ledger.pool.connection() as connection:
        connection.execute(INSERT_CLAIM, (kind, b"lapsed", uuid4(), now - timedelta(minutes=2)))
        connection.execute(INSERT_CLAIM, (kind, b"held", uuid4(), now + timedelta(minutes=2)))
    assert tidy(ledger.pool, now) == 1
