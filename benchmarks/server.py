"""The Postgres that a benchmark measures on: its own, new, with fsync, and gone afterwards."""

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from domain.rules import Rules
from jiazheng.bootstrap import build_ledger, create_files, migrate_all
from jiazheng.embedded import EmbeddedPostgres
from jiazheng.settings import OwnerSettings, Settings
from ledger.credit_ledger import CreditLedger

ON_DISK = "/var/tmp"  # noqa: S108 - mkdtemp makes a private name; /tmp is often memory, where fsync costs nothing
REPORTED = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@dataclass(frozen=True, slots=True)
class Server:
    """A running Postgres with the databases `ledger` and `keys`, both migrated."""

    postgres: EmbeddedPostgres
    folder: Path

    @property
    def owner_url(self) -> str:
        """The ledger's database, as its owner."""
        return self.postgres.owner_url("ledger")

    def connect(self) -> psycopg.Connection:
        """A connection to the ledger's database as its owner, in autocommit."""
        return psycopg.connect(self.owner_url, autocommit=True)

    @contextmanager
    def ledger(self) -> Iterator[CreditLedger]:
        """The whole ledger, with keys, as the application's role."""
        settings = Settings(
            DATABASE_URL=self.postgres.app_url("ledger"),
            KEYS_DATABASE_URL=self.postgres.app_url("keys"),
            REDIS_URL="redis://unused",
            hints=False,
            keyring_file=self.folder / "keyring.json",
            erasures_file=self.folder / "erasures",
            imports_folder=self.folder / "imports",
            database_connections=4,
            rules=Rules(),
        )
        create_files(settings)
        made = build_ledger(settings)
        try:
            yield made
        finally:
            made.close()

    def describe(self) -> dict[str, object]:
        """The machine and the server, without a name or a path."""
        with self.connect() as connection:
            shown = {name: _shown(connection, name) for name in REPORTED}
        file_system = _file_system(self.folder)
        python = platform.python_version()
        return {"cores": os.cpu_count(), "python": python, "file_system": file_system, "postgres": shown}


def _shown(connection: psycopg.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""


def _file_system(folder: Path) -> str:
    mounted = [part for part in psutil.disk_partitions(all=True) if folder.is_relative_to(part.mountpoint)]
    return max(mounted, key=lambda part: len(part.mountpoint)).fstype if mounted else "unknown"


@contextmanager
def temporary_server() -> Iterator[Server]:
    """Start a server (3 s), stop it at the end and remove its files."""
    folder = Path(tempfile.mkdtemp(prefix="jz-bench-", dir=ON_DISK))
    folder.chmod(0o755)  # the server's unprivileged account must pass through it
    postgres = EmbeddedPostgres(folder)
    try:
        postgres.start()
        migrate_all(_owner(postgres))
        yield Server(postgres, folder)
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _owner(postgres: EmbeddedPostgres) -> OwnerSettings:
    return OwnerSettings(
        DATABASE_OWNER_URL=postgres.owner_url("ledger"), KEYS_DATABASE_OWNER_URL=postgres.owner_url("keys")
    )
