"""What the database itself forbids to the application's role."""

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from ledger.credit_ledger import CreditLedger
from tests.controls.stored_events import stored, stream_in

FORBIDDEN = (
    "UPDATE ledger.events SET state = ''",
    "DELETE FROM ledger.events",
    "TRUNCATE ledger.events",
    "DELETE FROM ledger.erased_subjects",
    "UPDATE ledger.erased_subjects SET subject_id = gen_random_uuid()",
    "ALTER TABLE ledger.events DISABLE TRIGGER ALL",
    "ALTER TABLE ledger.events ADD COLUMN plain text",
    "CREATE TRIGGER t BEFORE INSERT ON ledger.events EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "DROP TABLE ledger.events",
    "DROP SCHEMA ledger CASCADE",
    "DROP PROCEDURE ledger.append",
    "CREATE TABLE ledger.mine (n integer)",
    "SET session_replication_role = replica",
    "SET ROLE jz_owner",
    "UPDATE public.migrations SET sha256 = ''",
)


def test_the_application_adds_events_and_never_changes_them(ledger: CreditLedger) -> None:
    # given an event
    ledger.event_log.insert_events([stored(stream_in(1), state=b"kept")])
    for statement in FORBIDDEN:
        # when the application's role wants to change it, or what protects it
        with ledger.pool.connection() as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(statement)
    # then it is what it was
    assert ledger.event_log.read_partition(1, 0, 9)[0].state == b"kept"


def test_the_application_owns_no_table_of_the_ledger(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        owners = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('ledger', 'ops', 'views')"
        )
        assert owners.fetchall() == [("jz_owner",)]
