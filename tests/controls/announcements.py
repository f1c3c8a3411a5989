"""Announcements of a test's own, and the editor who writes them."""

from itertools import count
from typing import Any, Final

from jiazheng.demo.client import Client
from tests.controls.api import Api
from tests.controls.visitors import at_desk

_numbers: Final = count(1)


def editor(api: Api) -> Client:
    """An editor, signed in."""
    return at_desk(api, "editor")


def written(**changes: Any) -> dict[str, Any]:
    """Another announcement at each call, unless told."""
    given = {
        "category": "notice",
        "title": f"第{next(_numbers)}号通知",
        "body": "家政服务员每三十日签到一次。\n\n逾期未签到的,显示为离职。",
        "source": "家政服务信用信息平台",
        "effective_on": "2026-04-01",
    }
    return given | changes


def published(writer: Client, **changes: Any) -> dict[str, Any]:
    """What the editor gets for an announcement: its id and its `etag`."""
    made: dict[str, Any] = writer.post("/v1/announcements", json=written(**changes))
    return made
