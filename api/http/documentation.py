"""What the OpenAPI document says of every route beyond its own schemas: security, headers, common shapes."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Security
from fastapi.params import Depends
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from api.access import ROLES_OF_ROUTE

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="accessToken",
    description="`access_token` of a session: opaque, for 15 minutes, void at once when the session ends",
)
"""Documents the token only; `api.http.route` admits the caller before any dependency runs."""

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "a fresh UUID for each new request, the same one to repeat it; a 4xx stays under its key",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
    "example": "1f0c4c9e-5a52-4d55-9d7c-6b9f4f0a2f11",
}
_LEDGER_POSITION = {
    "name": "Ledger-Position",
    "in": "header",
    "required": False,
    "description": "of an answer to a write; this one waits until the read models have seen it",
    "schema": {"type": "string"},
    "example": "12.345",
}


class WrongField(BaseModel):
    """What is wrong with a field of a request that has not the documented shape."""

    field: Annotated[str, Field(description="its name; below a list also the index", examples=["scopes.0"])]
    code: Annotated[
        str,
        Field(
            description="the kind of mistake, as pydantic names it", examples=["missing", "string_too_long"]
        ),
    ]


class ProblemOut(BaseModel):
    """An RFC 9457 problem; it never repeats what was sent."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    field: str | None = None
    at: datetime | None = None
    again_at: Annotated[
        datetime | None,
        Field(description="of a limit by person, phone or day: when it lets the next one through"),
    ] = None
    errors: Annotated[list[WrongField] | None, Field(description="of `request-invalid`: what is wrong")] = (
        None
    )
    ticket: Annotated[str | None, Field(description="of `second-factor-needed`: for the next step")] = None
    ways: Annotated[list[str] | None, Field(description="of `face-consent-missing`: the other ways")] = None
    factors: Annotated[
        list[str] | None, Field(description="of `second-factor-needed` and `-missing`: one of them")
    ] = None


class PushedOut(BaseModel):
    """The data of a pushed event: ids, nothing of a person; ask the API what it is about."""

    disclosure_id: Annotated[UUID | None, Field(description="of the events `disclosure.…`")] = None
    handover_id: Annotated[UUID | None, Field(description="of the events `handover.…`")] = None
    what: Annotated[
        str | None, Field(description="the second part of the event's name", examples=["approved"])
    ] = None
    at: Annotated[datetime | None, Field(description="when it happened")] = None


class PushEvent(BaseModel):
    """A server-sent event, as its lines `event:`, `id:` and `data:` (JSON) tell it; `hello` has `{}`."""

    event: Annotated[
        Literal[
            "hello",
            "disclosure.requested",
            "disclosure.approved",
            "disclosure.declined",
            "disclosure.expired",
            "disclosure.abandoned",
            "disclosure.viewed",
            "disclosure.ended",
            "disclosure.scan_refused",
            "handover.opened",
            "handover.redeemed",
            "handover.completed",
            "handover.ended",
        ],
        Field(description="`hello` comes first; of the others both parties hear each, whoever caused it"),
    ]
    id: Annotated[str, Field(description="opaque; sent back as `Last-Event-ID` it brings what was missed")]
    data: Annotated[PushedOut, Field(description="JSON, in one line")]


HEADERS: dict[str, Any] = {
    name: {"description": text, "schema": {"type": "string"}, "example": example}
    for name, (text, example) in {
        "Cache-Control": ("how long a cache may keep it: not at all, unless it is public", "no-store"),
        "Vary": ("a cache keeps one for each of these request headers", "Ledger-Position"),
        "ETag": ("the version, for `If-Match` and `If-None-Match`", '"v3"'),
        "Ledger-Position": (
            "where the log holds what the request appended; none if it appended nothing",
            "12.345",
        ),
        "Retry-After": ("seconds to wait before the same request is sent again, under the same key", "1"),
        "WWW-Authenticate": ("the scheme to sign in with", "Bearer"),
        "Content-Disposition": ("the name of the file", 'attachment; filename="letter.pdf"'),
    }.items()
}


NAMED_FILE = {"Content-Disposition": {"$ref": "#/components/headers/Content-Disposition"}}
"""Of an answer that is a file."""


def parameters_of(method: str) -> dict[str, Any]:
    """The headers that every route with this method reads."""
    if method == "PUT":
        return {"parameters": [_IDEMPOTENCY_KEY | {"required": False}]}
    return {"parameters": [_IDEMPOTENCY_KEY if method == "POST" else _LEDGER_POSITION]}


def admission_to(route: str) -> list[Depends]:
    """Names the access token where the table of roles asks for one."""
    return [] if "public" in ROLES_OF_ROUTE.get(route, ()) else [Security(_BEARER)]


def operation_id(route: APIRoute) -> str:
    """How generated clients call an operation: its audience and what it does."""
    return f"{route.tags[0]}_{route.name}".replace(" ", "_")
