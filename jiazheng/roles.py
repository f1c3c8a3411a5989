"""A process of our own under the supervisor: the API, a worker, a runner."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM

from jiazheng.embedded.files import log_file
from jiazheng.embedded.processes import Server, spawn


@dataclass(frozen=True)
class Role:
    """What to run: `argv`, with `env` added to the supervisor's environment.

    `ready` says whether it does its work yet (None: as soon as it runs); it is polled, so it must answer
    quickly and not raise. A role that does not end within `stop_seconds` after SIGTERM is killed, with all
    that it started.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    stop_seconds: float = 10.0


class RoleProcess:
    """The process of a role; its output goes to `state_dir/logs/<role>.log`."""

    def __init__(self, role: Role, state_dir: Path) -> None:
        self.name = role.name
        self._role = role
        self._state_dir = state_dir
        self._server: Server | None = None

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return log_file(self._state_dir, self.name)

    def start(self) -> None:
        """Starts the process without waiting until it is ready; raises OSError when it cannot be executed."""
        environment = {**os.environ, **self._role.env}
        self._server = spawn(self._role.argv, self.log, environment=environment, dies_with_us=True)

    def stop(self) -> None:
        """Sends SIGTERM, and SIGKILL at the role's deadline; clears up after a crash, too."""
        if self._server is not None:
            self._server.end(((SIGTERM, self._role.stop_seconds), (SIGKILL, 5.0)))
        self._clear_group()

    def kill(self) -> None:
        """Kills the process and all that it started."""
        self._clear_group()

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._server is not None and self._server.is_running()

    def is_ready(self) -> bool:
        """Whether it does its work."""
        return self.is_running() and (self._role.ready is None or self._role.ready())

    def exit_reason(self) -> str:
        """Why it ended, for a log line."""
        return self._server.exit_reason() if self._server is not None else "never started"

    def _clear_group(self) -> None:
        # processes that a crashed or stopped leader left behind would hold its port and its work
        if self._server is not None:
            self._server.kill_group()
