"""What the OpenAPI document says about every route beyond its own schemas."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Security
from fastapi.params import Depends
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from api.access import ROLES_OF_ROUTE
from api.problems import MEDIA_TYPE

_BEARER = HTTPBearer(auto_error=False, scheme_name="accessToken", description="`access_token` of a session")
"""Documents the token only; `api.route` admits the caller before any dependency runs."""

_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "a fresh UUID for each new request, the same one for a repeated request",
    "schema": {"type": "string", "minLength": 8, "maxLength": 128},
}
_LEDGER_POSITION = {
    "name": "Ledger-Position",
    "in": "header",
    "required": False,
    "description": "the answer waits until the read models have seen this position",
    "schema": {"type": "string"},
}


class ProblemOut(BaseModel):
    """An RFC 9457 problem; it never repeats what was sent."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    field: str | None = None
    at: Annotated[datetime | None, Field(description="since when it is so, where that is told")] = None
    errors: Annotated[
        list[dict[str, str]] | None, Field(description="each wrong `field`, and the `code` of the mistake")
    ] = None
    ticket: Annotated[str | None, Field(description="of `second-factor-needed`: for the next step")] = None
    ways: Annotated[list[str] | None, Field(description="of `face-consent-missing`: the other ways")] = None
    factors: Annotated[list[str] | None, Field(description="of `second-factor-needed`: one of them")] = None


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "A problem with a stable `code`",
        "content": {MEDIA_TYPE: {"schema": ProblemOut.model_json_schema()}},
    }
}


def parameters_of(method: str) -> dict[str, Any]:
    """The headers that every route with this method reads."""
    if method == "PUT":
        return {"parameters": [_IDEMPOTENCY_KEY | {"required": False}]}
    return {"parameters": [_IDEMPOTENCY_KEY if method == "POST" else _LEDGER_POSITION]}


def admission_to(route: str) -> list[Depends]:
    """Names the access token where the table of roles asks for one."""
    return [] if "public" in ROLES_OF_ROUTE.get(route, ()) else [Security(_BEARER)]
