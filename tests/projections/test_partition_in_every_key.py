"""The partition is in every key, so that the schema can be distributed by it."""

import psycopg
import pytest
from psycopg import Connection

from ledger.credit_ledger import CreditLedger
from projections.beside import Beside
from projections.catalogue import PROJECTIONS
from projections.rebuild import rebuild
from projections.switch import NEXT
from tests.controls.rebuilds import unwatched

SCHEMAS = ["ledger", "views", "views_next", "views_old", "ops"]

KEYS = """
    SELECT n.nspname, i.indexrelid::regclass::text, EXISTS (
        SELECT FROM pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
            AND a.attname = 'partition' AND a.atttypid = 'smallint'::regtype
            AND a.attnotnull AND a.attgenerated = '' AND a.attidentity = ''
    )
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (i.indisunique OR i.indisexclusion) AND n.nspname = ANY (%s)
"""
"""Each unique index: its schema, its name, and whether a plain column `partition` is in its key."""

KEYLESS = """
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text = ANY (%s)
        AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
"""


def _lacking(connection: Connection) -> list[str]:
    return [name for _, name, has_it in connection.execute(KEYS, (SCHEMAS,)) if not has_it]


def test_every_unique_key_of_the_ledger_database_has_the_partition(
    ledger: CreditLedger, owner_url: str
) -> None:
    # given read models that were rebuilt, and are being rebuilt
    with psycopg.connect(owner_url, autocommit=True) as owner:
        for projection in PROJECTIONS:
            rebuild(ledger, owner_url, projection, unwatched)
            Beside(ledger, owner, projection, NEXT, unwatched).prepare(anew=True, may_be_ahead=True)
        # then each schema has keys, each table has one, and none is without the partition
        assert {schema for schema, _, _ in owner.execute(KEYS, (SCHEMAS,))} == set(SCHEMAS)
        assert owner.execute(KEYLESS, (SCHEMAS,)).fetchall() == []
        assert _lacking(owner) == []


@pytest.mark.parametrize("columns", ["id uuid PRIMARY KEY", "partition smallint NOT NULL, id uuid UNIQUE"])
def test_a_key_without_it_is_found(owner_url: str, columns: str) -> None:
    with psycopg.connect(owner_url) as owner:
        owner.execute(f"CREATE TABLE ops.lacking ({columns})".encode())
        assert len(_lacking(owner)) == 1
        owner.rollback()
