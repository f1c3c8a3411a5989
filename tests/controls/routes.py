"""Every operation of the application, as the application itself lists them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi.routing import RouteContext, iter_route_contexts

from api.access import ROLES_OF_ROUTE
from api.main import create_app

NOBODY_THERE = str(UUID(int=7))
"""An id that belongs to nothing."""


def no_parts() -> Any:
    """For an application that is only looked at."""
    raise AssertionError("the document and the table need no running parts")


APP = create_app(no_parts)
DOCUMENTATION = ("/openapi.json", "/docs", "/docs/oauth2-redirect", "/static-offline-docs")
"""What anybody may read about the API; it holds nobody's data."""
DOCUMENT: dict[str, Any] = APP.openapi()


@dataclass(frozen=True)
class Operation:
    """A method and a path template."""

    method: str
    template: str

    @property
    def path(self) -> str:
        """The path, with ids of nothing."""
        return re.sub(r"{\w+}", NOBODY_THERE, self.template)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def roles(self) -> frozenset[str]:
        return ROLES_OF_ROUTE[self.name]

    @property
    def described(self) -> dict[str, Any]:
        """The operation in the OpenAPI document."""
        found: dict[str, Any] = DOCUMENT["paths"][self.template][self.method.lower()]
        return found

    @property
    def media_type(self) -> str | None:
        """What its body is, if it has one."""
        body = self.described.get("requestBody")
        return next(iter(body["content"])) if body else None

    @property
    def body_schema(self) -> dict[str, Any]:
        """The body's schema, without references."""
        found: dict[str, Any] = resolved(self.described["requestBody"]["content"][self.media_type]["schema"])
        return found


def contexts() -> Iterator[RouteContext]:
    """What the application serves, without its documentation pages."""
    for context in iter_route_contexts(APP.routes):
        if context.path not in DOCUMENTATION:
            yield context


OPERATIONS = [
    Operation(method, str(context.path)) for context in contexts() for method in context.methods or ()
]
POSTS = [operation for operation in OPERATIONS if operation.method == "POST"]


def resolved(schema: Any) -> Any:
    """A schema with its references filled in; ours are not recursive."""
    if isinstance(schema, list):
        return [resolved(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        _, _, kind, name = schema["$ref"].split("/")
        return resolved(DOCUMENT["components"][kind][name])
    return {name: resolved(part) for name, part in schema.items()}


def a_session_role(operation: Operation) -> str | None:
    """A role that may call it, or nothing if everybody may."""
    return None if "public" in operation.roles else min(operation.roles)
