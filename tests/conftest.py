"""One real Postgres and Valkey a session; each test that asks for a ledger finds its databases empty."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest

from domain.rules import Rules
from jiazheng.bootstrap import build_ledger, create_files, migrate_all
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.embedded.valkey import EmbeddedValkey
from jiazheng.settings import OwnerSettings, Settings
from ledger.credit_ledger import CreditLedger
from tests.controls.letters import WITHOUT_NEW_TEXT
from tests.external import debian

_numbers = count(1)


@pytest.fixture(scope="session")
def state_dir() -> Iterator[Path]:
    """A folder that the servers' unprivileged account can reach."""
    path = Path(tempfile.mkdtemp(prefix="jz-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(state_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A running Postgres whose databases `ledger` and `keys` are migrated: the templates of the others."""
    server = EmbeddedPostgres(state_dir)
    server.start()
    migrate_all(
        OwnerSettings(
            DATABASE_OWNER_URL=server.owner_url("ledger"), KEYS_DATABASE_OWNER_URL=server.owner_url("keys")
        )
    )
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey(state_dir: Path) -> Iterator[EmbeddedValkey]:
    """A running Valkey."""
    server = EmbeddedValkey(state_dir)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedValkey]:
    """A server that a test may kill."""
    folder = Path(tempfile.mkdtemp(prefix="jz-", dir="/tmp"))
    folder.chmod(0o755)
    server = EmbeddedValkey(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@dataclass(frozen=True)
class Databases:
    """A pair of fresh databases."""

    ledger: str
    keys: str


EMPTY_ALL = """
    DO $$ DECLARE full_name text; BEGIN
        FOR full_name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname IN ('ledger', 'ops', 'views', 'views_next', 'views_old', 'keys')
        LOOP EXECUTE 'DELETE FROM ' || full_name; END LOOP;
    END $$"""


def fresh_databases(postgres: EmbeddedPostgres) -> Databases:
    """Copies of the migrated databases; making one costs more than all that most tests do in it."""
    number = next(_numbers)
    fresh = Databases(f"ledger_{number}", f"keys_{number}")
    pairs = ((fresh.ledger, "ledger"), (fresh.keys, "keys"))
    with psycopg.connect(postgres.owner_url("postgres"), autocommit=True) as connection:
        for name, template in pairs:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return fresh


@pytest.fixture(scope="session")
def shared_databases(postgres: EmbeddedPostgres) -> Databases:
    return fresh_databases(postgres)


@pytest.fixture
def databases(postgres: EmbeddedPostgres, shared_databases: Databases) -> Iterator[Databases]:
    """A pair of empty databases, emptied again after the test."""
    yield shared_databases
    for name in (shared_databases.ledger, shared_databases.keys):
        with psycopg.connect(postgres.owner_url(name)) as connection:
            connection.execute(EMPTY_ALL)


RULES_FOR_MANY = Rules(
    requests_per_address_minute=10**6,
    requests_per_account_minute=10**6,
    sms_codes_per_address_hour=10**6,
    sign_ins_per_address_hour=10**6,
    refreshes_per_address_hour=10**6,
    registrations_per_address_hour=10**6,
    credit_records_per_address_minute=10**6,
    letter_pdfs_per_account_hour=10**6,
    card_relays_per_account_hour=10**6,
)
"""All visitors of a test run come from one address, within an hour, and some of them ask without a pause."""


def settings_for(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, databases: Databases, folder: Path
) -> Settings:
    """Settings of a new system whose secrets lie in a folder."""
    made = Settings(
        DATABASE_URL=postgres.app_url(databases.ledger),
        KEYS_DATABASE_URL=postgres.app_url(databases.keys),
        REDIS_URL=valkey.url,
        keyring_file=folder / "keyring.json",
        erasures_file=folder / "erasures",
        imports_folder=folder / "imports",
        database_connections=8,
        rules=RULES_FOR_MANY,
    )
    create_files(made)
    return made


@pytest.fixture
def settings(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, databases: Databases, tmp_path: Path
) -> Settings:
    return settings_for(postgres, valkey, databases, tmp_path)


@pytest.fixture
def owner_url(postgres: EmbeddedPostgres, databases: Databases) -> str:
    return postgres.owner_url(databases.ledger)


@pytest.fixture
def bare_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database `bare` in which nothing was migrated."""
    with psycopg.connect(postgres.owner_url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare TEMPLATE template0")
        yield postgres.owner_url("bare")
        connection.execute("DROP DATABASE bare WITH (FORCE)")


@pytest.fixture
def ledger(settings: Settings) -> Iterator[CreditLedger]:
    made = build_ledger(settings)
    made.letters = WITHOUT_NEW_TEXT
    yield made
    made.close()


def _external_services() -> str:
    absent = debian.missing()
    return f"external services: {f'deselected, not installed: {absent}' if absent else 'tested'}"


def pytest_report_header() -> str:
    return _external_services()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The header again, since `-q` leaves it out."""
    terminalreporter.write_line(_external_services())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what cannot run here; several processes begin with the longest files, to end together."""
    if debian.missing() is not None:
        _deselect_external(config, items)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _deselect_external(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs servers that this machine has not: there is nothing to skip."""
    absent = [item for item in items if item.get_closest_marker("external")]
    config.hook.pytest_deselected(items=absent)
    items[:] = [item for item in items if item not in absent]
