"""Holds every answer of a running API to its OpenAPI document: whatever a test does, the document says so."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.controls.routes import DOCUMENT, OPERATIONS, Operation

TOLD = ("etag", "ledger-position", "retry-after", "www-authenticate", "content-disposition", "vary")
"""The headers that a client has to know of; `Cache-Control` every answer has."""
JSON = ("application/json", "application/problem+json")
SHAPES = {"components": {"schemas": DOCUMENT["components"]["schemas"]}}


@dataclass
class _Answer:
    """What was sent, put together."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def add(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif self.media_type in JSON:
            self.body += message.get("body", b"")

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class HeldToItsDocument:
    """The application, with a list of all that its document does not tell."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.untold: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = _operation(scope) if scope["type"] == "http" else None
        answer = _Answer()

        async def watched(message: Message) -> None:
            answer.add(message)
            await send(message)

        await self._app(scope, receive, watched)
        if operation and answer.status:
            self.untold += [f"{operation} {answer.status}: {what}" for what in _untold(operation, answer)]


def _operation(scope: Scope) -> Operation | None:
    """What is called; nothing for an address or a method that is none of ours."""
    for operation, path in PATHS:
        if operation.method == scope["method"] and path.fullmatch(scope["path"]):
            return operation
    return None


PATHS = [
    (operation, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", operation.template.replace(".", r"\."))))
    for operation in sorted(OPERATIONS, key=lambda operation: operation.template.count("{"))
]
"""Fixed paths first, as `/v1/enterprise-imports` before one with an id."""


def _untold(operation: Operation, answer: _Answer) -> Iterator[str]:
    described = operation.described["responses"].get(str(answer.status))
    if described is None:
        yield f"no such status, {answer.body.decode()}"
        return
    told = {name.lower() for name in described.get("headers", {})}
    yield from (f"header {name}" for name in TOLD if name in answer.headers and name not in told)
    if "no-store" not in answer.headers.get("cache-control", "") and "cache-control" not in told:
        yield "may be kept"
    if answer.status not in (204, 304):
        yield from _untold_body(operation, described, answer)


def _untold_body(operation: Operation, described: Mapping[str, Any], answer: _Answer) -> Iterator[str]:
    if answer.media_type not in described["content"]:
        yield f"media type {answer.media_type}"
    elif answer.media_type in JSON:
        validator = _validator(operation, str(answer.status), answer.media_type)
        for error in validator.iter_errors(json.loads(answer.body)):
            yield f"{error.instance_path} {error.message}"


@cache
def _validator(operation: Operation, status: str, media_type: str) -> Any:
    schema = operation.described["responses"][status]["content"][media_type]["schema"]
    return jsonschema_rs.Draft202012Validator(SHAPES | schema, validate_formats=True)
