"""The picture of what a demo printed (`jiazheng demo --picture FILE`)."""

from pathlib import Path

import pytest

from jiazheng.demo.picture import CELL_WIDTH, recorder, write_picture


@pytest.fixture
def picture(tmp_path: Path) -> str:
    console = recorder()
    console.print("签到ab", highlight=False)
    write_picture(console, tmp_path / "story.svg")
    return (tmp_path / "story.svg").read_text(encoding="utf-8")


def test_a_chinese_character_is_as_wide_as_two_latin_letters(picture: str) -> None:
    assert f'textLength="{6 * CELL_WIDTH:.1f}"' in picture


def test_a_picture_loads_nothing_from_elsewhere(picture: str) -> None:
    assert "url(http" not in picture
    assert "@font-face" not in picture
