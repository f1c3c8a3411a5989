"""Processes that help to fill a read model's tables, each with partitions of its own."""

import gc
import os
import pickle
import pkgutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from subprocess import PIPE, Popen
from typing import IO, cast

import psycopg

import domain
from domain.rules import Rules
from ledger.credit_ledger import CreditLedger
from projections.follower import Follower, ProjectionStopped
from projections.log_reader import LogReader

WORTH_EVENTS = 50_000
"""A process takes half a second to start: one alone is sooner done with fewer events for each."""

BATCH_EVENTS = 10_000
"""Nobody waits for a partition of a rebuild, so it takes more at a time than a live follower does."""

LOOK_SECONDS = 0.05
PROGRAM = (sys.executable, "-m", "projections.side_by_side")


@dataclass(frozen=True, slots=True)
class Filling:
    """What a process has to know, in a form that can be sent to it.

    Attributes:
        projection: the name of the read model's module.
        until: the numbers to come to, by partition.
    """

    env: dict[str, str]
    rules: Rules
    projection: str
    follower: str
    schema: str
    until: Mapping[int, int]


def filler(ledger: CreditLedger, projection: str, name: str, schema: str) -> Follower:
    """Who fills the tables of a schema."""
    module = import_module(projection)
    return Follower(LogReader(ledger, module.HANDLES, BATCH_EVENTS), name, module.handle, schema)


def helpers_worth(events: int) -> int:
    """How many processes pay for so many events; one means none."""
    return max(1, min(os.cpu_count() or 1, events // WORTH_EVENTS))


def fill(filling: Filling, processes: int, look: Callable[[], None]) -> None:
    """Fill with some processes, and look on meanwhile.

    Partitions may be left over: a helper ends at the first error, or when its starter is gone. Who started it
    goes on alone, and so meets whatever is wrong.
    """
    shares = [
        replace(filling, until={p: number for p, number in filling.until.items() if p % processes == nth})
        for nth in range(processes)
    ]
    with _running(shares) as helpers:
        while any(helper.poll() is None for helper in helpers):
            time.sleep(LOOK_SECONDS)
            look()


@contextmanager
def _running(shares: list[Filling]) -> Iterator[list[Popen[bytes]]]:
    """Programs of their own: a copy of this one would load all of it again before it began."""
    helpers = [Popen(PROGRAM, stdin=PIPE) for _ in shares]  # noqa: S603 - our own program
    try:
        for helper, share in zip(helpers, shares, strict=True):
            _tell(helper, share)
        yield helpers
    finally:
        for helper in helpers:
            helper.terminate()
            helper.wait()


def _tell(helper: Popen[bytes], share: Filling) -> None:
    """What to do goes through a pipe, since it holds the passwords of the databases."""
    with (
        suppress(BrokenPipeError),
        cast("IO[bytes]", helper.stdin) as pipe,
    ):  # one may have ended
        pickle.dump((share, os.getpid()), pipe)


def help_out(share: Filling, starter: int) -> None:
    """Come as far as possible; every batch is one transaction, so it may end at any moment.

    Args:
        share: what to do.
        starter: the process id of who started this one, and without whom it ends.
    """
    _know_every_event()
    with closing(CreditLedger(share.env, share.rules)) as ledger, collector_off():
        follower = filler(ledger, share.projection, share.follower, share.schema)
        with suppress(ProjectionStopped, psycopg.OperationalError):
            for partition, number in share.until.items():
                while os.getppid() == starter and follower.step(partition, number):
                    pass


def _know_every_event() -> None:
    """A topic resolves once its class was imported, and a read model of all events imports none."""
    for module in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        import_module(module.name)


@contextmanager
def collector_off() -> Iterator[None]:
    """Events make no cycles, but so many objects that looking for cycles takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


if __name__ == "__main__":
    help_out(*pickle.load(sys.stdin.buffer))  # noqa: S301 - from who started us
