"""The table of the guide is the table of the code."""

import re
from pathlib import Path

from domain.assurance import CARD, FACE, LEAST_ASSURANCE, OFFICERS, PASSCODE, officers_needed

GUIDE = (Path(__file__).parents[2] / "docs/assurance.md").read_text(encoding="utf-8")
COLUMNS = (FACE, CARD, OFFICERS, PASSCODE)
ROW = re.compile(r"^\| `(\w+)` [^|]+\|(.+)\|$", re.MULTILINE)
NUMBERS = {1: "", 2: ", two of them"}


def cell(step: str, method: str) -> str:
    least = LEAST_ASSURANCE[step].get(method, "—")
    return least + (NUMBERS[officers_needed(step)] if method == OFFICERS else "")


def test_the_guide_shows_every_step_and_every_way_of_the_table() -> None:
    shown = {step: [each.strip() for each in cells.split("|")] for step, cells in ROW.findall(GUIDE)}
    assert shown == {step: [cell(step, method) for method in COLUMNS] for step in LEAST_ASSURANCE}
