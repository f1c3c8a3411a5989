"""Who runs the servers, and where their files lie.

`initdb` and `postgres` refuse to run as root. As root the servers therefore run as an existing unprivileged
account, which must be able to reach their files; an ordinary user runs them as himself.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from jiazheng.embedded.errors import ServiceError

DEFAULT_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An account of this machine; `uid` and `gid` are its numbers."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether the mode of `folder` itself lets this account pass through it."""
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def own(self, folder: Path) -> None:
        """Gives this account the folder and all in it; it lacks them when the configured account changed."""
        if folder.stat().st_uid == self.uid:
            return
        for path in (*folder.rglob("*"), folder):  # the folder last: it is what says that all is done
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_account(name: str | None = None) -> Account | None:
    """The account for the servers, None for an ordinary user's own.

    `name` defaults to the first existing one of `postgres` and `nobody`; it counts only for root.
    Raises ServiceError when there is no such account or it is root itself.
    """
    if os.geteuid() != 0:
        return None
    for candidate in (name,) if name else DEFAULT_ACCOUNTS:
        try:
            entry = pwd.getpwnam(candidate)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServiceError(
        f"no unprivileged account named {name or ' or '.join(DEFAULT_ACCOUNTS)} on this machine"
    )


def default_state_dir(checkout: Path) -> Path:
    """Where the state of a checkout lies: in /var/lib for root, in its own `.state` otherwise."""
    if os.geteuid() != 0:
        return checkout / ".state"
    # a checkout of root is often in a private home folder, which the servers' account could not enter
    return Path("/var/lib/jiazheng") / hashlib.sha256(bytes(checkout.resolve())).hexdigest()[:12]


def prepare_state_dir(state_dir: Path, account: Account | None) -> None:
    """Creates the folder; raises ServiceError when the servers' account could not reach it."""
    state_dir.mkdir(mode=0o755 if account else 0o700, parents=True, exist_ok=True)
    if account is None:
        return
    for folder in (*reversed(state_dir.parents), state_dir):
        if not account.may_enter(folder):
            raise ServiceError(
                f"the account {account.name} cannot enter {folder} ({stat.filemode(folder.stat().st_mode)}):"
                f" choose a state folder that it can reach, such as one in /var/lib, or `chmod o+x {folder}`"
            )


def private_dir(path: Path, account: Account | None) -> Path:
    """Creates a folder of mode 0700 that belongs to the servers' account."""
    path.mkdir(mode=0o700, parents=False, exist_ok=True)
    if account is not None:
        account.own(path)
    return path
