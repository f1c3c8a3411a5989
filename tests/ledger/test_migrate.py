"""Migrations run once each, in order, and never change."""

from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from ledger import migrate as migrations
from ledger.migrate import MigrationChanged, migrate
from tests.controls.races import race

FILES = sorted(file.name for file in (migrations.MIGRATIONS / "ledger").glob("*.sql"))


def test_two_who_migrate_at_once_run_each_file_once_and_again_is_nothing(bare_url: str) -> None:
    # given a bare database
    # when two migrate it at the same moment
    one, two = race(*[lambda: migrate(bare_url, "ledger")] * 2)
    # then one of them ran every file
    assert sorted((one, two), key=str) == sorted(([], FILES), key=str)
    # and a second time is nothing
    assert migrate(bare_url, "ledger") == []


def test_a_migration_that_was_run_must_not_change(owner_url: str) -> None:
    # given a database that remembers another text of a file
    with psycopg.connect(owner_url) as connection:
        connection.execute("UPDATE public.migrations SET sha256 = 'other' WHERE name = %s", (FILES[0],))
        connection.commit()
        # then nothing is migrated until that is cleared up
        with pytest.raises(MigrationChanged, match=FILES[0]):
            migrate(owner_url, "ledger")
        digest = sha256((migrations.MIGRATIONS / "ledger" / FILES[0]).read_bytes()).hexdigest()
        connection.execute("UPDATE public.migrations SET sha256 = %s WHERE name = %s", (digest, FILES[0]))
    assert migrate(owner_url, "ledger") == []


def test_files_are_numbered_in_the_order_in_which_they_run() -> None:
    for folder in migrations.MIGRATIONS.iterdir():
        numbers = [file.name[:4] for file in sorted(Path(folder).glob("*.sql"))]
        assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
