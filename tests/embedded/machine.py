"""What the tests look at on this machine: processes, accounts, interpreters."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

from jiazheng.embedded.accounts import Account

CHECKOUT = Path(__file__).parents[2]
Told = TypeVar("Told")


def processes_of(state_dir: Path) -> list[psutil.Process]:
    """All living processes that work in the state folder or name it on their command line."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _is_of(process, state_dir)
    ]


def _is_of(process: psutil.Process, state_dir: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return str(state_dir) in process.cwd() or str(state_dir) in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def postmaster_pid(state_dir: Path) -> int:
    return int((state_dir / "postgres/data/postmaster.pid").read_text().partition("\n")[0])


def told_by_processes(state_dir: Path, tell: Callable[[psutil.Process], Told]) -> list[Told]:
    """What each process in the state folder tells; one that ends meanwhile tells nothing true."""
    told = []
    for process in processes_of(state_dir):
        with suppress(psutil.NoSuchProcess):
            answer = tell(process)
            if process.status() != psutil.STATUS_ZOMBIE:
                told.append(answer)
    return told


def command_lines(state_dir: Path) -> str:
    return "\n".join(told_by_processes(state_dir, lambda process: " ".join(process.cmdline())))


@dataclass(frozen=True)
class OrdinaryUser:
    """An account without rights, and the folder of an interpreter that it can run."""

    account: Account
    python_home: Path


def ordinary_user(folder: Path) -> OrdinaryUser:
    """The account `nobody`; when it cannot reach our interpreter, a copy of that is made in `folder`."""
    entry = pwd.getpwnam("nobody")
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    home = Path(sys.base_prefix)
    if all(account.may_enter(parent) for parent in (home, *home.parents)):
        return OrdinaryUser(account, home)
    libraries = f"lib/{_python_name()}"
    not_needed = shutil.ignore_patterns(
        "site-packages", "test", "tests", "config-*", "__pycache__", "idlelib"
    )
    shutil.copytree(home / libraries, folder / libraries, ignore=not_needed)
    shutil.copytree(home / "bin", folder / "bin", ignore=lambda _, names: {*names} - {_python_name()})
    for library in (home / "lib").glob("libpython*"):
        shutil.copy(library, folder / "lib")
    return OrdinaryUser(account, folder)


def _python_name() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def run_script(name: str, state_dir: Path, user: OrdinaryUser | None = None) -> subprocess.Popen[str]:
    """Runs a script that lies beside the tests, as this user or as another, who then owns the folder."""
    home = user.python_home if user else Path(sys.base_prefix)
    if user:
        os.chown(state_dir, user.account.uid, user.account.gid)
    return subprocess.Popen(  # noqa: S603 - our own script
        [home / "bin" / _python_name(), Path(__file__).with_name(name), state_dir],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        # not the interpreter of the virtual environment, so it has to be told where our packages are
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": f"{CHECKOUT}:{sysconfig.get_path('purelib')}",
            "LD_LIBRARY_PATH": f"{home}/lib",
        },
        user=user.account.uid if user else None,
        group=user.account.gid if user else None,
        extra_groups=[] if user else None,
    )
