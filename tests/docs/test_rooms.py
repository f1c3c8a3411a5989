"""The rooms of the large packages: each has its place in the order of imports, and in the guide."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
GUIDE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("\n### Rooms\n")[2]
ROOMY = ["api", "ledger"]


def rooms(package: str) -> set[str]:
    """The folders of a package that hold modules of their own."""
    return {file.parent.name for file in (ROOT / package).glob("*/__init__.py")}


def order(package: str) -> list[str]:
    """The layers of a package, from the highest to the lowest."""
    layers = [
        contract["layers"]
        for contract in TOOLS["importlinter"]["contracts"]
        if contract.get("containers") == [package]
    ]
    return [room for layer in layers[0] for room in layer.split(" | ")]


@pytest.mark.parametrize("package", ROOMY)
def test_every_room_has_its_place_in_the_order_of_imports(package: str) -> None:
    assert rooms(package) <= set(order(package))
    assert len(rooms(package)) >= 5


@pytest.mark.parametrize("package", ROOMY)
def test_the_guide_names_every_room(package: str) -> None:
    _, _, table = GUIDE.partition(f"| In `{package}/` | Holds |")
    rows = table.partition("\n\n")[0]
    # in the order of the imports, as they say
    told = [room for room in order(package) if room in rooms(package)]
    places = [rows.find(f"| `{room}/` |") for room in told]
    assert -1 not in places
    assert places == sorted(places)
