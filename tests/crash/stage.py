"""Keeps everything running, kills one after the other, and waits until all that was begun is done."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from signal import SIGKILL

import psycopg
import redis

from jiazheng.embedded.postgres import EmbeddedPostgres
from jiazheng.embedded.waiting import wait_until
from jiazheng.settings import Settings
from projections import catalogue
from projections.follower import lags
from tests.crash import journal, roles
from tests.crash.aftermath import Aftermath, examine
from tests.embedded.machine import processes_of
from workers import reactions

DEADLINE_SECONDS = 60.0
ROLES: tuple[roles.Role, ...] = (roles.load, roles.project, roles.schedule, roles.work)
FOLLOWERS = (*catalogue.BY_NAME, reactions.NAME)
QUEUES = ("dramatiq:jiazheng.msgs", "dramatiq:jiazheng.DQ.msgs")
"""What waits, is under way, or is to be tried again."""

_processes = get_context("forkserver")
_processes.set_forkserver_preload(["tests.crash.roles"])  # so that a new process is there at once


class Stage:
    """One system of its own, in a folder of its own."""

    def __init__(self, postgres: EmbeddedPostgres, settings: Settings, folder: Path, random: Random) -> None:
        self._postgres = postgres
        self._settings = settings
        self._random = random
        self.folder = folder
        self.kills: Counter[str] = Counter()
        self._started: Counter[str] = Counter()
        self._running: dict[str, ForkServerProcess] = {}

    @property
    def names(self) -> list[str]:
        """Who can be killed."""
        return ["postgres", *(role.__name__ for role in ROLES)]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Everything runs; at the end nothing does."""
        self._keep_running()
        try:
            yield
        finally:
            for process in self._running.values():
                process.kill()
                process.join()

    def kill(self, name: str) -> None:
        """Kill a process in the middle of its work, and start what ended."""
        self._wait_for_work()
        self.kills[name] += 1
        if name == "postgres":
            self._kill_postgres()
        else:
            self._kill_role(name)
        self._keep_running()

    def settle(self) -> None:
        """End the load by a last kill, and wait until the others have done all that follows from it."""
        self._kill_role("load")
        assert wait_until(self._is_settled, 2 * DEADLINE_SECONDS), "not everything was done in time"

    def examine(self) -> Aftermath:
        """Look at what is left."""
        ledger, keys = (self._postgres.owner_url(database) for database in ("ledger", "keys"))
        return examine(self._settings, ledger, keys, self.folder)

    def _wait_for_work(self) -> None:
        """Until some more commands were acknowledged, a random number of them."""
        enough = journal.size(self.folder, "load") + self._random.randint(1, 8_000)
        assert wait_until(lambda: self._grew_to(enough), DEADLINE_SECONDS), "the load does not go on"

    def _grew_to(self, enough: int) -> bool:
        self._keep_running()
        return journal.size(self.folder, "load") >= enough

    def _is_settled(self) -> bool:
        self._keep_running(ROLES[1:])
        with psycopg.connect(self._postgres.owner_url("ledger")) as connection:
            behind = any(lags(connection, FOLLOWERS).values())
        with redis.Redis.from_url(self._settings.redis_url) as queue:
            return not behind and not any(queue.hlen(name) for name in QUEUES)

    def _keep_running(self, wanted: Sequence[roles.Role] = ROLES) -> None:
        for role in wanted:
            name = role.__name__
            if name in self._running and self._running[name].is_alive():
                continue
            arguments = (role, self._settings, self.folder, self._started[name])
            self._running[name] = _processes.Process(target=roles.start, args=arguments, daemon=True)
            self._running[name].start()
            self._started[name] += 1

    def _kill_role(self, name: str) -> None:
        self._running[name].kill()
        self._running[name].join()

    def _kill_postgres(self) -> None:
        """The postmaster alone, whose backends linger for a moment, or all of its processes."""
        kill_server(self._postgres, self.folder, with_backends=self._random.random() < 0.5)
        self._postgres.start()


def kill_server(server: EmbeddedPostgres, folder: Path, *, with_backends: bool) -> None:
    """Kill the postmaster of the server in `folder`, and all of its backends in the same moment or not."""
    data = folder / "postgres" / "data"
    postmaster = int((data / "postmaster.pid").read_text().partition("\n")[0])
    others = [process.pid for process in processes_of(data)] if with_backends else []
    for pid in (postmaster, *others):
        with suppress(ProcessLookupError):
            os.kill(pid, SIGKILL)
    assert wait_until(lambda: not server.is_running(), DEADLINE_SECONDS)
