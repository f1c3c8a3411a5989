"""Starts the embedded services and our own roles, keeps them alive, and stops them in order."""

import logging
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from types import FrameType, TracebackType
from typing import Self

from jiazheng.embedded.lock import StateLock
from jiazheng.roles import Role, RoleProcess
from jiazheng.watched import Service, Watched
from workers.waits import next_of, result_of

__all__ = ["Role", "Service", "Supervisor"]

CHECK_SECONDS = 0.1

_logger = logging.getLogger(__name__)


class Supervisor:
    """Runs `services`, then `roles`, each after the one before it is ready; stops them in reverse order.

    What ends unexpectedly is started again, after 1, 2, 4 .. 30 s. It can be the main loop (`run_forever`) or
    live inside another process (`start` and `stop`, or `with`). Its methods block until done and may be
    called from any thread, but not from `events`, which gets one line per happening. Start it once.
    """

    def __init__(
        self,
        services: Sequence[Service],
        roles: Sequence[Role],
        state_dir: Path,
        events: Callable[[str], None] = _logger.info,
    ) -> None:
        processes = [RoleProcess(role, state_dir) for role in roles]
        self._watched = [Watched(service, state_dir / "logs", events) for service in (*services, *processes)]
        self._roles = {watched.name: watched for watched in self._watched[len(services) :]}
        self._state_dir = state_dir
        self._events = events
        self._lock = StateLock(state_dir)
        # all children start in this one thread, since Linux ends them when the thread that started them ends
        self._hands = ThreadPoolExecutor(1, "supervisor")
        self._eyes = ThreadPoolExecutor(1, "supervisor-watch")
        self._watching: Future[None] | None = None
        self._stopping = threading.Event()
        self._asked_to_stop = False
        # its put may interrupt its own get, as a signal handler does; an Event would deadlock there
        self._wake: SimpleQueue[None] = SimpleQueue()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts everything and waits until it is ready.

        Raises StateLockedError when another supervisor uses the state folder, ServiceError (with the end of
        the log) or OSError when something does not become ready within 60 s; then nothing is left running.
        """
        self._state_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._lock.acquire()
        with ExitStack() as undo:
            undo.callback(self.stop)
            starting = self._hands.submit(self._start_all)
            self._watching = self._eyes.submit(self._watch)  # its checks queue behind the start
            self._watching.add_done_callback(lambda _: self._wake.put(None))
            result_of(starting)
            undo.pop_all()

    def stop(self) -> None:
        """Stops everything, last started first; does nothing when it is stopped already.

        Raises what the watch over the services died of, should it have.
        """
        if self._stopping.is_set():
            return
        self._asked_to_stop = True
        self._stopping.set()
        self._eyes.shutdown()  # first, since it still hands work to the other
        result_of(self._hands.submit(self._stop_all))
        self._hands.shutdown()
        self._lock.release()
        if self._watching is not None:
            self._watching.result()

    def stop_role(self, name: str) -> None:
        """Stops a role, which then stays stopped; raises KeyError when there is none of that name."""
        self._hands.submit(self._roles[name].stop).result()

    def start_role(self, name: str) -> None:
        """Starts a stopped role and waits until it is ready; raises KeyError, ServiceError, OSError."""
        self._hands.submit(self._roles[name].start, self._cancelled).result()

    def kill(self) -> None:
        """Ends everything at once; `stop` still has to be called."""
        self._asked_to_stop = True
        for watched in reversed(self._watched):
            watched.kill()

    def run_forever(self) -> int:
        """Starts everything, and stops it at SIGINT or SIGTERM; a second SIGINT kills at once.

        Must run in the main thread. Returns the exit status 0; raises what `start` and `stop` raise.
        """
        with self._signal_handlers():
            self.start()
            next_of(self._wake)
            self._events("stopping")
            self.stop()
        return 0

    @contextmanager
    def _signal_handlers(self) -> Generator[None]:
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._on_signal) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._asked_to_stop and number == signal.SIGINT:
            self.kill()
        self._asked_to_stop = True
        self._wake.put(None)

    def _cancelled(self) -> bool:
        return self._asked_to_stop

    def _start_all(self) -> None:
        for watched in self._watched:
            if not self._asked_to_stop:
                watched.start(self._cancelled)

    def _stop_all(self) -> None:
        for watched in reversed(self._watched):
            watched.stop()

    def _watch(self) -> None:
        while not self._stopping.wait(CHECK_SECONDS):
            self._hands.submit(self._restart_crashed).result()

    def _restart_crashed(self) -> None:
        for watched in self._watched:
            if not self._asked_to_stop:
                watched.restart_if_crashed()
