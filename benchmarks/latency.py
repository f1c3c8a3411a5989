"""How long an append takes when requests come at their own times, whether or not the last one is answered."""

import math
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate, chain
from random import Random
from threading import Barrier
from uuid import uuid4

from benchmarks.append_contenders import create_peers, ours, stock_recorder, unordered_insert
from benchmarks.gaps import check_positions
from benchmarks.harness import Benchmark, Group, Measured, Run, spreads
from benchmarks.writers import (
    MAX_PROCESSES,
    PAYLOAD_BYTES,
    Append,
    Opener,
    Start,
    together,
)

RATES = (250, 1000)
"""Arrivals per second."""

CONTENDERS: dict[str, Opener] = {
    "ours": ours,
    "stock recorder": stock_recorder,
    "unordered insert": unordered_insert,
}
HEADLINE = ("250/s", 0.99)
PERCENTILES = (0.5, 0.95, 0.99)
TURN = 2.0
"""Times the scale's seconds: five turns make 10 s of arrivals by default."""

THREADS = 32
"""Of each process; who arrives while all are busy waits, and the wait counts."""

WARM_UP_APPENDS = 6
"""Of each thread: after five psycopg has prepared its statements."""

Latencies = dict[str, dict[str, list[float]]]
"""Milliseconds, by rate and contender, of all turns."""


def measure(run: Run) -> Measured:
    """Every contender at every rate, in turns; percentiles over the arrivals of all turns."""
    with run.server.connect() as connection:
        create_peers(connection, run.server.owner_url)
    latencies: Latencies = {f"{rate}/s": defaultdict(list) for rate in RATES}
    samples = run.take_turns(_turns(run, latencies))
    check_positions(run.server)
    headline = _percentiles(latencies[HEADLINE[0]], HEADLINE[1])
    return Measured(
        ours=headline.pop("ours"),
        baselines=headline,
        details={
            f"{rate}, p{part * 100:g}": _percentiles(of_rate, part)
            for rate, of_rate in latencies.items()
            for part in PERCENTILES
        },
        settings=_settings(run, samples),
    )


def _settings(run: Run, samples: dict[str, list[float]]) -> dict[str, object]:
    return {
        "arrivals": "at random times (exponential gaps), the same for every contender",
        "latency_is": "from the scheduled arrival to the answer",
        "seconds": run.scale.seconds * TURN * run.scale.repetitions,
        "writers": THREADS * MAX_PROCESSES,
        "payload_bytes": PAYLOAD_BYTES,
        "spread_of_p99": spreads(samples),
    }


def _turns(run: Run, latencies: Latencies) -> dict[str, Callable[[], float]]:
    return {
        f"{label}, {rate}/s": partial(_turn, run, opener, rate, latencies[f"{rate}/s"][label])
        for rate in RATES
        for label, opener in CONTENDERS.items()
    }


def _turn(run: Run, opener: Opener, rate: int, into: list[float]) -> float:
    """The 99th percentile of this turn, in milliseconds; all latencies go `into` the list."""
    work = partial(_answer_arrivals, opener, run.server.owner_url, rate, run.scale.seconds * TURN)
    found = list(chain.from_iterable(together(work, range(MAX_PROCESSES))))
    into.extend(found)
    return _percentile(found, 0.99)


def _answer_arrivals(
    opener: Opener, url: str, rate: int, seconds: float, start: Start, nth: int
) -> list[float]:
    """One process, which gets its share of the arrivals; their latencies in milliseconds."""
    arrivals = _arrivals(rate / MAX_PROCESSES, seconds, nth)
    with opener(url, THREADS) as append, ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(partial(_warm_up, append, Barrier(THREADS)), range(THREADS)))
        start()
        began = time.perf_counter()
        due = iter([began + arrival for arrival in arrivals])
        lists = threads.map(lambda _: list(_answer(append, due)), range(THREADS))
        return [latency for of_thread in lists for latency in of_thread]


def _arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Seconds after the start, `rate` a second on average."""
    random = Random(seed)  # noqa: S311 - no secret: every contender shall get the same
    return list(accumulate(random.expovariate(rate) for _ in range(math.ceil(rate * seconds))))


def _warm_up(append: Append, all_here: Barrier, _: int) -> None:
    """Each thread waits for the others, so that each has its connection before the first arrival."""
    all_here.wait()
    for _ in range(WARM_UP_APPENDS):
        append(uuid4(), bytes(PAYLOAD_BYTES))


def _answer(append: Append, due: Iterator[float]) -> Iterator[float]:
    """Take the next arrival, wait for its time, append; the time counts from when it was due."""
    for at in due:
        time.sleep(max(0.0, at - time.perf_counter()))
        append(uuid4(), secrets.token_bytes(PAYLOAD_BYTES))
        yield (time.perf_counter() - at) * 1000


def _percentiles(latencies: dict[str, list[float]], part: float) -> Group:
    return {label: _percentile(found, part) for label, found in latencies.items()}


def _percentile(latencies: list[float], part: float) -> float:
    return sorted(latencies)[math.ceil(part * len(latencies)) - 1]


BENCHMARK = Benchmark(
    name="latency",
    summary="one append, arrivals at their own times: 99th percentile at 250 a second",
    unit="ms",
    measure=measure,
    higher_is_better=False,
)
