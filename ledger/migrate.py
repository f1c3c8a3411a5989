"""Numbered SQL files, run once each, in order, forward only, under a lock."""

from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg.sql import SQL

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x6A7A_6D69
"""Advisory lock of whoever migrates."""


class MigrationChanged(RuntimeError):
    """A migration that was already run has another text now: write a new one instead."""


def migrate(owner_url: str, database: str) -> list[str]:
    """Run what is missing of `migrations/<database>/` as the owner of the database.

    Returns:
        the names of the files that were run.
    """
    files = sorted((MIGRATIONS / database).glob("*.sql"))
    with psycopg.connect(owner_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS public.migrations (name text PRIMARY KEY, sha256 text NOT NULL)"
        )
        done: dict[str, str] = dict(
            connection.execute("SELECT name, sha256 FROM public.migrations").fetchall()
        )
        return [file.name for file in files if _run(connection, file, done.get(file.name))]


def _run(connection: psycopg.Connection, file: Path, done_sha256: str | None) -> bool:
    text = file.read_text()
    digest = sha256(text.encode()).hexdigest()
    if done_sha256 is None:
        connection.execute(SQL(text))
        connection.execute("INSERT INTO public.migrations VALUES (%s, %s)", (file.name, digest))
        return True
    if done_sha256 != digest:
        raise MigrationChanged(file.name)
    return False
