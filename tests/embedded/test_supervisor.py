"""The supervisor inside another process: what crashes comes back, and all ends in order."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from jiazheng.backoff import Backoff
from jiazheng.embedded import EmbeddedPostgres, EmbeddedValkey, ServiceError, StateLockedError
from jiazheng.embedded.waiting import wait_until
from jiazheng.supervisor import Role, Supervisor
from tests.embedded.machine import postmaster_pid, processes_of, told_by_processes
from tests.embedded.sql import ask

A_WHILE_SECONDS = 60.0
"""For what other processes do; on a busy machine that takes its time."""


def shell(name: str, state_dir: Path, script: str, ready: Callable[[], bool] | None = None) -> Role:
    """A role that runs a shell script in the state folder, where the tests find its processes."""
    return Role(name, ["sh", "-c", f"cd '{state_dir}'; {script}"], ready=ready, stop_seconds=1)


def sleeping(state_dir: Path, *seconds: int) -> list[psutil.Process]:
    wanted = [["sleep", str(number)] for number in seconds]
    commands = told_by_processes(state_dir, lambda process: (process.cmdline(), process))
    return [process for command, process in commands if command in wanted]


def test_each_starts_when_the_one_before_is_ready_and_stops_before_it(state_dir: Path) -> None:
    happenings: list[str] = []
    slow = shell("slow", state_dir, "touch ready; exec sleep 101", ready=(state_dir / "ready").exists)
    next_one = shell("next", state_dir, "test -e ready && exec sleep 102")
    postgres, valkey = EmbeddedPostgres(state_dir), EmbeddedValkey(state_dir)
    with Supervisor([postgres, valkey], [slow, next_one], state_dir, happenings.append):
        assert wait_until(lambda: len(sleeping(state_dir, 101, 102)) == 2, A_WHILE_SECONDS)
    assert [line.partition(" after")[0] for line in happenings] == [
        *("postgres is ready", "valkey is ready", "slow is ready", "next is ready"),
        *("next stopped", "slow stopped", "valkey stopped", "postgres stopped"),
    ]
    assert processes_of(state_dir) == []


def test_a_role_gets_its_variables_and_writes_to_its_log(state_dir: Path) -> None:
    role = Role("talker", ["sh", "-c", "echo $GREETING; echo $0 >&2; exec sleep 101"], {"GREETING": "你好"})
    log = state_dir / "logs/talker.log"
    with Supervisor([], [role], state_dir):
        assert wait_until(lambda: log.exists() and log.read_text() == "你好\nsh\n", A_WHILE_SECONDS)


def test_a_crashed_role_is_started_again_without_its_orphans(state_dir: Path) -> None:
    happenings: list[str] = []
    with Supervisor(
        [], [shell("worker", state_dir, "sleep 102 & exec sleep 101")], state_dir, happenings.append
    ):
        assert wait_until(lambda: len(sleeping(state_dir, 101, 102)) == 2, A_WHILE_SECONDS)
        before = sleeping(state_dir, 101, 102)
        [leader] = sleeping(state_dir, 101)
        leader.kill()
        assert wait_until(
            lambda: not any(process in before for process in sleeping(state_dir, 101, 102)), A_WHILE_SECONDS
        )
        assert wait_until(lambda: len(sleeping(state_dir, 101, 102)) == 2, A_WHILE_SECONDS)
    assert happenings[1:3] == ["worker ended (SIGKILL); starting again in 1 s", "worker started again"]


def test_a_crashed_postgres_is_started_again(state_dir: Path) -> None:
    postgres = EmbeddedPostgres(state_dir)
    with Supervisor([postgres], [], state_dir):
        os.kill(postmaster_pid(state_dir), signal.SIGKILL)
        assert wait_until(lambda: not postgres.is_running(), A_WHILE_SECONDS)
        assert wait_until(postgres.is_ready, A_WHILE_SECONDS)
        assert ask(postgres.app_url("keys"), "SELECT 1") == [1]


def test_a_role_can_be_stopped_and_started_while_the_others_run(state_dir: Path) -> None:
    roles = [shell("api", state_dir, "exec sleep 101"), shell("worker", state_dir, "exec sleep 102")]
    happenings: list[str] = []
    with Supervisor([], roles, state_dir, happenings.append) as supervisor:
        assert wait_until(lambda: len(sleeping(state_dir, 101, 102)) == 2, A_WHILE_SECONDS)
        supervisor.stop_role("worker")
        # it is not taken for crashed
        assert not wait_until(lambda: any("worker ended" in line for line in happenings), 0.5)
        assert sleeping(state_dir, 102) == []
        assert len(sleeping(state_dir, 101)) == 1
        supervisor.start_role("worker")
        assert wait_until(lambda: len(sleeping(state_dir, 102)) == 1, A_WHILE_SECONDS)
        with pytest.raises(KeyError):
            supervisor.stop_role("nobody")


def test_a_role_that_ignores_sigterm_is_killed_with_its_children(state_dir: Path) -> None:
    stubborn = shell("stubborn", state_dir, "trap '' TERM; sleep 101 & touch ready; sleep 102; sleep 103")
    with Supervisor([], [stubborn], state_dir):
        assert wait_until(lambda: len(sleeping(state_dir, 101, 102)) == 2, A_WHILE_SECONDS)
    assert wait_until(lambda: processes_of(state_dir) == [], A_WHILE_SECONDS)


def test_a_role_that_fails_at_its_start_is_reported_and_the_others_stop(state_dir: Path) -> None:
    roles = [
        shell("api", state_dir, "exec sleep 101"),
        shell("broken", state_dir, "echo no such table; exit 3", ready=lambda: False),
    ]
    with pytest.raises(ServiceError, match=r"broken did not start \(exit status 3\): no such table"):
        Supervisor([], roles, state_dir).start()
    assert processes_of(state_dir) == []


def test_a_stop_during_the_start_is_heard(state_dir: Path) -> None:
    roles = [
        shell("stuck", state_dir, "exec sleep 101", ready=lambda: False),
        shell("next", state_dir, "exec sleep 102"),
    ]
    supervisor = Supervisor([], roles, state_dir)
    start = threading.Thread(target=supervisor.start)
    start.start()
    assert wait_until(lambda: len(sleeping(state_dir, 101)) == 1, A_WHILE_SECONDS)
    supervisor.stop()
    start.join()
    assert processes_of(state_dir) == []
    assert not (state_dir / "logs/next.log").exists()


def test_a_program_that_does_not_exist_is_reported_and_the_lock_given_back(state_dir: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        Supervisor([], [Role("typo", ["no-such-program"])], state_dir).start()
    with Supervisor([], [], state_dir):
        assert (state_dir / "lock").exists()


def test_two_supervisors_do_not_share_a_state_folder(state_dir: Path) -> None:
    holder = f"in use by process {os.getpid()} "
    with Supervisor([], [], state_dir), pytest.raises(StateLockedError, match=holder):
        Supervisor([], [], state_dir).start()
    with Supervisor([], [], state_dir):
        pass


def test_a_role_ends_with_the_process_that_started_it(state_dir: Path) -> None:
    program = """
import pathlib, sys, time
from jiazheng.supervisor import Role, Supervisor
state = pathlib.Path(sys.argv[1])
Supervisor([], [Role("inner", ["sh", "-c", f"cd {state}; exec sleep 102"])], state).start()
time.sleep(99)
"""
    with Supervisor(
        [], [Role("outer", [sys.executable, "-c", program, str(state_dir / "inner")])], state_dir
    ):
        assert wait_until(lambda: len(sleeping(state_dir, 102)) == 1, A_WHILE_SECONDS)
        commands = told_by_processes(state_dir, lambda process: (process.cmdline(), process))
        [outer] = [process for command, process in commands if "-c" in command]
        outer.send_signal(signal.SIGKILL)
        assert wait_until(lambda: sleeping(state_dir, 102) == [], A_WHILE_SECONDS)


def test_the_waits_double_up_to_half_a_minute_and_start_over_after_a_good_minute() -> None:
    backoff = Backoff()
    assert [backoff.after(alive_seconds=0.5) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.after(alive_seconds=59) == 30
    assert [backoff.after(alive_seconds=60), backoff.after(alive_seconds=1)] == [1, 2]
