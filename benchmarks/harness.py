"""What every benchmark shares: description, scale, turns that alternate, and the shape of a result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

from benchmarks.server import Server, temporary_server

Group = dict[str, float]
"""Figures that belong together, by label."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured.

    Attributes:
        seconds: how long one measurement lasts, where it lasts a given time.
        repetitions: how often each contender has its turn; medians are reported.
        items: how large the data are, in events or whatever the benchmark counts.
        log_events: how many events the tables that are appended to hold before the turns.
    """

    seconds: float
    repetitions: int
    items: int
    log_events: int = 0


QUICK = Scale(seconds=1.0, repetitions=5, items=50_000)
"""At most 120 s a benchmark."""

FULL = Scale(seconds=10.0, repetitions=5, items=200_000, log_events=10_000_000)
TINY = Scale(seconds=0.05, repetitions=1, items=200, log_events=1_000)
"""Shows that a benchmark works; its figures mean nothing."""

Notice = Callable[[str], None]
"""Is told what happens now."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a benchmark gets: a fresh server with migrated databases, its scale, and whom to tell."""

    server: Server
    scale: Scale
    notice: Notice

    def take_turns(self, contenders: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
        """Measure each contender once a repetition, every other time in the opposite order.

        So whatever drifts while the benchmark runs (the machine's load, the size of tables) falls on all.
        """
        samples: dict[str, list[float]] = {label: [] for label in contenders}
        for turn in range(self.scale.repetitions):
            for label in list(contenders)[:: -1 if turn % 2 else 1]:
                self.notice(f"{turn + 1}/{self.scale.repetitions} {label}")
                samples[label].append(contenders[label]())
        return samples


@dataclass(frozen=True, slots=True)
class Measured:
    """What a benchmark found, in its unit.

    Attributes:
        details: further figures, group by group; the plot shows them.
        settings: what must be known to measure the same again.
    """

    ours: float
    baselines: Group
    details: dict[str, Group] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark: each module of `benchmarks.catalogue` has one as its `BENCHMARK`.

    Attributes:
        name: the name of its module.
        summary: one line for tables and the help.
        unit: of all its figures.
        higher_is_better: false for times.
    """

    name: str
    summary: str
    unit: str
    measure: Callable[[Run], Measured]
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """A benchmark and what it found, of one run on one server."""

    benchmark: Benchmark
    scale: Scale
    machine: dict[str, object]
    measured: Measured

    @property
    def ratios(self) -> Group:
        """Ours by each baseline."""
        return {label: self.measured.ours / theirs for label, theirs in self.measured.baselines.items()}

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints; figures rounded to four digits."""
        return {
            "name": self.benchmark.name,
            "unit": self.benchmark.unit,
            "ours": _rounded(self.measured.ours),
            "baselines": _all_rounded(self.measured.baselines),
            "ratios": _all_rounded(self.ratios),
            "settings": self._settings(),
        }

    def _settings(self) -> dict[str, object]:
        details = {group: _all_rounded(figures) for group, figures in self.measured.details.items()}
        shared = {"higher_is_better": self.benchmark.higher_is_better, "repetitions": self.scale.repetitions}
        return {**self.machine, **shared, **self.measured.settings, "details": details}


def run(benchmark: Benchmark, scale: Scale, notice: Notice) -> Result:
    """Measure on a server of its own, which is gone afterwards."""
    notice("starting Postgres")
    with temporary_server() as server:
        machine = server.describe()
        measured = benchmark.measure(Run(server, scale, notice))
    return Result(benchmark, scale, machine, measured)


def medians(samples: Mapping[str, list[float]]) -> Group:
    """The median of each contender's turns."""
    return {label: median(values) for label, values in samples.items()}


def spreads(samples: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """The lowest and the highest of each contender's turns."""
    return {label: [_rounded(min(values)), _rounded(max(values))] for label, values in samples.items()}


def _all_rounded(figures: Mapping[str, float]) -> Group:
    return {label: _rounded(figure) for label, figure in figures.items()}


def _rounded(figure: float) -> float:
    return float(f"{figure:.4g}")
