"""Bodies of requests: none is read further than its kind may be long, whether or not its length is told.

The framework's own limit answers in plain text, and knows one length for a route, not for a kind of body.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from starlette.formparsers import MultiPartParser
from starlette.types import Message

from api.http.problems import Problem

MAX_FORM_BYTES = 6 * 1024 * 1024
"""The frames of a face, and what goes with them."""
MAX_BODY_BYTES = 512 * 1024
"""The longest announcement, with every character escaped, twice over."""
MAX_DEPTH = 32
"""More than any form has; the parser's own end is the interpreter's, which depends on who calls it."""

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_OTHERS = bytes(set(range(256)) - set(b"[]{}"))

MultiPartParser.spool_max_size = MAX_FORM_BYTES
"""A picture of somebody stays in memory; the library would write larger ones to a file."""


async def read_body(request: Request) -> bytes:
    """Read the body, up to the limit of its kind; later readers of the request get it again.

    Raises:
        Problem: it is longer, or nested deeper than any form.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = MAX_FORM_BYTES if media_type == "multipart/form-data" else MAX_BODY_BYTES
    body = b"".join([chunk async for chunk in chunks_of(request, limit)])
    if limit == MAX_BODY_BYTES and is_too_deep(body):
        raise Problem("body-too-deep", 400)
    request._body = body
    request._receive = _replay(body)
    return body


async def chunks_of(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body as it arrives; one that says it is too long is refused before a byte of it is read.

    Raises:
        Problem: it is longer than the limit.
    """
    if int(request.headers.get("content-length", "0")) > limit:
        raise Problem("body-too-large", 413)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Problem("body-too-large", 413)
        yield chunk


def is_too_deep(body: bytes) -> bool:
    """Whether JSON is nested deeper than any form; of other bodies it may say so as well."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _TEXT.sub(b"", body).translate(None, _OTHERS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _replay(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
