"""The commands of the guides are run, in order, against a system as `make run` leaves it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jiazheng.demo import pictures
from jiazheng.system import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROBLEM = re.compile(r"/problems/([a-z-]+)")
END_OF_BLOCK = "\x1e"
STAYS_UP = "The system stays up"
SECONDS = 300


@dataclass
class Step:
    """A block of commands; what must come back, and in which language that is written."""

    commands: str
    language: str = ""
    expected: str = ""


def steps_of(guide: str) -> list[Step]:
    """The `sh` blocks of a guide, each with the block of `json` or `text` right after it."""
    steps: list[Step] = []
    for language, content in FENCE.findall((ROOT / "docs" / guide).read_text(encoding="utf-8")):
        if language == "sh":
            steps.append(Step(content))
        elif steps and not steps[-1].expected and language in ("json", "text"):
            steps[-1].language, steps[-1].expected = language, content
    return steps


@dataclass
class Console:
    """A bash in a folder of its own that looks like the checkout, beside a system that runs."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    def type_in(self, steps: list[Step]) -> tuple[list[str], str]:
        """What each block printed, and what all of them wrote to standard error."""
        script = f"printf '{END_OF_BLOCK}'\n".join(step.commands for step in steps)
        ran = subprocess.run(  # noqa: S603 - the guides' own commands
            ["/bin/bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return ran.stdout.split(END_OF_BLOCK), ran.stderr


@pytest.fixture(scope="module")
def console(state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console of somebody who has started `make run`."""
    folder, system_dir, port = tmp_path_factory.mktemp("checkout"), state_dir / "tour", free_port(0)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".state").mkdir()
    (folder / ".state" / "pictures").symlink_to(pictures.fetch())
    system_dir.mkdir(mode=0o755)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # its python3 is surely one
    own = {"JIAZHENG_STATE_DIR": str(system_dir), "PYTHONPATH": str(ROOT), "PATH": path}
    environment = {**os.environ, **own, "API": f"http://localhost:{port}"}
    argv = [sys.executable, "-m", "jiazheng", "demo", "--keep-running", "--port", str(port)]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
        told = running.stdout or pytest.fail("no output")
        assert any(STAYS_UP in line for line in told), "the demo did not stay up"
        yield Console(folder, environment)
        running.send_signal(signal.SIGTERM)
        told.read()


def fits(expected: str, printed: str) -> bool:
    """Whether a text is as expected; `…` stands for anything."""
    pattern = re.escape(expected.strip()).replace("…", ".*?")
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def documents(text: str) -> list[Any]:
    """The JSON documents that follow one another in a text."""
    found, rest = [], text.strip()
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


def matches(expected: Any, actual: Any) -> bool:
    """Whether a JSON value is as expected; `"…"` stands for any, `"…": "…"` for further members."""
    if expected == "…":
        return True
    if isinstance(expected, dict) and isinstance(actual, dict):
        named = {name: value for name, value in expected.items() if name != "…"}
        has_its_names = named.keys() <= actual.keys() if "…" in expected else named.keys() == actual.keys()
        return has_its_names and all(matches(value, actual[name]) for name, value in named.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(matches, expected, actual))
    if isinstance(expected, str) and isinstance(actual, str):
        return fits(expected, actual)
    return bool(expected == actual)


def is_as_told(step: Step, printed: str) -> bool:
    """Whether a block printed what the guide says."""
    if step.language == "json":
        return matches(documents(step.expected), documents(printed))
    return fits(step.expected, printed)


@pytest.mark.parametrize(
    ("language", "expected", "printed", "same"),
    [
        ("text", "at … UTC", "at 12:00 UTC\n", True),
        ("text", "at … UTC", "at 12:00 UTC, more", False),
        ("json", '{"id": "…", "ok": true}', '{"ok":true,"id":7}', True),
        ("json", '{"id": "…", "…": "…"}', '{"ok":true,"id":7}', True),
        ("json", '{"id": "…"}', '{"ok":true,"id":7}', False),
        ("json", '{"ok": true}\n{"ok": true}', '{"ok":true}', False),
        ("json", '["v…", "b"]', '["v1","c"]', False),
    ],
)
def test_what_comes_back_is_compared_up_to_its_wildcards(
    language: str, expected: str, printed: str, *, same: bool
) -> None:
    assert is_as_told(Step("", language, expected), printed) == same


def test_the_tour_says_what_comes_back(console: Console) -> None:
    # given the tour, whose every block but that of the tools says what it prints
    steps = steps_of("api-tour.md")
    assert len(steps) > 15
    assert all(step.expected for step in steps[1:])
    # when somebody types it in
    printed, complaints = console.type_in(steps)
    # then each block prints that
    wrong = [
        (step.commands, text) for step, text in zip(steps, printed, strict=True) if not is_as_told(step, text)
    ]
    assert wrong == []
    assert complaints == ""


def test_the_examples_of_the_guide_work(console: Console) -> None:
    # given the examples of the HTTP API that need nothing but what the guide itself brings
    steps = steps_of("http-api.md")
    # when somebody follows along
    printed, complaints = console.type_in(steps)
    # then they are refused where the guide says so, and nowhere else
    told = [is_as_told(step, text) for step, text in zip(steps, printed, strict=True) if step.expected]
    assert told == [True, True]
    assert PROBLEM.findall("".join(printed)) == ["id-number-checksum", "not-allowed"]
    assert complaints == ""
