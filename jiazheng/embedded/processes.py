"""Starting, finding and ending processes."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from jiazheng.embedded.accounts import Account
from jiazheng.embedded.waiting import wait_until

# loaded before any fork: a child must not run the dynamic loader between fork and exec
_LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1

# a server gets no variable of ours: they hold passwords, and PG* would change what Postgres does
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

Steps = Sequence[tuple[signal.Signals, float]]


class Server:
    """A running process: a child, or one adopted from a supervisor that died."""

    def __init__(self, process: psutil.Process, child: subprocess.Popen[bytes] | None = None) -> None:
        self._process = process
        self._child = child
        self._group_may_live = child is not None
        self.pid = process.pid

    def is_running(self) -> bool:
        """Whether it lives; a child that ended is reaped on the way."""
        if self._child is not None:
            return self._child.poll() is None
        return lives(self._process)

    def exit_reason(self) -> str:
        """Why it ended, for a log line."""
        code = self._child.poll() if self._child is not None else None
        if code is None:
            return "unknown exit status"
        return f"exit status {code}" if code >= 0 else signal.Signals(-code).name

    def send(self, number: signal.Signals) -> None:
        """Sends a signal; one that ended already is left alone."""
        if self.is_running():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def end(self, steps: Steps) -> None:
        """Sends each signal in turn and gives it so many seconds, until the process ended."""
        for number, seconds in steps:
            self.send(number)
            if wait_until(lambda: not self.is_running(), seconds):
                return

    def kill_group(self) -> None:
        """Kills a child with its process group, or what is left of it: workers of a leader that crashed."""
        if not self._group_may_live:
            return
        self._group_may_live = self.is_running()  # once all is killed, the number may become another group's
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def spawn(
    argv: Sequence[str],
    log: Path,
    *,
    account: Account | None = None,
    environment: Mapping[str, str] = SERVER_ENVIRONMENT,
    folder: Path | None = None,
    config: str | None = None,
    dies_with_us: bool = False,
) -> Server:
    """Starts a process whose output is appended to `log`.

    It leads a session of its own, so that Ctrl-C in a terminal reaches only the supervisor, which stops
    things in order. `config` is written to its standard input. With `dies_with_us` it gets SIGTERM when the
    calling *thread* ends: that is what Linux offers, so call this from a thread that lives long enough.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - the program is ours, and no shell reads its arguments
            argv,
            stdin=subprocess.DEVNULL if config is None else subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
            # runs after the change of user, which would clear the signal
            preexec_fn=_death_signal() if dies_with_us else None,  # noqa: PLW1509
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    if child.stdin is not None and config is not None:
        with child.stdin as pipe:
            pipe.write(config.encode())
    return Server(psutil.Process(child.pid), child)


def _death_signal() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    parent = os.getpid()

    def ask_for_signal() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent died before we asked
            os._exit(1)

    return ask_for_signal


def lives(process: psutil.Process) -> bool:
    """Whether a process runs; a zombie, which a container's first process may never reap, does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_in(folder: Path, name: str) -> list[psutil.Process]:
    """The processes of that name that work in `folder`: both servers change into their data folder."""
    return [process for process in psutil.process_iter() if _works_in(process, folder, name)]


def _works_in(process: psutil.Process, folder: Path, name: str) -> bool:
    try:
        return process.name() == name and process.cwd() == str(folder)
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # psutil.ZombieProcess is a NoSuchProcess
        return False


def end_all(processes: Sequence[psutil.Process]) -> None:
    """Ends processes that nobody minds any more: SIGTERM, and SIGKILL after 5 s."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            _signal(process, number)
        processes = psutil.wait_procs(processes, timeout=5)[1]


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
