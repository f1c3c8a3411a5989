"""How often somebody may ask at the running API, made small enough to be used up."""

from typing import Any

import pytest
from limits import RateLimitItemPerMinute

from tests.controls.api import Api


def allow(api: Api, monkeypatch: pytest.MonkeyPatch, kind: str, times: int) -> None:
    """So many requests of a kind at the running API."""
    limits: Any = api.parts.request_limits
    monkeypatch.setitem(limits._limits, kind, RateLimitItemPerMinute(times))
