"""Every decision names the tests that hold it, and the map of the README leads to every guide."""

import re
from pathlib import Path

import pytest

from tests.controls.named_tests import ROOT, missing_tests, named_tests

DECISIONS = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
PARTS = ("Context", "Decision", "Consequences", "Held by")
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")


def part(decision: Path, title: str) -> str:
    return decision.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0].strip()


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_a_decision_has_its_parts_and_tests_that_exist(decision: Path) -> None:
    assert all(part(decision, title) for title in PARTS)
    assert named_tests(part(decision, "Held by"))
    assert missing_tests(part(decision, "Held by")) == []


def test_decisions_are_numbered_through_and_listed() -> None:
    assert [decision.name[:4] for decision in DECISIONS] == [f"{n + 1:04}" for n in range(len(DECISIONS))]
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    assert set(LINK.findall(index)) == {decision.name for decision in DECISIONS}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_map_of_a_readme_leads_to_every_guide(readme: str) -> None:
    linked = {
        (ROOT / target).resolve() for target in LINK.findall((ROOT / readme).read_text(encoding="utf-8"))
    }
    guides = {ROOT / "CONTRIBUTING.md", ROOT / "docs/adr/README.md", *(ROOT / "docs").glob("*.md")}
    assert guides - linked == set()
