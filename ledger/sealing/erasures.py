"""The list of erasures: a file that is only ever appended to and that no database restore touches."""

import os
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

LINE_BYTES = 36
"""A subject id in its usual text form; a shorter line was torn by a crash, before its key was destroyed."""


class ErasureListMissing(RuntimeError):
    """The list is not there: what a restored database would bring back cannot be told, so nothing starts."""


class ErasureList:
    """The people whose keys were destroyed; shared by the processes of one machine."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            msg = f"the list of erasures is missing at {path}; bring it back, or create it for a new system"
            raise ErasureListMissing(msg)
        self._path = path
        self._read_bytes = 0
        self._subjects: set[UUID] = set()

    @staticmethod
    def create(path: Path) -> "ErasureList":
        """Begin the list of a new system; keeps one that is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        return ErasureList(path)

    def add(self, subject_id: UUID) -> None:
        """Add a person; on disk when this returns."""
        if subject_id in self:
            return
        with self._path.open("ab+") as file:
            file.write(f"{_end_of_torn_line(file)}{subject_id}\n".encode())
            file.flush()
            os.fsync(file.fileno())

    def __contains__(self, subject_id: UUID) -> bool:
        return subject_id in self.subjects()

    def subjects(self) -> set[UUID]:
        """Everybody on the list; reads only what was added since the last call."""
        start = self._read_bytes  # read once: two threads that both added to it would skip a line
        if self._path.stat().st_size > start:
            with self._path.open("rb") as file:
                file.seek(start)
                fresh = file.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]  # a line that is still being written is read next time
            self._subjects |= {UUID(line.decode()) for line in whole.splitlines() if len(line) >= LINE_BYTES}
            self._read_bytes = start + len(whole)
        return self._subjects


def _end_of_torn_line(file: BinaryIO) -> str:
    """A line break where a crash left the last line without one, so that it does not swallow the next."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(end - 1, 0))
    return "" if file.read(1) in (b"", b"\n") else "\n"
