"""The benchmarks run and say what they found in the agreed shape; how fast anything is, no test asserts."""

import json
from pathlib import Path
from typing import cast

import psutil
import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks import catalogue, report
from benchmarks.__main__ import app
from benchmarks.harness import TINY, Benchmark, Measured, Result, Run, Scale, run
from benchmarks.peers.catalogue import PEERS
from benchmarks.server import Server

KEYS = {"name", "unit", "ours", "baselines", "ratios", "settings"}
BASELINES = {
    "append": {"stock recorder", "unordered insert", "message-db", "emmett"},
    "catch_up": {"stock runner", "raw read"},
    "import": {"copy"},
    "latency": {"stock recorder", "unordered insert"},
    "rebuild": {"stock runner", "raw read"},
    "search": {"trigrams", "every row"},
}
NO_SERVER = cast("Server", None)


def ignore(_: str) -> None:
    """Nobody is told."""


def children() -> list[str]:
    return [process.name() for process in psutil.Process().children(recursive=True)]


@pytest.mark.slow
@pytest.mark.parametrize("name", catalogue.NAMES)
def test_a_benchmark_gives_ours_and_each_baseline_in_one_json_object(name: str) -> None:
    result = json.loads(json.dumps(run(catalogue.load(name), TINY, ignore).as_json()))
    assert set(result) == KEYS
    assert result["name"] == name
    assert result["ours"] > 0
    assert set(result["baselines"]) == set(result["ratios"])
    # a peer that cannot be fetched here is no failure, as long as the result says so
    not_measured = set(result["settings"].get("not_measured", {}))
    assert set(result["baselines"]) == BASELINES[name] - not_measured
    assert not_measured <= PEERS.keys()
    for label, baseline in result["baselines"].items():
        assert result["ratios"][label] == pytest.approx(result["ours"] / baseline, rel=0.01)
    assert result["settings"]["postgres"]["fsync"] == "on"
    assert all(figure > 0 for group in result["settings"]["details"].values() for figure in group.values())


def test_a_failing_benchmark_leaves_no_server_and_no_files_behind() -> None:
    folders: list[Path] = []

    def fail(run: Run) -> Measured:
        folders.append(run.server.folder)
        raise ZeroDivisionError

    before = children().count("postgres")
    with pytest.raises(ZeroDivisionError):
        run(Benchmark("failing", "", "", fail), TINY, ignore)
    assert not folders[0].exists()
    assert children().count("postgres") == before


def test_contenders_take_turns_and_every_other_time_in_the_opposite_order() -> None:
    told: list[str] = []
    contenders = {"ours": lambda: 1.0, "theirs": lambda: 1.0}
    samples = Run(NO_SERVER, Scale(0, 2, 0), told.append).take_turns(contenders)
    assert told == ["1/2 ours", "1/2 theirs", "2/2 theirs", "2/2 ours"]
    assert samples == {"ours": [1.0, 1.0], "theirs": [1.0, 1.0]}


def test_a_result_is_kept_as_json_and_as_a_plot(tmp_path: Path) -> None:
    benchmark = Benchmark("made_up", "nothing", "s", lambda _: measured, higher_is_better=False)
    measured = Measured(1.0, {"peer": 2.0}, {"group": {"ours": 1.0, "peer": 2.0}})
    result = Result(benchmark, TINY, {"cores": 2}, measured)
    assert report.keep(result, tmp_path).read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "made_up.json").read_text())["ratios"] == {"peer": 0.5}
    console = Console(record=True, width=120)
    report.show(console, [result])
    assert "0.5 ×" in console.export_text()


def test_a_result_says_which_peers_were_not_measured() -> None:
    settings: dict[str, object] = {"not_measured": {"emmett": "npm is not installed"}}
    benchmark = Benchmark("made_up", "nothing", "s", lambda _: measured)
    measured = Measured(1.0, {"peer": 2.0}, settings=settings)
    console = Console(record=True, width=120)
    report.show(console, [Result(benchmark, TINY, {}, measured)])
    assert "not measured: emmett (npm is not installed)" in console.export_text()


def test_the_help_names_every_benchmark_and_gives_examples() -> None:
    text = CliRunner().invoke(app, ["--help"]).output
    assert all(name in text for name in catalogue.NAMES)
    assert "python -m benchmarks append --json" in text


def test_an_unknown_benchmark_is_refused_with_those_there_are() -> None:
    refused = CliRunner().invoke(app, ["nonsense"])
    assert refused.exit_code == 2
    assert "append" in refused.output
