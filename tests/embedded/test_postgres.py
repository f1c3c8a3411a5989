"""The embedded Postgres keeps what it was given, whatever happens to its processes."""

import os
import re
import signal
import stat
import subprocess
import threading
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from jiazheng.embedded import EmbeddedPostgres, ServiceError
from jiazheng.embedded.accounts import server_account
from jiazheng.embedded.waiting import wait_until
from tests.embedded.machine import command_lines, postmaster_pid, processes_of
from tests.embedded.sql import ask


def write_row(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.owner_url("ledger"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'kept' AS word")


def kept_rows(server: EmbeddedPostgres) -> list[object]:
    return ask(server.owner_url("ledger"), "SELECT word FROM kept")


def test_rows_survive_a_stop(postgres: EmbeddedPostgres, state_dir: Path) -> None:
    write_row(postgres)
    postgres.stop()
    assert not postgres.is_running()
    assert processes_of(state_dir) == []
    postgres.start()
    assert kept_rows(postgres) == ["kept"]


def test_rows_survive_a_kill_of_the_postmaster_whose_backends_linger(
    postgres: EmbeddedPostgres, state_dir: Path
) -> None:
    write_row(postgres)
    # a backend that computes does not look up to see that its postmaster is gone
    busy = threading.Thread(target=keep_a_backend_busy, args=[postgres.owner_url("ledger")])
    busy.start()
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT sum%'"
    assert wait_until(lambda: ask(postgres.owner_url("keys"), running) == [1], 60)
    os.kill(postmaster_pid(state_dir), signal.SIGKILL)
    assert wait_until(lambda: not postgres.is_running(), 60)
    assert processes_of(state_dir)
    postgres.start()
    busy.join()
    assert kept_rows(postgres) == ["kept"]


def keep_a_backend_busy(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT sum(n) FROM generate_series(1, 10000000000) AS n")


def test_a_pid_file_that_names_somebody_else_by_now_does_not_stop_it(
    postgres: EmbeddedPostgres, state_dir: Path
) -> None:
    # given a crash, after which a process of the same account got the postmaster's number
    pid_file = state_dir / "postgres/data/postmaster.pid"
    socket_lock = state_dir / "run/.s.PGSQL.5432.lock"
    before = [(path, path.read_text().partition("\n")[2]) for path in (pid_file, socket_lock)]
    postgres.stop()
    account = server_account()
    with subprocess.Popen(["/bin/sleep", "60"], user=account.uid if account else None) as stranger:
        for path, rest in before:
            path.write_text(f"{stranger.pid}\n{rest}")
        postgres.start()
        assert postgres.is_ready()
        assert stranger.poll() is None
        stranger.kill()


def test_an_initdb_that_was_killed_is_done_again(state_dir: Path) -> None:
    (state_dir / "postgres/data.new/base").mkdir(parents=True)
    server = EmbeddedPostgres(state_dir)
    server.start()
    assert server.is_ready()
    server.stop()


def test_a_left_over_server_is_adopted_and_stopped(postgres: EmbeddedPostgres, state_dir: Path) -> None:
    successor = EmbeddedPostgres(state_dir)
    successor.start()
    assert successor.is_ready()
    assert len([line for line in command_lines(state_dir).splitlines() if " -D " in line]) == 1
    successor.stop()
    assert processes_of(state_dir) == []
    assert not postgres.is_running()


def test_a_left_over_server_that_shuts_down_is_replaced(postgres: EmbeddedPostgres, state_dir: Path) -> None:
    write_row(postgres)
    with psycopg.connect(postgres.owner_url("ledger")):
        os.kill(postmaster_pid(state_dir), signal.SIGTERM)  # waits for its clients
        threading.Timer(0.3, os.kill, [postmaster_pid(state_dir), signal.SIGINT]).start()
        successor = EmbeddedPostgres(state_dir)
        successor.start()
    assert kept_rows(successor) == ["kept"]
    successor.stop()


@pytest.mark.slow
def test_a_left_over_server_that_hangs_is_replaced(postgres: EmbeddedPostgres, state_dir: Path) -> None:
    write_row(postgres)
    os.kill(postmaster_pid(state_dir), signal.SIGSTOP)
    successor = EmbeddedPostgres(state_dir, adopt_seconds=3)
    successor.start()
    assert not postgres.is_running()
    assert kept_rows(successor) == ["kept"]
    successor.stop()


def test_a_lost_password_file_is_named(postgres: EmbeddedPostgres, state_dir: Path) -> None:
    postgres.stop()
    (state_dir / "postgres/passwords.json").unlink()
    with pytest.raises(ServiceError, match=r"passwords\.json is missing"):
        postgres.start()


def test_a_server_that_cannot_start_says_why(postgres: EmbeddedPostgres, state_dir: Path) -> None:
    postgres.stop()
    (state_dir / "postgres/data/global/pg_control").rename(state_dir / "postgres/data/global/lost")
    with pytest.raises(ServiceError, match="could not find the database system"):
        postgres.start()


def test_a_state_folder_too_deep_for_a_socket_gets_a_short_one(state_dir: Path) -> None:
    server = EmbeddedPostgres(state_dir / ("deep" * 25))
    server.start()
    assert ask(server.app_url("keys"), "SELECT 1") == [1]
    server.stop()
    [sockets] = re.findall("host=([^&]+)", unquote(server.app_url("keys")))
    assert stat.S_IMODE(Path(sockets).stat().st_mode) == 0o700
    Path(sockets).rmdir()
