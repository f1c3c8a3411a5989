"""How fast a read model is rebuilt from the log: filled beside the live one, compared, indexed, switched."""

import time
from functools import partial
from types import ModuleType

from benchmarks import copied_log, sample_log
from benchmarks.harness import Benchmark, Measured, Run, medians, spreads
from benchmarks.stock_runner import rate_of_stock_runner
from ledger.credit_ledger import CreditLedger
from projections import trail
from projections.catalogue import PROJECTIONS, followers
from projections.rebuild import rebuild
from projections.runner import catch_up
from projections.side_by_side import helpers_worth

TIMES_ITEMS = 4
"""A log that is worth the helping processes of a rebuild."""

OURS = trail.NAME
"""The read model that writes a row for every event, as the library's runner does here."""


def measure(run: Run) -> Measured:
    """Rebuild each read model, let the library's runner fill its own, and read the log raw, in turns."""
    with run.server.ledger() as ledger, run.server.connect() as connection:
        run.notice(f"appending {TIMES_ITEMS * run.scale.items} events")
        events = sample_log.fill(ledger, TIMES_ITEMS * run.scale.items)
        catch_up(followers(ledger))
        copied_log.copy_to_stock(connection, run.server.owner_url)
        connection.execute("VACUUM ANALYZE")
        url, seconds = run.server.owner_url, run.scale.seconds
        samples = run.take_turns(
            {
                **{p.NAME: partial(_rate, ledger, url, p, events) for p in PROJECTIONS},
                "stock runner": partial(rate_of_stock_runner, url, events, seconds),
                "raw read": lambda: events / copied_log.read_all(connection),
            }
        )
    figures = medians(samples)
    baselines = {label: figures.pop(label) for label in ("stock runner", "raw read")}
    settings = {
        "events": events,
        "ours_is": OURS,
        "processes": helpers_worth(events),
        "spread": spreads(samples),
    }
    return Measured(figures[OURS], baselines, {"each read model": figures}, settings)


def _rate(ledger: CreditLedger, url: str, projection: ModuleType, events: int) -> float:
    """Events of the log a second, from nothing to the switch."""
    began = time.perf_counter()
    rebuild(ledger, url, projection, lambda *_: None, fresh=True)
    return events / (time.perf_counter() - began)


BENCHMARK = Benchmark(
    name="rebuild",
    summary="one read model from the log, beside the live one, to the switch",
    unit="events/s",
    measure=measure,
)
