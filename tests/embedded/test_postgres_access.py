"""The embedded Postgres is set up as a ledger needs it, and lets in only whom it should."""

import stat
from pathlib import Path

import psutil
import psycopg
import pytest

from jiazheng.embedded import EmbeddedPostgres
from tests.embedded.machine import command_lines, postmaster_pid
from tests.embedded.sql import ask


def test_it_starts_with_two_databases_in_utf_8_that_notice_damaged_pages(
    server: EmbeddedPostgres,
) -> None:
    assert server.is_running()
    assert server.is_ready()
    databases = (
        "SELECT datname || ' ' || pg_encoding_to_char(encoding) || ' ' || datdba::regrole FROM pg_database"
    )
    assert {"ledger UTF8 jz_owner", "keys UTF8 jz_owner"} <= set(ask(server.owner_url("keys"), databases))
    assert ask(server.owner_url("ledger"), "SHOW data_checksums") == ["on"]
    assert ask(server.owner_url("ledger"), "SELECT upper('é') || length('王芳')") == ["É2"]


@pytest.mark.usefixtures("server")
def test_it_listens_on_a_private_socket_only(server_dir: Path) -> None:
    assert psutil.Process(postmaster_pid(server_dir)).net_connections("inet") == []
    assert stat.S_IMODE((server_dir / "run").stat().st_mode) == 0o700


def test_it_flushes_each_commit_to_disk(server: EmbeddedPostgres) -> None:
    settings = ("fsync", "synchronous_commit", "full_page_writes")
    assert [ask(server.app_url("ledger"), f"SHOW {name}") for name in settings] == [["on"]] * 3


def test_a_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    url = server.app_url("ledger")
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guessed"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url.replace(f":{password}", ""))


@pytest.mark.parametrize(
    "attempt",
    [
        "SET ROLE jz_owner",
        "ALTER ROLE jz_app SUPERUSER",
        "CREATE ROLE friend",
        "CREATE DATABASE mine",
        "CREATE TABLE mine ()",
        "COPY (SELECT 1) TO '/dev/null'",
        "ALTER SYSTEM SET fsync = off",
    ],
)
def test_the_application_gets_no_more_than_a_login(server: EmbeddedPostgres, attempt: str) -> None:
    with psycopg.connect(server.app_url("ledger"), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)
        assert connection.execute("SHOW is_superuser").fetchone() == ("off",)


def test_passwords_are_in_a_private_file_and_nowhere_else(server: EmbeddedPostgres, server_dir: Path) -> None:
    password_file = server_dir / "postgres/passwords.json"
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    assert sorted(path.name for path in password_file.parent.iterdir()) == ["data", "passwords.json"]
    for url in (server.owner_url("ledger"), server.app_url("ledger")):
        password = url.split(":")[2].split("@")[0]
        assert len(password) == 64
        assert password not in command_lines(server_dir)
        assert password not in (server_dir / "logs/postgres.log").read_text()


def test_what_a_refused_statement_says_stays_out_of_the_log(
    server: EmbeddedPostgres, server_dir: Path
) -> None:
    with psycopg.connect(server.owner_url("ledger"), autocommit=True) as connection:
        connection.execute(
            "CREATE TEMP TABLE people (phone text PRIMARY KEY); INSERT INTO people VALUES ('13800138000')"
        )
        with pytest.raises(psycopg.errors.UniqueViolation, match="13800138000"):
            connection.execute("INSERT INTO people VALUES ('13800138000')")
    log = (server_dir / "logs/postgres.log").read_text()
    assert "duplicate key" in log
    assert "13800138000" not in log
