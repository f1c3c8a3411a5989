"""Emmett: a library for Node that keeps events in Postgres; measured by a script of ours in Node."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, cast

from psycopg.sql import SQL, Identifier

from benchmarks.peers.fetched import CACHE, run
from benchmarks.server import Server
from benchmarks.writers import PAYLOAD_BYTES, Rate, processes_for

PACKAGE = Path(__file__).parent / "emmett"
INSTALLED = CACHE / "emmett"
DATABASE = "emmett"


@contextmanager
def emmett(server: Server) -> Iterator[dict[str, Rate]]:
    """Install it, and its tables in a database of its own on the same server.

    Raises:
        NotMeasured: there is no Node, or the packages are not here and cannot be fetched.
    """
    _install()
    with server.connect() as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(DATABASE)))
    url = server.postgres.owner_url(DATABASE)
    run("node", "append.mjs", "migrate", folder=INSTALLED, PEER_URL=url)
    yield {"emmett": partial(_rate, url)}


def _install() -> None:
    """What the lock file says, unless it is here already."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    lock, stamp = PACKAGE / "package-lock.json", INSTALLED / "installed.json"
    for name in ("package.json", "package-lock.json", ".npmrc", "append.mjs"):
        shutil.copy(PACKAGE / name, INSTALLED / name)
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", folder=INSTALLED)
    shutil.copy(lock, stamp)


def _rate(url: str, writers: int, seconds: float) -> float:
    """As many processes as our writers have, begun together."""
    processes = processes_for(writers)
    command = ("node", "append.mjs", "append", str(writers // processes), str(seconds), str(PAYLOAD_BYTES))
    with ExitStack() as stack:
        started = [stack.enter_context(_node(command, url)) for _ in range(processes)]
        for process in started:
            _line(process)
        for process in started:
            _begin(process)
        return sum(float(json.loads(_line(process))["events_per_second"]) for process in started)


@contextmanager
def _node(command: tuple[str, ...], url: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "PEER_URL": url}  # not an argument: everybody may read those
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - a script of ours
        command, cwd=INSTALLED, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _line(process: "subprocess.Popen[str]") -> str:
    line = cast("IO[str]", process.stdout).readline()
    if not line:
        msg = "the writers of emmett failed"
        raise RuntimeError(msg)
    return line


def _begin(process: "subprocess.Popen[str]") -> None:
    to_process = cast("IO[str]", process.stdin)
    to_process.write("go\n")
    to_process.flush()
