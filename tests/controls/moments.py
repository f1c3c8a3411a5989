"""Fixed people, instants and causes for tests that need no database; the same values at every run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest

from domain.event import Cause
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import enterprise_stream

RULES: Final = Rules()

WANG: Final = UUID("11110000-0000-4000-8000-000000000001")  # 王芳, worker
LI: Final = UUID("22220000-0000-4000-8000-000000000002")  # 李秀英, consumer
TAX_OFFICE: Final = UUID("33330000-0000-4000-8000-000000000003")
KIOSK: Final = UUID("44440000-0000-4000-8000-000000000004")
ZHAO: Final = UUID("55550000-0000-4000-8000-000000000005")  # 赵 is of the staff
SCAN: Final = UUID("11110000-0000-4000-8000-000000000006")  # a disclosure lies among the worker's streams
AINONG: Final = enterprise_stream("91110000600037341L")
BEIJIN: Final = enterprise_stream("91110000400010275N")

NOON: Final = datetime(2026, 3, 2, 4, 0, 0, 123456, tzinfo=UTC)  # about noon in Shanghai
MIDNIGHT: Final = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # 2 March begins in Shanghai
NEW_YEAR: Final = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # 2026 begins in Shanghai

INSTANT: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
PERIOD: Final = RULES.check_in_period

FIRST_ADMINISTRATOR: Final = "staff:first"
SECOND_ADMINISTRATOR: Final = "staff:second"


def cause(at: datetime = NOON, actor: str = f"person:{WANG}", command: int = 1) -> Cause:
    """A command by its number."""
    return Cause(at, actor, UUID(int=command))


def _is_for(reason: Reason, again_at: datetime | None) -> Callable[[Refused], bool]:
    return lambda refusal: refusal.reason is reason and again_at in (None, refusal.again_at)


def refused(reason: Reason, again_at: datetime | None = None) -> pytest.RaisesExc[Refused]:
    """The body is refused for this reason and no other, until this instant where one is named."""
    return pytest.RaisesExc(Refused, check=_is_for(reason, again_at))
