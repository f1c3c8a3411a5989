"""Writers: threads in a few processes that begin together, as requests do in the processes of an API."""

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Barrier
from typing import TypeVar
from uuid import UUID, uuid4

PAYLOAD_BYTES = 256
MAX_PROCESSES = 2
"""As many API processes as cores: writers are threads in them."""
WARM_UP_SECONDS = 0.1
START_SECONDS = 30.0

# The fork server has imported all before a process starts.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["benchmarks.append", "benchmarks.latency"])

Append = Callable[[UUID, bytes], object]
"""Appends the first event of a stream."""

Opener = Callable[[str, int], AbstractContextManager[Append]]
"""Connects to a URL for so many threads of one process."""

Rate = Callable[[int, float], float]
"""Lets so many writers append for so many seconds; events per second."""

Start = Callable[[], object]
"""Waits until the other processes are ready as well."""

Found = TypeVar("Found")


def processes_for(writers: int) -> int:
    """How many processes so many writers are spread over."""
    return min(writers, MAX_PROCESSES)


def append_rate(opener: Opener, url: str, writers: int, seconds: float) -> float:
    """Events per second that so many writers append together."""
    processes = processes_for(writers)
    return sum(together(partial(_append, opener, url, writers // processes, seconds), range(processes)))


def _append(opener: Opener, url: str, threads: int, seconds: float, start: Start, _nth: int) -> float:
    """One process of writers: each appends to new streams."""
    with opener(url, threads) as append, ThreadPoolExecutor(threads) as writers:
        list(writers.map(partial(_append_for, append), [WARM_UP_SECONDS] * threads))
        start()
        return sum(writers.map(partial(_append_for, append), [seconds] * threads))


def _append_for(append: Append, seconds: float) -> float:
    states = random_states()
    began, done = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - began) < seconds:
        append(uuid4(), states[done % len(states)])
        done += 1
    return done / elapsed


def random_states() -> list[bytes]:
    """Enough different payloads that nothing can be compressed."""
    return [secrets.token_bytes(PAYLOAD_BYTES) for _ in range(64)]


def together(work: Callable[[Start, int], Found], numbers: Sequence[int]) -> list[Found]:
    """Do the work once a number, each in a process of its own; what each returns.

    Raises:
        RuntimeError: one of them failed.
    """
    barrier = PROCESSES.Barrier(len(numbers))
    started = [_start(work, barrier, number) for number in numbers]
    try:
        return [receiver.recv() for _, receiver in started]
    except EOFError:
        msg = "a writer failed"
        raise RuntimeError(msg) from None
    finally:
        for process, receiver in started:
            receiver.close()
            process.join()


def _start(
    work: Callable[[Start, int], Found], barrier: Barrier, number: int
) -> tuple[ForkServerProcess, Connection]:
    receiver, sender = PROCESSES.Pipe(duplex=False)
    # not a pool: its processes wait for ever for tasks of a benchmark that was stopped
    process = PROCESSES.Process(target=_child, args=(work, barrier, number, sender), daemon=True)
    process.start()
    sender.close()  # so that the end of the process is the end of the pipe
    return process, receiver


def _child(work: Callable[[Start, int], Found], barrier: Barrier, number: int, sender: Connection) -> None:
    try:
        sender.send(work(partial(barrier.wait, START_SECONDS), number))
    except BaseException:
        barrier.abort()  # nobody waits for a process that failed
        raise
