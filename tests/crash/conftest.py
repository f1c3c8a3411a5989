"""A system of its own, killed part by part, and what is left of it."""

import os
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from random import Random

import psycopg
import pytest

from jiazheng.bootstrap import create_files, migrate_all
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.embedded.valkey import EmbeddedValkey
from jiazheng.settings import OwnerSettings, Settings
from tests.crash.aftermath import Aftermath
from tests.crash.stage import Stage
from tests.embedded.conftest import reachable_folder

KILLS = int(os.environ.get("JIAZHENG_TEST_KILLS", "60"))
SEED = int(os.environ.get("JIAZHENG_TEST_SEED", "1"))
VICTIMS = ("postgres", "load", "project", "postgres", "schedule", "work")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with reachable_folder() as made:
        yield made


@pytest.fixture(scope="module")
def own_postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """It writes to its log only when it has to, so that a kill takes with it what nobody waited for."""
    server = EmbeddedPostgres(folder)
    server.start()
    with psycopg.connect(server.owner_url("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own_settings(folder: Path, own_postgres: EmbeddedPostgres) -> Iterator[Settings]:
    valkey = EmbeddedValkey(folder)
    valkey.start()
    made = Settings(
        DATABASE_URL=own_postgres.app_url("ledger"),
        KEYS_DATABASE_URL=own_postgres.app_url("keys"),
        REDIS_URL=valkey.url,
        keyring_file=folder / "keyring.json",
        erasures_file=folder / "erasures",
        imports_folder=folder / "imports",
        database_connections=10,
    )
    owners = [own_postgres.owner_url(database) for database in ("ledger", "keys")]
    migrate_all(OwnerSettings(DATABASE_OWNER_URL=owners[0], KEYS_DATABASE_OWNER_URL=owners[1]))
    create_files(made)
    yield made
    valkey.stop()


@pytest.fixture(scope="module")
def stage(own_postgres: EmbeddedPostgres, own_settings: Settings, folder: Path) -> Stage:
    """After the last kill, once everything is settled."""
    made = Stage(own_postgres, own_settings, folder, Random(SEED))  # noqa: S311 - chooses moments
    with made.running():
        for victim in islice(cycle(VICTIMS), KILLS):
            made.kill(victim)
        made.settle()
    return made


@pytest.fixture(scope="module")
def aftermath(stage: Stage) -> Aftermath:
    """Examined once; no test changes it."""
    return stage.examine()
