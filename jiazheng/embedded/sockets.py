"""Where the servers' unix sockets lie."""

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from jiazheng.embedded.accounts import Account, private_dir
from jiazheng.embedded.errors import ServiceError

# sun_path holds 108 bytes on Linux and 104 on others, with its closing zero
MAX_SOCKET_PATH_BYTES = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"
# Postgres reads commas and quotes in a socket folder's name as a list
PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)


def socket_dir(state_dir: Path, account: Account | None) -> Path:
    """A private folder for sockets: `run` in the state folder, or a short one when that path is too long."""
    folder = state_dir / "run"
    if _fits(folder):
        return private_dir(folder, account)
    return _short_dir(state_dir, account)


def _short_dir(state_dir: Path, account: Account | None) -> Path:
    # the same name at every start, so that a left-over server is found again
    folder = Path(tempfile.gettempdir()) / f"jz-{hashlib.sha256(bytes(state_dir)).hexdigest()[:12]}"
    try:
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        # never given away here: it may be somebody else's link to a folder that matters
        _refuse_foreign(folder, account.uid if account else os.geteuid())
    return folder


def _fits(folder: Path) -> bool:
    socket_path = folder / LONGEST_SOCKET_NAME
    return len(bytes(socket_path)) <= MAX_SOCKET_PATH_BYTES and bool(PLAIN_PATH.fullmatch(str(folder)))


def _refuse_foreign(folder: Path, uid: int) -> None:
    # the name in the shared temporary folder can be guessed: somebody else may have made it first
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or status.st_mode & 0o077:
        raise ServiceError(
            f"{folder} must be a folder of mode 0700 owned by uid {uid}: remove it and start again"
        )
