"""Debian's Postgres 15 and Redis 7, started as docs/operations.md says, in a folder of the test's own."""

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote

import psycopg
import redis

from jiazheng.embedded.accounts import Account, private_dir, server_account
from jiazheng.embedded.waiting import wait_until

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
REDIS_SERVER = shutil.which("redis-server")
START_SECONDS = 30.0
PASSWORD = "only-of-this-test"

PREPARE = (
    "CREATE ROLE jz_owner LOGIN PASSWORD '{password}'",
    "CREATE ROLE jz_app NOLOGIN",
    "CREATE ROLE jz_service LOGIN PASSWORD '{password}' IN ROLE jz_app",
    "CREATE DATABASE {database} OWNER jz_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
    "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO jz_app",
)
"""What the guide asks of the database administrator."""


def missing() -> str | None:
    """What is not installed on this machine; None if all is there."""
    wanted = {"postgresql-15": (POSTGRES_BIN / "postgres").exists(), "redis-server": bool(REDIS_SERVER)}
    return ", ".join(name for name, is_there in wanted.items() if not is_there) or None


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a unix socket in `folder`."""

    folder: Path

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{PASSWORD}@/{database}?host={quote(str(self.folder), safe='')}&port=5432"


@dataclass(frozen=True)
class Services:
    """Two Postgres servers and a Redis: the keys lie on another server than the ledger."""

    ledger: Postgres
    keys: Postgres
    redis_url: str

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.ledger.url("jz_service", "ledger"),
            "KEYS_DATABASE_URL": self.keys.url("jz_service", "keys"),
            "DATABASE_OWNER_URL": self.ledger.url("jz_owner", "ledger"),
            "KEYS_DATABASE_OWNER_URL": self.keys.url("jz_owner", "keys"),
            "REDIS_URL": self.redis_url,
        }


@contextmanager
def services_in(folder: Path) -> Iterator[Services]:
    with ExitStack() as stack:
        yield Services(
            ledger=stack.enter_context(_postgres(folder / "ledger", "ledger")),
            keys=stack.enter_context(_postgres(folder / "keys", "keys")),
            redis_url=stack.enter_context(_redis(folder / "redis")),
        )


@contextmanager
def _postgres(folder: Path, database: str) -> Iterator[Postgres]:
    account = server_account()
    private_dir(folder, account)
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o644)
    _run(
        [
            *(str(POSTGRES_BIN / "initdb"), "--pgdata", str(folder / "data"), "--username", "postgres"),
            *("--auth", "scram-sha-256", "--pwfile", str(password_file), "--no-sync"),
        ],
        account,
    )
    server = Postgres(folder)
    argv = [str(POSTGRES_BIN / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", ""]
    with _process(argv, account, folder / "log") as process:
        assert wait_until(lambda: _takes(server) or process.poll() is not None, START_SECONDS)
        with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
            for statement in PREPARE:
                connection.execute(statement.format(password=PASSWORD, database=database).encode())
        yield server


def _takes(server: Postgres) -> bool:
    try:
        psycopg.connect(server.url("postgres", "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    account = server_account()
    private_dir(folder, account)
    password, port = secrets.token_hex(16), _free_port()
    assert REDIS_SERVER is not None
    argv = [
        *(REDIS_SERVER, "--port", str(port), "--bind", "127.0.0.1", "--requirepass", password),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "always", "--save", ""),
    ]
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    with _process(argv, account, folder / "log"):
        assert wait_until(lambda: _answers(url), START_SECONDS)
        yield url


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(argv: Sequence[str], account: Account | None) -> None:
    done = subprocess.run(  # noqa: S603 - Debian's initdb, without a shell
        argv, capture_output=True, text=True, check=False, cwd="/", user=_user(account), group=_group(account)
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _process(argv: Sequence[str], account: Account | None, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - Debian's servers, without a shell
            argv, stdout=output, stderr=output, cwd="/", user=_user(account), group=_group(account)
        )
    try:
        yield process
    finally:
        process.send_signal(SIGINT)
        process.wait(START_SECONDS)


def _user(account: Account | None) -> int | None:
    return account.uid if account else None


def _group(account: Account | None) -> int | None:
    return account.gid if account else None
