"""What a process has said to the world outside: on disk before anybody can kill it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any


class Journal:
    """Lines of JSON, each flushed to disk before `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._lock = Lock()

    def write(self, *entry: object) -> None:
        """Add an entry."""
        with self._lock:
            self._file.write(json.dumps(entry).encode() + b"\n")
            os.fsync(self._file.fileno())


def entries(folder: Path, name: str) -> Iterator[list[Any]]:
    """The entries of all journals `name-*`; a line that a kill cut off was said to nobody."""
    for path in sorted(folder.glob(f"{name}-*")):
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)


def size(folder: Path, name: str) -> int:
    """The bytes of all journals `name-*`: a cheap sign of life."""
    return sum(path.stat().st_size for path in folder.glob(f"{name}-*"))
