"""Message DB: events in one Postgres table, written by a function that locks the category of the stream."""

import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL

from benchmarks.peers.fetched import npm_package
from benchmarks.server import Server
from benchmarks.writers import Append, Rate, append_rate
from domain.streams import partition_of

VERSION = "1.3.1"
INTEGRITY = "sha512-n3hdE5YAZNXTr2HK9gG0GJ6dusgdE544LTvS+21/yOEHBvNuUzNmXXw5vS05vpe6RSuhzTRy5Wg0q7c1VfJg+A=="
DATABASE = "message_db"
INSTALLED = (
    "schema/message-store",
    "tables/messages",
    "types/message",
    *(
        f"functions/{name}"
        for name in (
            "message-store-version",
            "hash-64",
            "acquire-lock",
            "category",
            "is-category",
            "id",
            "cardinal-id",
            "stream-version",
            "write-message",
        )
    ),
    "indexes/messages-id",
    "indexes/messages-stream",
    "indexes/messages-category",
)
"""As its installer does, but roles, views, readers, and pgcrypto, whose function Postgres now has itself."""

WRITE = "SELECT message_store.write_message(%s, %s, %s, %s::jsonb, NULL, -1)"
TYPE = "Appended"


@contextmanager
def message_db(server: Server) -> Iterator[dict[str, Rate]]:
    """Install it into a database of its own on the same server.

    Raises:
        NotMeasured: the package is not here and cannot be fetched.
    """
    scripts = _scripts(npm_package("@eventide/message-db", VERSION, INTEGRITY))
    with server.connect() as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(DATABASE)))
    with psycopg.connect(url(server), autocommit=True) as connection:
        for script in scripts:
            connection.execute(script)
    yield {
        "message-db": partial(append_rate, partial(_writers, _name_in_a_category), url(server)),
        "message-db, one category": partial(
            append_rate, partial(_writers, _name_in_the_category), url(server)
        ),
    }


def url(server: Server) -> str:
    """Its database."""
    return make_conninfo(server.owner_url, dbname=DATABASE, options="-csearch_path=message_store,public")


def _scripts(archive: Path) -> list[bytes]:
    with tarfile.open(archive) as tar:
        found = [tar.extractfile(f"package/database/{name}.sql") for name in INSTALLED]
        return [file.read() for file in found if file is not None]


@contextmanager
def _writers(name: Callable[[UUID], str], url: str, _threads: int) -> Iterator[Append]:
    """A connection for each thread; the state travels as JSON text, which is all it takes."""
    of_thread = threading.local()
    with ExitStack() as connections:

        def append(stream: UUID, state: bytes) -> object:
            if not hasattr(of_thread, "connection"):
                of_thread.connection = connections.enter_context(psycopg.connect(url, autocommit=True))
            row = (str(uuid4()), name(stream), TYPE, as_json_text(state))
            return of_thread.connection.execute(WRITE, row, prepare=True)

        yield append


def _name_in_a_category(stream: UUID) -> str:
    """As many categories as we have partitions, since writers of one category wait for each other."""
    return f"benchmark{partition_of(stream)}-{stream}"


def _name_in_the_category(stream: UUID) -> str:
    """As streams of one kind are named: they share a category."""
    return f"benchmark-{stream}"


def as_json_text(state: bytes) -> str:
    """A JSON string of as many bytes as the state has."""
    return f'"{state.hex()[: len(state) - 2]}"'
