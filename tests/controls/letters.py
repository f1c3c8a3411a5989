"""The letter's first text: whatever the clock says the only one in tests, but for those of a new one.

The new text comes ten days after noon (`moments.NOON`) and supersedes the first later.
"""

from datetime import timedelta
from typing import Final

from domain.letter import LETTERS, Letter, Letters
from tests.controls.moments import NOON

FIRST_TEXT: Final = LETTERS.versions[0]
WITHOUT_NEW_TEXT: Final = Letters.of([FIRST_TEXT])

NEW_TEXT_FROM: Final = NOON + timedelta(days=10)
NEW_TEXT_COUNTS: Final = NOON + timedelta(days=20)
NEW_TEXT: Final = Letter(
    "2026-03",
    ("basic", "identity", "tax"),
    "家政服务员信用信息授权书(2026年3月版)\n\n本人系家政服务员,授权范围为基本信息、身份核查情况、税务信息。\n",
    in_force_from=NEW_TEXT_FROM,
    supersedes_at=NEW_TEXT_COUNTS,
)
WITH_NEW_TEXT: Final = Letters.of([NEW_TEXT, FIRST_TEXT])
