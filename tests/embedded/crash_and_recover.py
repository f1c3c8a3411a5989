"""Writes a row and a job, kills both servers under them, reads both: `crash_and_recover.py DIR`."""

import os
import signal
import sys
from pathlib import Path

import psycopg
import redis

from jiazheng.embedded import EmbeddedPostgres, EmbeddedValkey
from jiazheng.embedded.waiting import wait_until
from tests.embedded.machine import processes_of


def main(state: Path) -> None:
    """Raises when something was lost."""
    servers = postgres, valkey = EmbeddedPostgres(state), EmbeddedValkey(state)
    for server in servers:
        server.start()
    with psycopg.connect(postgres.owner_url("ledger"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    with redis.Redis.from_url(valkey.url) as client:
        client.rpush("jobs", "kept")
    for process in processes_of(state):
        os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: not postgres.is_running() and not valkey.is_running(), 60)
    for server in servers:
        server.start()
    with psycopg.connect(postgres.owner_url("ledger")) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    with redis.Redis.from_url(valkey.url) as client:
        assert client.lrange("jobs", 0, -1) == [b"kept"]
    for server in servers:
        server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
