"""Bodies that are files: written to the disk as they arrive, never held in memory."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.http.bodies import chunks_of

UPLOADS = frozenset({"/v1/enterprise-imports"})
"""Paths whose body is a file as it is, not a form."""
MAX_UPLOAD_BYTES = 256 * 1024 * 1024
"""A list of a million enterprises, twice over."""
PART = ".part"
PART_KEPT_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived; it is gone after the request unless somebody moves it elsewhere."""

    path: Path
    sha256: str


@asynccontextmanager
async def received(request: Request, folder: Path) -> AsyncIterator[Upload]:
    """Write the body to a file of its own in the folder.

    Raises:
        Problem: it is too large.
    """
    path = folder / f"{uuid4()}{PART}"
    try:
        yield await _received(request, path)
    finally:
        await run_in_threadpool(path.unlink, missing_ok=True)


async def _received(request: Request, path: Path) -> Upload:
    digest = sha256()
    with await run_in_threadpool(path.open, "wb") as file:
        async for chunk in chunks_of(request, MAX_UPLOAD_BYTES):
            digest.update(chunk)
            await run_in_threadpool(file.write, chunk)
    return Upload(path, digest.hexdigest())


def discard_parts(folder: Path) -> None:
    """Delete what a process that was killed had half received a day ago or longer."""
    for part in folder.glob(f"*{PART}"):
        if part.stat().st_mtime < time.time() - PART_KEPT_SECONDS:
            part.unlink(missing_ok=True)


def upload_of(request: Request) -> Upload:
    """The dependency: what arrived."""
    upload: Upload = request.state.upload
    return upload
