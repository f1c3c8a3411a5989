"""Results for people: tables on the terminal, and for each a plot and its JSON in `benchmarks/results/`."""

import json
from collections.abc import Iterable
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from benchmarks.harness import Group, Result

RESULTS = Path(__file__).parent / "results"
MAX_COLUMNS = 3
COLOURS = ("#c0392b", "#7f8c8d", "#2c3e50", "#e59866", "#aab7b8", "#5d6d7e", "#d5d8dc", "#935116")


def show(console: Console, results: Iterable[Result]) -> None:
    """Print one line a benchmark and baseline, then the details of each."""
    made = list(results)
    console.print(_overview(made))
    for result in made:
        console.print(_details(result))
        for label, reason in _not_measured(result).items():
            console.print(f"{result.benchmark.name}: not measured: {label} ({reason})")


def _not_measured(result: Result) -> dict[str, str]:
    found = result.measured.settings.get("not_measured", {})
    return found if isinstance(found, dict) else {}


def _overview(results: list[Result]) -> Table:
    table = Table("benchmark", "unit", title="Ours against each baseline, medians of one run")
    for heading in ("ours", "baseline", "ours / baseline"):
        table.add_column(heading, justify="right")
    table.add_column("against")
    for result in results:
        for label, figure in result.measured.baselines.items():
            better = "" if result.benchmark.higher_is_better else " (lower is better)"
            ratio = f"{result.ratios[label]:.3g} ×"
            numbers = (_figure(result.measured.ours), _figure(figure), ratio)
            table.add_row(result.benchmark.name, result.benchmark.unit + better, *numbers, label)
    return table


def _details(result: Result) -> Table:
    table = Table("", "", title=f"{result.benchmark.name}: {result.benchmark.summary}")
    table.add_column(result.benchmark.unit, justify="right")
    for group, figures in result.measured.details.items():
        for nth, (label, figure) in enumerate(figures.items()):
            table.add_row("" if nth else group, label, _figure(figure))
        table.add_section()
    return table


def _figure(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def keep(result: Result, folder: Path = RESULTS) -> Path:
    """Write `<name>.json` and `<name>.png`.

    Returns:
        the plot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = result.benchmark.name
    text = json.dumps(result.as_json(), indent=2, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    plot = folder / f"{name}.png"
    _plot(result).savefig(plot, dpi=120)
    return plot


def _plot(result: Result) -> Figure:
    """One panel a group, bars from zero; each panel has a scale of its own, since limits are far away."""
    groups = result.measured.details or {"": {"ours": result.measured.ours, **result.measured.baselines}}
    columns = min(len(groups), MAX_COLUMNS)
    rows = -(-len(groups) // columns)
    figure = Figure(figsize=(5.2 * columns, 3.2 * rows), layout="constrained")
    figure.suptitle(f"{result.benchmark.name}: {result.benchmark.summary}")
    for nth, (title, figures) in enumerate(groups.items(), 1):
        _bars(figure.add_subplot(rows, columns, nth), title, figures, result.benchmark.unit)
    return figure


def _bars(panel: Axes, title: str, figures: Group, unit: str) -> None:
    colours = [COLOURS[nth % len(COLOURS)] for nth in range(len(figures))]
    bars = panel.barh(list(figures), list(figures.values()), color=colours)
    panel.bar_label(bars, [_figure(figure) for figure in figures.values()], padding=3)
    panel.margins(x=0.2)
    panel.invert_yaxis()
    panel.set_title(title)
    panel.set_xlabel(unit)
