"""Migrations run once each, in order, and never change."""

import shutil
from hashlib import sha256
from pathlib import Path
from uuid import UUID

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


FILLED = """
    INSERT INTO ledger.events
    SELECT 1, n, gen_random_uuid(), 1, 'jz.test.happened', '', '00000000-0000-0000-0000-000000000001'
    FROM generate_series(1, 3) n"""


def test_a_log_with_events_from_before_is_migrated_and_read_the_same(
    bare_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a log of the time when each event had the id of its append
    (tmp_path / "ledger").mkdir()
    for name in FILES:
        if name < "0008":
            shutil.copy(migrations.MIGRATIONS / "ledger" / name, tmp_path / "ledger")
    with monkeypatch.context() as before:
        before.setattr(migrations, "MIGRATIONS", tmp_path)
        migrate(bare_url, "ledger")
    with psycopg.connect(bare_url) as connection:
        connection.execute(FILLED)
    # when it is migrated
    migrate(bare_url, "ledger")
    # then that append is found where it was
    with psycopg.connect(bare_url) as connection:
        row = connection.execute("SELECT ledger.places_of(%s)", (UUID(int=1),)).fetchone()
    assert row == ([(1 << 48) + number for number in (1, 2, 3)],)


def test_files_are_numbered_in_the_order_in_which_they_run() -> None:
    for folder in migrations.MIGRATIONS.iterdir():
        numbers = [file.name[:4] for file in sorted(Path(folder).glob("*.sql"))]
        assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
