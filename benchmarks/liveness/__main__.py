"""The command: `python -m benchmarks.liveness FOLDER [--json] [--list]`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.liveness.findings import Findings
from benchmarks.liveness.measuring import NoFaces, measure

LISTED = 24
HELP = """Measures what the checks of a face's movements hold back and let through, on a folder of faces.

The folder has a folder of pictures (JPEG, PNG or WebP) for each person, some of them with the head turned.
Nothing leaves the machine, and the results hold no picture.

Examples:

\b
  python -m benchmarks.liveness faces           tables; JSON and a plot in benchmarks/results/
  python -m benchmarks.liveness faces --list    also the pictures with the lowest eyes, to look at them
  python -m benchmarks.liveness faces --json    one JSON object on standard output
"""


def main(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="one folder of pictures per person")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object; write no files")] = False,
    as_list: Annotated[bool, typer.Option("--list", help="name the pictures with the lowest eyes")] = False,
) -> None:
    """Measure a folder, show progress on standard error."""
    found, listed = _measured(folder), LISTED if as_list else 0
    if as_json:
        print(json.dumps(found.as_json(listed), ensure_ascii=False), flush=True)
    else:
        _report(found, listed)


def _measured(folder: Path) -> Findings:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("liveness", total=None)
        try:
            found = measure(folder, lambda text: progress.update(task, description=f"liveness: {text}"))
        except NoFaces:
            msg = "it has no folder of pictures in which somebody looks ahead"
            raise typer.BadParameter(msg, param_hint="FOLDER") from None
        progress.update(task, description="liveness: done", total=1, completed=1)
    return found


def _report(found: Findings, listed: int) -> None:
    from benchmarks.liveness.report import keep, show  # noqa: PLC0415 - matplotlib takes a second that --json need not wait

    console = Console()
    show(console, found, listed)
    console.print(f"plot: {keep(found)}")


app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command(help=HELP)(main)

if __name__ == "__main__":
    app(prog_name="python -m benchmarks.liveness")
