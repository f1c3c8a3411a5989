"""Runs the worker threads and the loops beside them, and stops them cleanly."""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event

import dramatiq

from workers.waits import next_of

STOP_MS = 4_000
"""For the threads, then once more for the consumers; a supervisor kills after 10 s."""

Loop = Callable[[Event], None]
"""Works until the event is set."""

StopRequest = SimpleQueue[None]
"""Putting something in asks for the stop; a signal handler may do so, while an Event's `set` can deadlock."""


def stop_at_signals() -> StopRequest:
    """A stop request that SIGTERM and SIGINT make; call it in the main thread."""
    request = StopRequest()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: request.put(None))
    return request


def run(
    broker: dramatiq.Broker,
    loops: Sequence[Loop],
    request: StopRequest,
    threads: int,
    idle_ms: int = 1_000,
) -> None:
    """Run `threads` worker threads and every loop until a stop is requested or a loop fails.

    Raises:
        Exception: what a loop failed with, after all else was stopped; whoever supervises starts again.
    """
    broker.emit_after("process_boot")  # starts the clock of the time limit
    worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=idle_ms)
    worker.start()
    try:
        run_loops(loops, request)
    finally:
        worker.stop(timeout=STOP_MS)


def run_loops(loops: Sequence[Loop], request: StopRequest) -> None:
    """Run every loop until a stop is requested or one of them fails.

    Raises:
        Exception: what a loop failed with, after the others were stopped.
    """
    running = _start(loops, request, stop := Event())
    next_of(request)
    stop.set()
    for loop in running:
        loop.result()


def _start(loops: Sequence[Loop], request: StopRequest, stop: Event) -> list[Future[None]]:
    executor = ThreadPoolExecutor(max(len(loops), 1), "loop")
    running = [executor.submit(loop, stop) for loop in loops]
    for future in running:
        future.add_done_callback(lambda _: request.put(None))
    executor.shutdown(wait=False)
    return running
