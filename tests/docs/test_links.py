"""What the guides name is there: links with their anchors, files, tests, targets of make, commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.models import CommandInfo

from jiazheng.cli import app
from tests.controls.named_tests import missing_tests

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)")
FOLDERS = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[^`\s:]*)[:`]")
TARGETS = re.compile(r"(?:`|^)make ([a-z ]+)(?:`|  +#)", re.MULTILINE)
COMMAND = re.compile(r"(?:`|^)(?:\.venv/bin/)?jiazheng ([a-z][a-z-]*)", re.MULTILINE)

each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: str(guide.relative_to(ROOT)))


def dead_links(guide: Path) -> Iterator[str]:
    for target, anchor in LINK.findall(guide.read_text(encoding="utf-8")):
        led_to = guide.parent / target if target else guide
        if not led_to.exists() or (anchor and anchor not in anchors(led_to)):
            yield f"{target}#{anchor}"


def anchors(guide: Path) -> Iterator[str]:
    """What the headings of a guide are called in links."""
    for heading in re.findall(r"^#+ (.*)", guide.read_text(encoding="utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@each_guide
def test_every_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    assert list(dead_links(guide)) == []


@each_guide
def test_every_file_that_a_guide_names_is_there(guide: Path) -> None:
    # given paths, in which `<…>`, NNNN and `*` stand for a name
    named = PATH.findall(guide.read_text(encoding="utf-8"))
    patterns = {path: re.sub(r"<[^>]*>|NNNN", "*", path).rstrip("/") for path in named}
    # then there is at least one such file or folder
    assert [path for path, pattern in patterns.items() if not any(ROOT.glob(pattern))] == []


@each_guide
def test_every_test_that_a_guide_names_is_there(guide: Path) -> None:
    assert missing_tests(guide.read_text(encoding="utf-8")) == []


@each_guide
def test_every_command_that_a_guide_names_is_there(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    # given targets of make and commands of ours
    targets = {target for named in TARGETS.findall(text) for target in named.split()}
    commands = set(COMMAND.findall(text))
    # then there are such ones
    defined = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets - set(defined) == set()
    assert commands - {command_name(command) for command in app.registered_commands} == set()


def command_name(command: CommandInfo) -> str:
    function = command.callback.__name__ if command.callback else ""
    return command.name or function.replace("_", "-")


def test_the_glossary_defines_each_term_once() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    terms = [row for row in rows if row not in {"English", "---"}]
    assert len(terms) == len(set(terms)) > 50
