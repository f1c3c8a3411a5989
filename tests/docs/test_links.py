import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")


def dead_links(guide: Path) -> Iterator[str]:
    for target in LINK.findall(guide.read_text(encoding="utf-8")):
        if not (guide.parent / target).exists():
            yield target


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: str(guide.relative_to(ROOT)))
def test_every_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    assert list(dead_links(guide)) == []


def test_the_glossary_defines_each_term_once() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    terms = [row for row in rows if row not in {"English", "---"}]
    assert len(terms) == len(set(terms)) > 50
