"""One service or role under the supervisor's eyes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from jiazheng.backoff import Backoff
from jiazheng.embedded.errors import ServiceError
from jiazheng.embedded.files import last_lines
from jiazheng.embedded.waiting import wait_until

READY_SECONDS = 60.0


class Service(Protocol):
    """What the supervisor needs of a server or a role; `start` of a server also waits until it answers."""

    @property
    def name(self) -> str:
        """Unique under a supervisor."""

    def start(self) -> None:
        """Starts it, or raises ServiceError or OSError and leaves nothing running."""

    def stop(self) -> None:
        """Stops it within its own deadlines; clears up what a crash left behind."""

    def kill(self) -> None:
        """Ends it at once."""

    def is_running(self) -> bool:
        """Whether its process lives."""

    def is_ready(self) -> bool:
        """Whether it does its work."""

    def exit_reason(self) -> str:
        """Why it ended."""


class Watched:
    """Starts a service, starts it again when it crashed, stops it; reports each happening to `events`.

    It is used by one thread only, except for `kill`.
    """

    def __init__(self, service: Service, logs: Path, events: Callable[[str], None]) -> None:
        self.name = service.name
        self._service = service
        self._log = logs / f"{service.name}.log"
        self._events = events
        self._backoff = Backoff()
        self._wanted = False
        self._started_at = 0.0
        self._retry_at: float | None = None

    def start(self, cancelled: Callable[[], bool]) -> None:
        """Starts it if needed and waits until it is ready, at most 60 s, or until `cancelled`.

        Raises ServiceError with the end of its log, or OSError; it is not running then.
        """
        if self._service.is_running():
            return
        self._launch()
        wait_until(lambda: self._is_settled() or cancelled(), READY_SECONDS)
        if cancelled():
            return
        if not self._service.is_ready():
            self._give_up()
        self._wanted = True
        self._events(f"{self.name} is ready after {time.monotonic() - self._started_at:.1f} s")

    def stop(self) -> None:
        """Stops it; it stays stopped."""
        self._wanted = False
        was_running = self._service.is_running()
        self._service.stop()
        if was_running:
            self._events(f"{self.name} stopped")

    def kill(self) -> None:
        """Ends it at once; it stays stopped."""
        self._wanted = False
        self._service.kill()

    def restart_if_crashed(self) -> None:
        """Notices a crash, and starts the service again when its waiting time is over; never waits."""
        if not self._wanted or self._service.is_running():
            return
        if self._retry_at is None:
            self._schedule_restart(self._service.exit_reason())
        elif time.monotonic() >= self._retry_at:
            self._restart()

    def _is_settled(self) -> bool:
        return self._service.is_ready() or not self._service.is_running()

    def _give_up(self) -> None:
        hangs = self._service.is_running()
        reason = f"not ready after {READY_SECONDS:g} s" if hangs else self._service.exit_reason()
        self._service.stop()
        raise ServiceError(f"{self.name} did not start ({reason}): {last_lines(self._log)}")

    def _launch(self) -> None:
        self._started_at, self._retry_at = time.monotonic(), None
        self._service.start()

    def _restart(self) -> None:
        try:
            self._launch()
        except (ServiceError, OSError) as error:
            self._schedule_restart(str(error))
        else:
            self._events(f"{self.name} started again")

    def _schedule_restart(self, reason: str) -> None:
        self._service.stop()  # it ended, but what it started may not have
        now = time.monotonic()
        delay_seconds = self._backoff.after(now - self._started_at)
        self._retry_at = now + delay_seconds
        self._events(f"{self.name} ended ({reason}); starting again in {delay_seconds:g} s")
