"""The benchmarks: to add one, write a module with its `BENCHMARK` and name it here."""

from importlib import import_module

from benchmarks.harness import Benchmark

MODULES = {
    "append": "append",
    "catch_up": "catch_up",
    "import": "bulk_import",
    "latency": "latency",
    "rebuild": "rebuilding",
    "search": "search",
}
NAMES = tuple(MODULES)


def load(name: str) -> Benchmark:
    """The benchmark of that name; only its own module is imported."""
    found = import_module(f"benchmarks.{MODULES[name]}").BENCHMARK
    if not isinstance(found, Benchmark):
        msg = f"benchmarks.{name} has no BENCHMARK"
        raise TypeError(msg)
    return found
