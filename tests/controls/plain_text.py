"""Searches rows and files of the database server for words that must not stand there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
from psycopg.sql import SQL, Identifier

from jiazheng.embedded.postgres import EmbeddedPostgres

TABLES: Final = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""


def found(postgres: EmbeddedPostgres, state_dir: Path, words: set[str]) -> set[tuple[str, str]]:
    """Which of the words stand in a row of a database, or in a file of the server."""
    rows = "\n".join(_rows(postgres)).encode()
    found = {(word, "row") for word in words if _is_in(word, rows)}
    with psycopg.connect(postgres.owner_url("postgres"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # so that the files hold what the rows hold
    for path in filter(Path.is_file, state_dir.rglob("*")):
        octets = path.read_bytes()
        found |= {(word, "file") for word in words if _is_in(word, octets)}
    return found


def _is_in(word: str, octets: bytes) -> bool:
    """In UTF-8, as JSON escapes it, or in the hexadecimal that binary columns are dumped in."""
    spellings = (word, json.dumps(word)[1:-1], word.encode().hex())
    return any(spelling.encode() in octets for spelling in spellings)


def _rows(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Every row of every table of every database, as text."""
    with psycopg.connect(postgres.owner_url("postgres")) as connection:
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database WHERE datallowconn")]
    for name in names:
        with psycopg.connect(postgres.owner_url(name)) as connection:
            for schema, table in connection.execute(TABLES).fetchall():
                query = SQL("SELECT t::text FROM {} AS t").format(Identifier(schema, table))
                yield from (row[0] for row in connection.execute(query))
