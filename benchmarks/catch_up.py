"""How fast the read models catch up with a log, all of them and each alone."""

import time
from collections import defaultdict
from functools import partial
from statistics import median

import psycopg

from benchmarks import copied_log, sample_log
from benchmarks.harness import Benchmark, Group, Measured, Run, medians, spreads
from benchmarks.stock_runner import rate_of_stock_runner
from ledger.credit_ledger import CreditLedger
from projections.catalogue import PROJECTIONS, followers
from projections.follower import Follower, lags
from projections.log_reader import BATCH_EVENTS
from projections.runner import catch_up


def measure(run: Run) -> Measured:
    """Fill a log, then let our followers, the library's runner and a plain COPY read it in turns."""
    with run.server.ledger() as ledger, run.server.connect() as connection:
        run.notice(f"appending {run.scale.items} events")
        events = sample_log.fill(ledger, run.scale.items)
        run.notice("copying them for the library's recorder")
        copied_log.copy_to_stock(connection, run.server.owner_url)
        connection.execute("VACUUM ANALYZE")
        alone: dict[str, list[float]] = defaultdict(list)
        samples = run.take_turns(
            {
                "ours": lambda: events / _catch_up(ledger, connection),
                "one by one": lambda: events / _catch_up_alone(ledger, connection, alone),
                "stock runner": partial(
                    rate_of_stock_runner, run.server.owner_url, events, run.scale.seconds
                ),
                "raw read": lambda: events / copied_log.read_all(connection),
            }
        )
    figures = medians(samples)
    ours = figures.pop("ours")
    figures.pop("one by one")
    return Measured(ours, figures, _details(ours, figures, events, alone), _settings(run, events, samples))


def _settings(run: Run, events: int, samples: dict[str, list[float]]) -> dict[str, object]:
    return {
        "events": events,
        "batch_events": BATCH_EVENTS,
        "read_models": len(PROJECTIONS),
        "processes": 1,
        "stock_runner_seconds": run.scale.seconds,
        "spread": spreads(samples),
    }


def _details(ours: float, baselines: Group, events: int, alone: dict[str, list[float]]) -> dict[str, Group]:
    each = {name: events / median(seconds) for name, seconds in alone.items()}
    return {
        "all read models": {"ours": ours, **baselines},
        "one row an event": {"ours": each["trail"], "stock runner": baselines["stock runner"]},
        "each alone": each,
    }


def _catch_up(ledger: CreditLedger, connection: psycopg.Connection) -> float:
    """From empty read models to the head of the log; seconds, all followers of one process together."""
    _empty_views(connection)
    made = followers(ledger)
    began = time.perf_counter()
    catch_up(made)
    seconds = time.perf_counter() - began
    for follower in made:
        _require_caught_up(follower)
    return seconds


def _catch_up_alone(
    ledger: CreditLedger, connection: psycopg.Connection, alone: dict[str, list[float]]
) -> float:
    """The same, one follower after the other; seconds of each go to `alone`."""
    _empty_views(connection)
    for follower in followers(ledger):
        began = time.perf_counter()
        catch_up([follower])
        alone[follower.name].append(time.perf_counter() - began)
        _require_caught_up(follower)
    return sum(seconds[-1] for seconds in alone.values())


def _require_caught_up(follower: Follower) -> None:
    with follower.ledger.pool.connection() as connection:
        behind = lags(connection, [follower.name])
    if behind[follower.name]:
        msg = f"{follower.name} is not at the head of the log: the figures count for nothing"
        raise AssertionError(msg)


def _empty_views(connection: psycopg.Connection) -> None:
    tables = ", ".join(f"views.{table.name}" for projection in PROJECTIONS for table in projection.TABLES)
    connection.execute(f"TRUNCATE ops.tracking, {tables}".encode())  # their names are ours


BENCHMARK = Benchmark(
    name="catch_up",
    summary="all six read models from empty to the head of the log, one process",
    unit="events/s",
    measure=measure,
)
