"""What a refusal must look like, in one line."""

from typing import Any

import httpx

Refusal = tuple[int, str, str | None]
"""Status, code and field of a problem."""


def refusal(response: httpx.Response) -> Refusal:
    """The refusal in a response, which must be a problem as RFC 9457 has it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"], problem.get("field")


def invalid_fields(response: httpx.Response) -> set[str]:
    """The fields of a request that is not as documented."""
    assert refusal(response)[:2] == (422, "request-invalid")
    return {error["field"] for error in response.json()["errors"]}
