"""Lists in pages: an opaque cursor, made of the key of the last row."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from api.http.problems import Problem
from api.http.schemas import PLAIN

Item = TypeVar("Item")
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=100, description="rows in a page")]
CursorText = Annotated[str | None, Query(max_length=500, description="`next` of the page before")]


class Page(BaseModel, Generic[Item]):
    """A page of a list; `next` is the cursor of the following one, if there may be more."""

    items: list[Item]
    next: str | None = None


def cursor_after(rows: Sequence[Row], limit: int, key_of: Callable[[Row], Sequence[object]]) -> str | None:
    """The cursor after a page's last row; none where the page is not full, since there are no more."""
    if len(rows) < limit:
        return None
    key = [str(part) for part in key_of(rows[-1])]
    return urlsafe_b64encode(json.dumps(key).encode()).decode()


def read_cursor(cursor: str | None, *parsers: Callable[[str], Any]) -> Sequence[Any] | None:
    """The key in a cursor, if there is one; each part is read by its parser.

    Raises:
        Problem: it is no cursor.
    """
    if cursor is None:
        return None
    try:
        key = json.loads(urlsafe_b64decode(cursor.encode()))
        return [parse(part) for parse, part in zip(parsers, _texts(key), strict=True)]
    except ValueError as error:
        raise Problem("cursor-invalid", 400, "cursor") from error


def plain(text: str) -> str:
    """A part of a key that is any text a table can keep.

    Raises:
        ValueError: it is none.
    """
    if not re.match(PLAIN, text):
        raise ValueError
    text.encode()
    return text


def _texts(key: object) -> list[str]:
    """What `cursor_after` wrote.

    Raises:
        ValueError: it is something else.
    """
    if not (isinstance(key, list) and all(isinstance(part, str) for part in key)):
        raise ValueError
    return key
