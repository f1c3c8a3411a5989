"""The command: `python -m benchmarks [NAME] [--json] [--full]`."""

import json
import signal
import sys
from collections.abc import Iterator
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from benchmarks.catalogue import NAMES, load
from benchmarks.harness import FULL, QUICK, Notice, Result, Scale, run

HELP = """Measures the ledger against peers and limits: all of them in one run, on one Postgres with fsync.

Examples:

\b
  python -m benchmarks                  every benchmark; a table, and a plot each in benchmarks/results/
  python -m benchmarks append           one of them
  python -m benchmarks append --json    one JSON object on standard output
  python -m benchmarks --full           longer, for figures to publish

Compare ratios of one run only: figures of two runs differ with whatever else the machine does.
"""


def main(
    name: Annotated[str | None, typer.Argument(help="one of: " + ", ".join(NAMES))] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="print JSON, one object a line; write no files")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="minutes instead of at most 120 s each")] = False,
) -> None:
    """Run one benchmark or all, show progress on standard error."""
    if name is not None and name not in NAMES:
        msg = f"there is no benchmark {name!r}; there are: {', '.join(NAMES)}"
        raise typer.BadParameter(msg)
    signal.signal(signal.SIGTERM, _stop)
    results = _run_all((name,) if name else NAMES, FULL if full else QUICK)
    if as_json:
        for result in results:
            print(json.dumps(result.as_json(), ensure_ascii=False), flush=True)
    else:
        _report(list(results))


def _stop(*_: object) -> NoReturn:
    """Asked to end: leave by way of every `finally`, so that no server stays behind."""
    sys.exit(128 + signal.SIGTERM)


def _run_all(names: tuple[str, ...], scale: Scale) -> Iterator[Result]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name in names:
            task = progress.add_task(name, total=None)
            yield run(load(name), scale, _notice(progress, task, name))
            progress.update(task, description=f"{name}: done", total=1, completed=1)


def _notice(progress: Progress, task: TaskID, name: str) -> Notice:
    return lambda text: progress.update(task, description=f"{name}: {text}")


def _report(results: list[Result]) -> None:
    from benchmarks.report import keep, show  # noqa: PLC0415 - matplotlib takes a second that --json need not wait

    console = Console()
    show(console, results)
    for result in results:
        console.print(f"plot: {keep(result)}")


app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command(help=HELP)(main)

if __name__ == "__main__":
    app(prog_name="python -m benchmarks")
