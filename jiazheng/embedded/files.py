"""Files that must be whole or absent, also after a power cut."""

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import cast

MAX_LOG_BYTES = 20 * 1024 * 1024


def rename_durably(source: Path, target: Path) -> None:
    """Renames within one folder and flushes that folder to disk."""
    source.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_private(path: Path, text: str) -> None:
    """Writes a file of mode 0600, flushed to disk before it gets its name."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    rename_durably(draft, path)


def passwords(path: Path, names: Sequence[str]) -> dict[str, str]:
    """The passwords kept in `path`, generated (256 bits, hexadecimal) when the file does not exist yet."""
    if not path.exists():
        write_private(path, json.dumps({name: secrets.token_hex(32) for name in names}))
    return cast(dict[str, str], json.loads(path.read_text(encoding="utf-8")))


def log_file(state_dir: Path, name: str) -> Path:
    """The log of a service or role; a log that grew too large is set aside, one older one is kept."""
    folder = state_dir / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.log"
    if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def last_lines(log: Path, count: int = 10) -> str:
    """The end of a log, to be shown in an error."""
    if not log.exists():
        return "(no log)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-count:])
