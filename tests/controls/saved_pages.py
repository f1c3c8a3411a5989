"""Pages of the profile, saved through the API."""

from typing import Any

import httpx

from tests.controls.api import Api
from tests.controls.profiles import EXAMPLES
from tests.controls.visitors import Visitor

NEVER_SAVED = {"If-None-Match": "*"}


def seen(version: int) -> dict[str, str]:
    """The precondition of somebody who saw a version of a page."""
    return {"If-Match": f'"v{version}"'} if version else NEVER_SAVED


def address(page: str) -> str:
    """Where a page is read and saved."""
    return f"/v1/me/profile/{page}"


def put(
    api: Api, visitor: Visitor, page: str, content: Any, version: int = 0, key: str | None = None
) -> httpx.Response:
    """Save a page that was seen in a version."""
    headers = seen(version) | ({"Idempotency-Key": key} if key else {})
    return api.put(address(page), visitor.token, headers=headers, json=content)


def saved(api: Api, visitor: Visitor, page: str) -> None:
    """The named example of a page, saved for the first time."""
    answer = put(api, visitor, page, EXAMPLES[page])
    assert answer.status_code == 200, answer.text
