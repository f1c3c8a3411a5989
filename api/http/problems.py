"""Errors as RFC 9457 problems: a stable code, what to do, the field; never the value that was sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import takewhile

from eventsourcing.persistence import OperationalError
from fastapi import Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException

from api.http.problem_texts import TEXTS
from domain.identifiers import InvalidIdentifier
from domain.rejections import Kind, Refused
from ledger.store.append import StreamConflict

MEDIA_TYPE = "application/problem+json"

STATUS_OF_KIND = {
    Kind.INVALID: 422,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.STALE: 412,
    Kind.TOO_MANY: 429,
}
UNAUTHENTICATED = {"token-invalid"}
FIELD_OF_KIND = {"mobile_number": "phone", "person_name": "name"}
"""How the forms call an identifier, where it is not by its kind."""
RETRY_LATER = {
    "card-relay-busy",
    "ledger-away",
    "too-busy",
    "view-behind",
    "face-check-busy",
    "request-in-progress",
}


@dataclass
class Problem(Exception):
    """A request that cannot be served, as HTTP says it.

    `at` is when it became so, `again_at` when a limit lets the next one through; where that is known.
    """

    code: str
    status: int
    field: str | None = None
    errors: tuple[dict[str, str], ...] = ()
    allow: str | None = None
    at: datetime | None = None
    again_at: datetime | None = None
    retry_after_seconds: int | None = None
    members: Mapping[str, object] | None = None
    """What this problem says besides (RFC 9457, section 3.2)."""


def response_of(problem: Problem) -> Response:
    """The problem as a response."""
    title, advice = TEXTS.get(problem.code, (HTTPStatus(problem.status).phrase, ""))
    body: dict[str, object] = {
        "type": f"/problems/{problem.code}",
        "title": title,
        "status": problem.status,
        "code": problem.code,
    }
    body |= {"detail": advice} if advice else {}
    body |= {"field": problem.field} if problem.field else {}
    body |= problem.members or {}
    body |= {"errors": list(problem.errors)} if problem.errors else {}
    instants = {"at": problem.at, "again_at": problem.again_at}
    body |= {name: to_jsonable_python(at.astimezone(UTC)) for name, at in instants.items() if at}
    headers = {"Cache-Control": "no-store"}  # else a cache may keep a 404 or 410 (RFC 9110, 15.1)
    headers |= {"Retry-After": "1"} if problem.code in RETRY_LATER else {}
    headers |= {"Retry-After": str(problem.retry_after_seconds)} if problem.retry_after_seconds else {}
    headers |= {"WWW-Authenticate": "Bearer"} if problem.status == HTTPStatus.UNAUTHORIZED else {}
    headers |= {"Allow": problem.allow} if problem.allow else {}
    return JSONResponse(body, problem.status, headers, MEDIA_TYPE)


KNOWN_ERRORS = (
    Problem,
    Refused,
    InvalidIdentifier,
    RequestValidationError,
    HTTPException,
    StreamConflict,
    OperationalError,
    PoolTimeout,
)


def problem_of(error: Exception) -> Problem:
    """The problem behind an error of `KNOWN_ERRORS`."""
    match error:
        case Problem():
            return error
        case Refused():
            status = 401 if error.reason.code in UNAUTHENTICATED else STATUS_OF_KIND[error.reason.kind]
            return Problem(error.reason.code, status, error.field, again_at=error.again_at)
        case InvalidIdentifier():
            kind, _, _ = error.code.partition(".")
            return Problem(re.sub("[._]", "-", error.code), 422, FIELD_OF_KIND.get(kind, kind))
        case RequestValidationError():
            return Problem("request-invalid", 422, errors=tuple(map(_without_input, error.errors())))
        case StreamConflict() | OperationalError() | PoolTimeout():  # repeated, it is carried out once
            busy = isinstance(error, StreamConflict)
            return Problem("too-busy", 503) if busy else Problem("ledger-away", 503)
        case HTTPException():
            code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
            return Problem(code, error.status_code, allow=(error.headers or {}).get("Allow"))
    raise error


def _without_input(finding: dict[str, object]) -> dict[str, str]:
    """The field and the kind of mistake; the library would add the value that was sent.

    Names below the field may be the sender's own (the keys of a map, a member too many): only indexes follow.
    A body that is no JSON has no field, only the place where its reader stopped.
    """
    where = finding["loc"]
    path = where[1:] if isinstance(where, tuple) else ()
    if finding["type"] == "json_invalid":
        path = ()
    indexes = takewhile(lambda part: isinstance(part, int), path[1:])
    return {"field": ".".join(map(str, (*path[:1], *indexes))), "code": str(finding["type"])}
