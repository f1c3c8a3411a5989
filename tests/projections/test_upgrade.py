"""A database of the program before the partition was in every key comes along with all that it holds."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.sql import SQL, Identifier

from domain.streams import enterprise_stream, partition_of
from jiazheng.bootstrap import build_ledger
from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.migrate import MIGRATIONS, migrate
from projections import enterprise_directory
from projections.catalogue import create_tables, followers
from projections.follower import positions_of
from projections.runner import catch_up
from tests.controls.aggregates import AINONG_LISTED, enterprise
from tests.controls.moments import LI, WANG

FILES = sorted((MIGRATIONS / "ledger").glob("*.sql"))


def before(name: str) -> list[Path]:
    """The migrations that a database had before the one of this name."""
    return [file for file in FILES if file < next((MIGRATIONS / "ledger").glob(f"*_{name}.sql"))]


AT = datetime(2026, 3, 2, tzinfo=UTC)
DIGEST, SESSION, ACTOR, KEY = bytes([0xAB]) * 32, uuid4(), str(WANG), "3.17"

FORMER_VIEWS: LiteralString = """
    CREATE TABLE views.people (subject_id uuid PRIMARY KEY, role text NOT NULL);
    CREATE TABLE views.enterprises (enterprise_id uuid PRIMARY KEY, name text NOT NULL);
    CREATE TABLE views_next.people (LIKE views.people INCLUDING ALL);
    CREATE TABLE views_old.people (LIKE views.people INCLUDING ALL);
    INSERT INTO ops.tracking SELECT f, p, 1 FROM generate_series(0, 15) p,
        unnest('{enterprise_directory,worker_directory,worker_directory_old,reactions}'::text[]) f;
"""

VIEWS_WITH_GRAMS: LiteralString = """
    CREATE TABLE views.enterprises (partition smallint, enterprise_id uuid, grams text[]);
    CREATE TABLE views.news (partition smallint, announcement_id uuid, grams text[]);
    CREATE TABLE views_old.enterprises (LIKE views.enterprises);
    INSERT INTO views.enterprises VALUES (1, gen_random_uuid(), '{}');
    INSERT INTO ops.tracking SELECT f, p, 1 FROM generate_series(0, 15) p,
        unnest('{enterprise_directory,enterprise_directory_old,news,worker_directory,reactions}'::text[]) f;
"""

FORMER_ROWS: tuple[tuple[LiteralString, tuple[object, ...]], ...] = (
    (
        "INSERT INTO ops.sessions VALUES (%s, %s, 'worker', NULL, 'phone', 1, %s, %s, %s)",
        (SESSION, WANG, AT, AT, AT),
    ),
    ("INSERT INTO ops.sms_codes VALUES (%s, %s, '', %s, 5)", (DIGEST, AT, AT)),
    (
        "INSERT INTO ops.sms_outbox (dedup_key, sealed, queued_at, expires_at) VALUES (%s, '', %s, %s)",
        (KEY, AT, AT),
    ),
    ("INSERT INTO ops.sms_outbox (sealed, queued_at, expires_at) VALUES ('', %s, %s)", (AT, AT)),
    ("INSERT INTO ops.answers VALUES (%s, 'key', '', %s, %s)", (ACTOR, uuid4(), AT)),
    ("INSERT INTO ops.face_templates VALUES (%s, '', '', '')", (WANG,)),
    ("INSERT INTO ops.staff_challenges VALUES (%s, %s)", (DIGEST, AT)),
    ("INSERT INTO ops.wakeups VALUES ('attendance', %s, %s, %s)", (LI, LI, AT)),
)


ROWS = SQL("SELECT partition FROM ops.{} ORDER BY ctid")


def _of_text(text: str) -> int:
    return sha256(text.encode()).digest()[0] % 16


PARTITIONS: dict[str, list[int]] = {
    "sessions": [partition_of(SESSION)],
    "sms_codes": [DIGEST[0] % 16],
    "sms_outbox": [_of_text(KEY), 2],  # the second has no key, and number two
    "answers": [_of_text(ACTOR)],
    "face_templates": [partition_of(WANG)],
    "staff_challenges": [DIGEST[0] % 16],
    "wakeups": [partition_of(LI)],
}


@contextmanager
def migrated_with(url: str, files: Sequence[Path]) -> Iterator[Connection]:
    """A database in which only these migrations were run."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.migrations (name text PRIMARY KEY, sha256 text NOT NULL)")
        for file in files:
            text = file.read_bytes()
            connection.execute(text)
            connection.execute(
                "INSERT INTO public.migrations VALUES (%s, %s)", (file.name, sha256(text).hexdigest())
            )
        yield connection


