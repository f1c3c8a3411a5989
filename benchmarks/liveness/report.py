"""The findings for people: a table, and a plot and their JSON in `benchmarks/results/`."""

import json
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from benchmarks.liveness.findings import Counts, Eyes, Findings, Turned
from benchmarks.liveness.shares import Share
from benchmarks.report import RESULTS
from devices.liveness import MIN_DEPTH, MIN_WIDTH


def show(console: Console, found: Findings, listed: int) -> None:
    """Print the shares, the times, and the pictures with the lowest eyes."""
    console.print(_shares(found))
    if (ratio := found.heads_by_prints) is not None:
        console.print(f"a turned face is found solid {ratio:.1f} times as often as a print that looks turned")
    console.print(_times(found))
    if listed:
        console.print(_lowest(found.lowest(listed)))


def _shares(found: Findings) -> Table:
    table = Table("", title=_title(found.counts))
    for heading in ("share", "95 % interval", "of"):
        table.add_column(heading, justify="right")
    same = found.same_face
    rows = {
        "turned faces found solid": found.solid_heads,
        "prints that look turned, found solid": found.solid_prints,
        "all prints, found solid": found.solid_of_all_prints,
        "people with a solid print to each side": found.people_with_solid_prints,
        "eyes that count as shut, face ahead": found.shut,
        "own turned faces taken for the front's": same.own,
        "strangers' turned faces taken for the front's": same.strangers,
    }
    for label, share in rows.items():
        table.add_row(label, *_columns(share))
    return table


def _title(counts: Counts) -> str:
    left_out = f"{counts.people_left_out} and {counts.pictures_left_out} left out"
    return f"liveness: {counts.people} people, {counts.pictures} pictures ({left_out})"


def _columns(share: Share) -> tuple[str, str, str]:
    low, high = share.bounds
    value = "-" if share.value is None else f"{share.value:.1%}"
    return value, f"{low:.1%} to {high:.1%}", f"{share.hits:,} of {share.of:,}"


def _times(found: Findings) -> str:
    times = found.times
    if times is None:
        return "times: not measured: nobody's picture makes a film that passes"
    ratio = f"{times.series / times.photo:.1f} ×"
    check = f"a face check of {times.frames} frames takes {times.series:.0f} ms"
    return f"{check}, one photo {times.photo:.0f} ms ({ratio})"


def _lowest(eyes: list[Eyes]) -> Table:
    table = Table("picture", title="Eyes that are least open, of the person's own opening")
    table.add_column("openness", justify="right")
    table.add_column("counts as")
    for each in eyes:
        table.add_row(each.picture, f"{each.openness:.2f}", "shut" if each.shut else "open")
    return table


def keep(found: Findings, folder: Path = RESULTS) -> Path:
    """Write `liveness.json`, without names of pictures, and `liveness.png`.

    Returns:
        the plot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found.as_json(), indent=2, ensure_ascii=False)
    (folder / "liveness.json").write_text(text + "\n", encoding="utf-8")
    plot = folder / "liveness.png"
    _plot(found).savefig(plot, dpi=120)
    return plot


def _plot(found: Findings) -> Figure:
    """Depth against width; what lies above and to the right of both lines is found solid."""
    figure = Figure(figsize=(7.2, 4.8), layout="constrained")
    panel = figure.add_subplot()
    _points(panel, "prints that look turned", found.prints, "#c0392b")
    _points(panel, "turned faces", found.heads, "#2c3e50")
    panel.axvline(MIN_WIDTH, color="#7f8c8d", linestyle="--")
    panel.axhline(MIN_DEPTH, color="#7f8c8d", linestyle="--")
    panel.set_title(f"liveness: {found.counts.people} people")
    panel.set_xlabel("width for the height, as a share of the front's")
    panel.set_ylabel("depth, as a share of the eye span")
    panel.legend()
    return figure


def _points(panel: Axes, label: str, faces: list[Turned], colour: str) -> None:
    widths, depths = [face.width for face in faces], [face.depth for face in faces]
    panel.scatter(widths, depths, s=14, color=colour, alpha=0.6, linewidths=0, label=label)
