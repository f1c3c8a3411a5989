"""Every reason to refuse is one that some test was refused for."""

import re
from pathlib import Path

import pytest

from domain.rejections import Reason

TESTS = Path(__file__).parents[1]
NAMED = {
    name
    for file in TESTS.rglob("*.py")
    for name in re.findall(r"Reason\.([A-Z_]+)|\"([a-z]+(?:-[a-z]+)+)\"", file.read_text(encoding="utf-8"))
    for name in name
}
"""The reasons and codes that tests name."""


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: str(reason.code))
def test_a_reason_is_named_by_a_test(reason: Reason) -> None:
    assert {reason.name, reason.code} & NAMED


def test_no_two_reasons_have_one_code() -> None:
    assert len({reason.code for reason in Reason}) == len(Reason)
