"""Every threat says what stops it, what remains, and the test that shows it."""

import re

import pytest

from tests.controls.named_tests import ROOT, missing_tests, named_tests

TEXT = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]
THREATS = {section.partition("\n")[0]: section.partition("\n## ")[0] for section in SECTIONS}
PARTS = ("Stopped by", "Remains", "Shown by")
NOTHING_BUILT = "no test, nothing is built."


def said(threat: str, part: str) -> str:
    return THREATS[threat].partition(f"\n* **{part}:** ")[2].partition("\n* ")[0].strip()


@pytest.mark.parametrize("threat", THREATS)
def test_a_threat_has_its_parts_and_tests_that_exist(threat: str) -> None:
    assert all(said(threat, part) for part in PARTS)
    shown = said(threat, "Shown by")
    assert missing_tests(shown) == []
    assert named_tests(shown) or (shown == NOTHING_BUILT and said(threat, "Stopped by") == "nothing.")


def test_no_test_is_named_elsewhere_and_no_threat_has_the_number_of_another() -> None:
    assert len(named_tests(TEXT)) == sum(len(named_tests(said(threat, "Shown by"))) for threat in THREATS)
    numbers = [re.match(r"([A-Z][1-9][0-9]?) · ", threat) for threat in THREATS]
    assert all(numbers)
    assert len({number[1] for number in numbers if number}) == len(THREATS) > 30
