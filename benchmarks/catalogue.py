"""The benchmarks: to add one, write `benchmarks/<name>.py` with its `BENCHMARK` and name it here."""

from importlib import import_module

from benchmarks.harness import Benchmark

NAMES = ("append", "catch_up")


def load(name: str) -> Benchmark:
    """The benchmark of that name; only its own module is imported."""
    found = import_module(f"benchmarks.{name}").BENCHMARK
    if not isinstance(found, Benchmark):
        msg = f"benchmarks.{name} has no BENCHMARK"
        raise TypeError(msg)
    return found
