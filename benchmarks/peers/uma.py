"""UmaDB: an event store with a server of its own, no Postgres; reported for orientation."""

import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from uuid import UUID, uuid4

from benchmarks.peers.fetched import CACHE, NotMeasured, run
from benchmarks.server import Server
from benchmarks.writers import Append, Rate, append_rate
from jiazheng.embedded.waiting import wait_until

PINNED = Path(__file__).parent / "umadb.txt"
INSTALLED = CACHE / "umadb"
START_SECONDS = 10.0
SERVE = "import sys; from umadb.umadb_server_cli import main; sys.argv[0] = 'umadb'; main()"


@contextmanager
def umadb(server: Server) -> Iterator[dict[str, Rate]]:
    """Start its server on a port of this machine, its files beside those of Postgres.

    Raises:
        NotMeasured: the package is not here and cannot be fetched, or the server does not start.
    """
    _install()
    port = _free_port()
    arguments = ("--listen", f"127.0.0.1:{port}", "--db-path", str(server.folder / "umadb.db"))
    process = subprocess.Popen(  # noqa: S603 - a package pinned by its hash
        (sys.executable, "-c", SERVE, *arguments),
        env={**os.environ, "PYTHONPATH": str(INSTALLED)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield {"umadb": partial(append_rate, _writers, f"http://127.0.0.1:{port}")}
    finally:
        process.terminate()
        process.wait()


def _install() -> None:
    """Unpack the pinned wheel into a folder of its own: the project's environment stays as it is locked."""
    wheels = CACHE / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    stamp = INSTALLED / PINNED.name
    if stamp.exists() and stamp.read_bytes() == PINNED.read_bytes():
        return
    pip = (sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes")
    run(*pip, "--retries=1", "-d", str(wheels), "-r", str(PINNED), folder=CACHE)
    with zipfile.ZipFile(next(wheels.glob("umadb-*.whl"))) as wheel:
        wheel.extractall(INSTALLED)
    shutil.copy(PINNED, stamp)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    if not wait_until(lambda: process.poll() is not None or _answers(port), START_SECONDS):
        msg = f"its server does not answer after {START_SECONDS:g} s"
        raise NotMeasured(msg)
    if process.poll() is not None:
        msg = "its server ended at its start"
        raise NotMeasured(msg)


def _answers(port: int) -> bool:
    with socket.socket() as calling:
        return calling.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _writers(url: str, _threads: int) -> Iterator[Append]:
    """One client a process, faster than one a thread; refused if the stream has an event already."""
    uma = _library()
    client = uma.Client(url)

    def append(stream: UUID, state: bytes) -> object:
        tags = [str(stream)]
        condition = uma.AppendCondition(uma.Query([uma.QueryItem(tags=tags)]))
        return client.append([uma.Event("Appended", state, tags, uuid4())], condition)

    yield append


def _library() -> ModuleType:
    if str(INSTALLED) not in sys.path:
        sys.path.append(str(INSTALLED))
    return import_module("umadb")
