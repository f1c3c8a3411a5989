"""The library's projection runner as a peer: its subscription, its tracking, one row an event."""

import time

import psycopg
from eventsourcing.projection import ProjectionRunner

from benchmarks import stock

POLL_SECONDS = 0.02
START_SECONDS = 30.0


def rate_of_stock_runner(url: str, events: int, seconds: float) -> float:
    """Let the runner begin anew and go on for so many seconds, or to the end; events per second."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS stock_rows, stock_projection_tracking")
    with ProjectionRunner(
        application_class=stock.StockLedger,
        projection_class=stock.StockProjection,
        view_class=stock.StockView,
        env=stock.environment(url, create_tables=True),
    ) as runner:
        first = _wait_for(runner.view, 1, START_SECONDS)
        began = time.perf_counter()
        last = _wait_for(runner.view, events, seconds)
        elapsed = time.perf_counter() - began
    return (last - first) / elapsed


def _wait_for(view: stock.StockView, event: int, seconds: float) -> int:
    """Wait until the view has come so far or the time is over; how far it has come."""
    ends = time.perf_counter() + seconds
    while (handled := view.max_tracking_id(stock.APPLICATION) or 0) < event and time.perf_counter() < ends:
        time.sleep(POLL_SECONDS)
    return handled
