"""What a demo printed, as an SVG picture that loads nothing from elsewhere."""

import re
from html import unescape
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console

COLUMNS = 132
CELL_WIDTH = 12.2  # of rich's template: its font size of 20, times its aspect ratio of 0.61
WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
TEXT = re.compile(r'textLength="[\d.]+"([^>]*)>([^<]*)<')


def recorder() -> Console:
    """A console that prints, and remembers what it printed."""
    return Console(record=True, width=COLUMNS)


def write_picture(console: Console, file: Path) -> None:
    """Write what a recorder has printed."""
    svg = console.export_svg(title="jiazheng demo", unique_id="story")
    file.write_text(TEXT.sub(_with_its_width, WEB_FONT.sub("", svg)), encoding="utf-8")


def _with_its_width(text: re.Match[str]) -> str:
    """Rich gives each character one cell in a text's length; a Chinese one takes two."""
    attributes, content = text.groups()
    width = CELL_WIDTH * cell_len(unescape(content))
    return f'textLength="{width:.1f}"{attributes}>{content}<'
