"""Entity tags (RFC 9110): `ETag`, `If-Match` and `If-None-Match`.

What an aggregate shows has the tag of its version, so that a change can name the version it was made from.
The route of the change takes `IfMatch` and hands the number on to `LedgerAggregate.require_version`. A GET
only sets `ETag`; every route answers 304 by itself.
"""

import re
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from api.http.problems import Problem

_VERSION = re.compile(r'"v([1-9][0-9]{0,8})"')
_TAG = re.compile(r'(?:W/)?("[^"]*")')
STAYS_IN_304 = ("etag", "vary")
TAGGED = frozenset(
    {
        "GET /v1/announcements/{announcement_id}",
        "GET /v1/me/profile/{page}",
        "PUT /v1/me/profile/{page}",
        "GET /download",
        "GET /download/qr.png",
        "GET /download/qr.svg",
    }
)
"""The routes whose answers have a tag, for the document."""


def etag_of(version: int) -> str:
    """The strong tag of a version: `"v3"`, with the quotes."""
    return f'"v{version}"'


def etag_of_content(content: bytes) -> str:
    """The strong tag of what has no version: the hash of its bytes."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def expected_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="the `ETag` that the change was made from; 428 without, 412 if stale",
            examples=['"v3"'],
        ),
    ] = None,
) -> int:
    """The version that `If-Match` names; one tag, since a change is made from one version.

    Raises:
        Problem: there is none, or it is no tag of a version of ours.
    """
    if if_match is None or if_match.strip() == "*":  # `*` would overwrite whatever is there
        raise Problem("if-match-missing", 428)
    named = _VERSION.fullmatch(if_match.strip())
    if named is None:
        raise Problem("version-stale", 412)
    return int(named[1])


IfMatch = Annotated[int, Depends(expected_version)]


def unless_known(request: Request, answer: Response) -> Response:
    """The answer, or 304 without a body if `If-None-Match` names its tag: the client has it already."""
    tag, known = answer.headers.get("etag"), request.headers.get("if-none-match", "")
    if tag is None or not (known.strip() == "*" or tag in _TAG.findall(known)):
        return answer
    kept = {name: answer.headers[name] for name in STAYS_IN_304 if name in answer.headers}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)
