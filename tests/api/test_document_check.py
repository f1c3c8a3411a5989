"""What holds every answer of these tests to the document notices an answer that is not in it."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.http.problems import Problem, response_of
from tests.controls.document_check import HeldToItsDocument

STARTED = "http.response.start"
PLAIN = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


def untold(status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes, path: str = "/v1/health") -> str:
    """What is noticed of an answer to a GET."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": STARTED, "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def receive() -> Message:
        raise AssertionError

    async def sent(_: Message) -> None:
        pass

    held = HeldToItsDocument(app)
    asyncio.run(held({"type": "http", "method": "GET", "path": path}, receive, sent))
    return "\n".join(held.untold)


def test_a_documented_answer_is_none_to_notice() -> None:
    assert untold(200, PLAIN, b'{"status": "ok"}') == ""


@pytest.mark.parametrize(
    ("status", "headers", "body", "noticed"),
    [
        (418, PLAIN, b"{}", "no such status"),
        (200, PLAIN, b'{"status": "perhaps"}', "perhaps"),
        (200, (*PLAIN, (b"etag", b'"v1"')), b'{"status": "ok"}', "header etag"),
        (200, ((b"content-type", b"text/html"),), b"<p>", "media type text/html"),
    ],
)
def test_an_answer_that_is_not_documented_is_noticed(
    status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes, noticed: str
) -> None:
    assert noticed in untold(status, headers, body)


def test_a_problem_that_the_operation_does_not_name_is_noticed() -> None:
    # given a problem that another operation names, under a status that this one has too
    answer = response_of(Problem("face-check-busy", 503))
    # then
    assert "code" in untold(503, answer.raw_headers, bytes(answer.body))
