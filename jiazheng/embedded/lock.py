"""One supervisor per state folder."""

import fcntl
import os
import sys
from pathlib import Path

from jiazheng.embedded.errors import StateLockedError


class StateLock:
    """An flock on `state_dir/lock`; the kernel drops it when its holder dies, so it can never be stale."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Takes the lock without waiting; raises StateLockedError, which names the holder."""
        # not inherited: a role that outlives its supervisor must not keep the folder locked
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 1000).decode(errors="replace")
            os.close(descriptor)
            raise StateLockedError(f"{self._path.parent} is in use by {holder}: stop it first") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} ({' '.join(sys.argv)[:200]})".encode())
        self._descriptor = descriptor

    def is_held(self) -> bool:
        """Whether a supervisor uses the folder now."""
        if not self._path.exists():
            return False
        with self._path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def release(self) -> None:
        """Gives the lock back; does nothing when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
