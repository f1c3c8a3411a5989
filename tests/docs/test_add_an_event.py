"""The recipe "Add an event" of CONTRIBUTING.md says what the events of this repository really have."""

import inspect
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from domain.event import LedgerAggregate
from tests.controls.events import aggregate_classes, event_classes

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
RECIPE = GUIDE.partition("## Add an event")[2].partition("\n## ")[0]
USE_CASES = "\n".join(file.read_text() for file in (ROOT / "ledger").rglob("*.py"))
EVENTS = [(aggregate, kind) for aggregate in aggregate_classes() for kind in vars(aggregate).values()]


def _named_paths() -> list[str]:
    return sorted(set(re.findall(r"`((?:domain|ledger|api|projections|tests)/[^`]*)`", RECIPE)))


def test_the_recipe_names_files_and_folders() -> None:
    assert {path.split("/")[0] for path in _named_paths()} >= {"domain", "ledger", "api", "tests"}


@pytest.mark.parametrize("path", _named_paths())
def test_every_path_of_the_recipe_leads_somewhere(path: str) -> None:
    # given a path in which `<…>` stands for a name
    pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
    # then there is at least one such file or folder
    assert any(ROOT.glob(pattern))


def _methods(aggregate: type[LedgerAggregate]) -> dict[str, str]:
    """The aggregate's own methods with their sources."""
    own = {name: getattr(member, "__func__", member) for name, member in vars(aggregate).items()}
    return {name: inspect.getsource(member) for name, member in own.items() if inspect.isfunction(member)}


def _public_ways_to(aggregate: type[LedgerAggregate], event: str) -> set[str]:
    """The public methods from which the event can happen, if need be through private ones."""
    methods = _methods(aggregate)
    wanted = {"begin(", "_begin_year("} if event == "Created" else {f"self.{event},"}
    found: set[str] = set()
    while fresh := {n for n, text in methods.items() if any(w in text for w in wanted)} - found:
        found |= fresh
        wanted |= {f".{name}(" for name in fresh}
    return {name for name in found if not name.startswith("_")}


@pytest.mark.parametrize("kind", event_classes(), ids=lambda kind: str(kind.TOPIC))
def test_every_event_happens_by_a_method_that_a_use_case_calls(kind: Any) -> None:
    # given the aggregate that the event is nested in
    aggregate = next(owner for owner, member in EVENTS if member is kind)
    # then one of its public methods leads to the event, and the ledger calls that method
    ways = _public_ways_to(aggregate, kind.__name__)
    assert any(re.search(rf"\.{way}\(", USE_CASES) for way in ways), ways


def test_the_steps_of_the_recipe_are_numbered_through() -> None:
    numbers = [int(number) for number in re.findall(r"^(\d)\. \*\*", RECIPE, re.MULTILINE)]
    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))