@pytest.fixture
def former(bare_url: str) -> Iterator[Connection]:
    """A database as the program before left it, with a row in each table."""
    with migrated_with(bare_url, before("partition_in_every_key")) as connection:
        connection.execute(FORMER_VIEWS)
        for statement, values in FORMER_ROWS:
            connection.execute(statement, values)
        yield connection


def test_what_is_kept_beside_the_log_gets_its_partition(former: Connection, bare_url: str) -> None:
    # when the database of the former program is migrated
    migrate(bare_url, "ledger")
    # then each row is there, in the partition where the statements of today look for it
    for table, partitions in PARTITIONS.items():
        rows = former.execute(ROWS.format(Identifier(table))).fetchall()
        assert [partition for (partition,) in rows] == partitions, table
    # and a key of the outbox still queues once
    with pytest.raises(UniqueViolation):
        former.execute(
            "INSERT INTO ops.sms_outbox (partition, dedup_key, sealed, queued_at, expires_at)"
            " SELECT partition, dedup_key, sealed, queued_at, expires_at FROM ops.sms_outbox"
        )


def test_read_models_are_filled_anew_and_the_reactions_go_on_where_they_stood(
    former: Connection, bare_url: str, postgres: EmbeddedPostgres, ledger: CreditLedger, settings: Settings
) -> None:
    # given an enterprise in the log, and read models that stand behind it
    (listed,) = map(ledger.reader().to_stored_event, enterprise().collect_events())
    stream = enterprise_stream(AINONG_LISTED.uscc)
    former.execute(
        "INSERT INTO ledger.events VALUES (%s, 1, %s, 1, %s, %s, %s)",
        (partition_of(stream), stream, listed.topic, listed.state, uuid4()),
    )
    # when the database is migrated, and the read models follow the log
    migrate(bare_url, "ledger")
    create_tables(bare_url)
    with closing(
        build_ledger(settings.model_copy(update={"database_url": postgres.app_url("bare")}))
    ) as upgraded:
        catch_up(followers(upgraded))
    # then they show it, nothing is left of the tables beside, and no reaction happens twice
    found = enterprise_directory.find(former, stream)
    assert found is not None
    assert found.name == AINONG_LISTED.name
    tables = former.execute("SELECT FROM pg_tables WHERE schemaname IN ('views_next', 'views_old')")
    assert tables.fetchall() == []
    assert set(positions_of(former, "reactions").values()) == {1}
    assert set(positions_of(former, "worker_directory_old").values()) == {0}


def test_the_read_models_that_kept_grams_are_filled_anew_and_no_others(bare_url: str) -> None:
    # given a database of the program that kept grams in its rows
    with migrated_with(bare_url, before("grams")) as connection:
        connection.execute(VIEWS_WITH_GRAMS)
        # when it is migrated, and the tables are created anew
        migrate(bare_url, "ledger")
        create_tables(bare_url)
        # then they have their shape of today, are empty, and are read from the beginning of the log
        assert connection.execute("SELECT written, spelled FROM views.enterprises").fetchall() == []
        assert connection.execute("SELECT folded FROM views.news").fetchall() == []
        kept = connection.execute("SELECT DISTINCT follower FROM ops.tracking ORDER BY 1").fetchall()
        assert kept == [("reactions",), ("worker_directory",)]
