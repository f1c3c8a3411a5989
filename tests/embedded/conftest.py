"""A state folder that every account can reach, and nothing left running in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from jiazheng.embedded import EmbeddedPostgres, EmbeddedValkey
from jiazheng.embedded.waiting import wait_until
from tests.embedded.machine import OrdinaryUser, ordinary_user, processes_of


@contextmanager
def reachable_folder() -> Iterator[Path]:
    # not pytest's tmp_path: it is private to its user, and its name is too long for a socket
    folder = Path(tempfile.mkdtemp(prefix="jz-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    wait_until(lambda: not processes_of(folder), 30)  # what was killed at the end may still be ending
    left_running = processes_of(folder)
    for process in left_running:
        process.kill()
    psutil.wait_procs(left_running, timeout=30)
    shutil.rmtree(folder)
    assert not left_running


@pytest.fixture
def state_dir(server_dir: Path) -> Iterator[Path]:
    with reachable_folder() as folder:
        # as root, the copy that the shared server made is as good, and saves a second per test
        (folder / "binaries").symlink_to(server_dir / "binaries")
        yield folder


@pytest.fixture(scope="package")
def server_dir() -> Iterator[Path]:
    with reachable_folder() as folder:
        (folder / "binaries").mkdir()
        yield folder


@pytest.fixture(scope="package")
def server(server_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A server for tests that only look at it or leave nothing behind: starting one takes a second or two."""
    postgres = EmbeddedPostgres(server_dir)
    postgres.start()
    yield postgres
    postgres.stop()


@pytest.fixture(scope="package")
def ordinary() -> Iterator[OrdinaryUser]:
    """Somebody else than root; a test run of an ordinary user covers that case by itself."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    with reachable_folder() as folder:
        yield ordinary_user(folder)


@pytest.fixture
def postgres(state_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(state_dir)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey(state_dir: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(state_dir)
    server.start()
    yield server
    server.stop()
