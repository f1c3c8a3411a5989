"""The supervisor as a process of its own, as `make run` has it: signals and sudden death."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jiazheng.embedded import EmbeddedPostgres, EmbeddedValkey, StateLockedError
from jiazheng.embedded.waiting import wait_until
from jiazheng.supervisor import Supervisor
from tests.embedded.machine import (
    OrdinaryUser,
    postmaster_pid,
    processes_of,
    run_script,
    told_by_processes,
)
from tests.embedded.sql import ask

pytestmark = pytest.mark.slow


def read_until(script: subprocess.Popen[str], line: str) -> None:
    assert script.stdout is not None
    assert any(line in said for said in script.stdout), f"the supervisor never said {line!r}"


@pytest.fixture
def supervised(state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A supervisor's process with both services and a role, all ready."""
    with run_script("supervised.py", state_dir) as script:
        read_until(script, "sleeper is ready")
        yield script
        script.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything(supervised: subprocess.Popen[str], state_dir: Path, number: int) -> None:
    supervised.send_signal(number)
    assert supervised.wait(60) == 0
    assert processes_of(state_dir) == []


def test_a_signal_stops_everything_for_an_ordinary_user(state_dir: Path, ordinary: OrdinaryUser) -> None:
    with run_script("supervised.py", state_dir, ordinary) as script:
        read_until(script, "sleeper is ready")
        assert {*told_by_processes(state_dir, psutil.Process.username)} == {ordinary.account.name}
        script.terminate()
        assert script.wait(60) == 0
    assert processes_of(state_dir) == []


def test_a_second_interrupt_does_not_wait(supervised: subprocess.Popen[str], state_dir: Path) -> None:
    # given a server that does not react
    servers = told_by_processes(state_dir, lambda process: (process.name(), process))
    [valkey] = [process for name, process in servers if name == "valkey-server"]
    valkey.suspend()
    supervised.send_signal(signal.SIGINT)
    read_until(supervised, "sleeper stopped")
    supervised.send_signal(signal.SIGINT)
    # 8 s is the widest bound: by the first interrupt alone a server that does not react ends after 10 s
    assert supervised.wait(8) == 0
    assert wait_until(lambda: processes_of(state_dir) == [], 60)


def test_an_interrupt_during_the_start_is_heard(state_dir: Path) -> None:
    with run_script("supervised.py", state_dir) as script:
        read_until(script, "postgres is ready")
        script.send_signal(signal.SIGINT)
        assert script.wait(60) == 0
    assert processes_of(state_dir) == []


def test_the_next_supervisor_adopts_what_a_killed_one_left(
    supervised: subprocess.Popen[str], state_dir: Path
) -> None:
    left_over = postmaster_pid(state_dir)
    postgres, valkey = EmbeddedPostgres(state_dir), EmbeddedValkey(state_dir)
    successor = Supervisor([postgres, valkey], [], state_dir)
    with pytest.raises(StateLockedError, match=f"in use by process {supervised.pid} "):
        successor.start()
    supervised.kill()
    supervised.wait()
    with Supervisor([postgres, valkey], [], state_dir):
        assert postmaster_pid(state_dir) == left_over
        assert ask(postgres.app_url("ledger"), "SELECT 1") == [1]
        assert valkey.is_ready()
    assert processes_of(state_dir) == []


def test_roles_and_valkey_end_with_a_killed_supervisor(
    supervised: subprocess.Popen[str], state_dir: Path
) -> None:
    supervised.kill()
    supervised.wait()
    assert wait_until(lambda: {*told_by_processes(state_dir, psutil.Process.name)} == {"postgres"}, 60)
    with Supervisor([EmbeddedPostgres(state_dir)], [], state_dir):
        pass
