"""How many events a second are appended durably, one by one, by 1, 8, 32 and 64 writers."""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from uuid import uuid4

from benchmarks.append_contenders import CONTENDERS, Append, create_peers
from benchmarks.harness import Benchmark, Group, Measured, Run, medians, spreads

PAYLOAD_BYTES = 256
WRITERS = (1, 8, 32, 64)
HEADLINE_WRITERS = 32
MAX_PROCESSES = 2
"""As many API processes as cores: writers are threads in them, as requests are."""
PEERS = ("ours", "stock recorder", "unordered insert")
WARM_UP_SECONDS = 0.1
START_SECONDS = 30.0

# The fork server has imported all before a process starts.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["benchmarks.append"])


def measure(run: Run) -> Measured:
    """Every contender with every number of writers, in turns."""
    with run.server.connect() as connection:
        create_peers(connection, run.server.owner_url)
    samples = run.take_turns(_turns(run))
    with run.server.connect() as connection:
        _check_positions(connection.execute(GAPS).fetchall())
    figures = medians(samples)
    headline = {label: figures[_turn(label, HEADLINE_WRITERS)] for label in CONTENDERS}
    return Measured(
        ours=headline["ours"],
        baselines={label: headline[label] for label in PEERS[1:]},
        details=_details(figures),
        settings={
            "writers": HEADLINE_WRITERS,
            "writers_are": f"threads in at most {MAX_PROCESSES} processes",
            "payload_bytes": PAYLOAD_BYTES,
            "seconds": run.scale.seconds,
            "spread": spreads(samples),
        },
    )


def _turns(run: Run) -> dict[str, Callable[[], float]]:
    matrix = [(label, writers) for writers in WRITERS for label in PEERS]
    matrix += [(label, HEADLINE_WRITERS) for label in CONTENDERS if label not in PEERS]
    url, seconds = run.server.owner_url, run.scale.seconds
    return {
        _turn(label, writers): partial(events_per_second, label, url, writers, seconds)
        for label, writers in matrix
    }


def _turn(label: str, writers: int) -> str:
    return f"{label}, {writers} writer{'s' if writers > 1 else ''}"


def _details(figures: Group) -> dict[str, Group]:
    return {
        _turn("events", writers).partition(", ")[2]: {
            label: figures[_turn(label, writers)] for label in CONTENDERS if _turn(label, writers) in figures
        }
        for writers in WRITERS
    }


def events_per_second(label: str, url: str, writers: int, seconds: float) -> float:
    """Start the writers, let them begin together, and add up what they did."""
    processes = min(writers, MAX_PROCESSES)
    barrier = PROCESSES.Barrier(processes)
    rates: SimpleQueue[float] = PROCESSES.SimpleQueue()
    arguments = (label, url, writers // processes, seconds, barrier, rates)
    # not a pool: its processes wait for ever for tasks of a benchmark that was stopped
    started = [PROCESSES.Process(target=write, args=arguments, daemon=True) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    if any(process.exitcode for process in started):
        msg = f"a writer failed: {label}"
        raise RuntimeError(msg)
    return sum(rates.get() for _ in started)


def write(
    label: str, url: str, threads: int, seconds: float, barrier: Barrier, rates: "SimpleQueue[float]"
) -> None:
    """One process of writers: each appends to new streams; tells how many events that were a second."""
    try:
        with CONTENDERS[label](url, threads) as append, ThreadPoolExecutor(threads) as writers:
            list(writers.map(partial(_append_for, append), [WARM_UP_SECONDS] * threads))
            barrier.wait(START_SECONDS)
            rates.put(sum(writers.map(partial(_append_for, append), [seconds] * threads)))
    except BaseException:
        barrier.abort()  # nobody waits for a process that failed
        raise


def _append_for(append: Append, seconds: float) -> float:
    states = [secrets.token_bytes(PAYLOAD_BYTES) for _ in range(64)]
    began, done = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - began) < seconds:
        append(uuid4(), states[done % len(states)])
        done += 1
    return done / elapsed


GAPS = """
    SELECT p.partition FROM ledger.partitions p LEFT JOIN ledger.events e USING (partition)
    GROUP BY p.partition, p.head HAVING count(e) <> p.head OR max(e.position) <> p.head
"""


def _check_positions(gaps: list[tuple[int]]) -> None:
    if gaps:
        msg = f"the positions of partitions {gaps} have gaps: the figures count for nothing"
        raise AssertionError(msg)


BENCHMARK = Benchmark(
    name="append",
    summary="single-event appends, durable, 32 writers, 16 partitions",
    unit="events/s",
    measure=measure,
)
