"""How many events a second are appended durably, one by one, by 1, 8, 32 and 64 writers."""

from collections.abc import Callable, Mapping
from functools import partial

import psycopg

from benchmarks.append_contenders import CONTENDERS, create_peers
from benchmarks.gaps import check_positions
from benchmarks.harness import Benchmark, Group, Measured, Run, medians, spreads
from benchmarks.large_log import MESSAGE_DB, OURS, PLAIN, STOCK, fill
from benchmarks.peers import message_db
from benchmarks.peers.catalogue import VERSIONS, Peers, peers
from benchmarks.writers import MAX_PROCESSES, PAYLOAD_BYTES, Rate, append_rate

WRITERS = (1, 8, 32, 64)
HEADLINE_WRITERS = 32
BASELINES = ("stock recorder", "unordered insert", "message-db", "emmett")
TURN = 0.5
"""Of the scale's seconds, since there are more than twenty turns a repetition."""


def measure(run: Run) -> Measured:
    """Every contender with every number of writers, in turns."""
    with run.server.connect() as connection:
        create_peers(connection, run.server.owner_url)
    with peers(run) as theirs:
        _fill(run, theirs)
        samples = run.take_turns(_turns(run, theirs))
    check_positions(run.server)
    figures = medians(samples)
    headline = _of_writers(figures, HEADLINE_WRITERS)
    return Measured(
        ours=headline["ours"],
        baselines={label: headline[label] for label in BASELINES if label in headline},
        details={_writers(number): _of_writers(figures, number) for number in WRITERS},
        settings=_settings(run, theirs, samples),
    )


def _fill(run: Run, theirs: Peers) -> None:
    """What is there before, of those whose tables can be filled from outside."""
    with run.server.connect() as connection:
        for table in (OURS, PLAIN, STOCK):
            fill(connection, table, run.scale.log_events, run.notice)
        connection.execute("SELECT setval('plain.position', %s)", (run.scale.log_events + 1,))
    if "message-db" in theirs.ready:
        with psycopg.connect(message_db.url(run.server), autocommit=True) as connection:
            fill(connection, MESSAGE_DB, run.scale.log_events, run.notice)


def _settings(run: Run, theirs: Peers, samples: Mapping[str, list[float]]) -> dict[str, object]:
    return {
        "writers": HEADLINE_WRITERS,
        "writers_are": f"threads in at most {MAX_PROCESSES} processes; emmett: asynchronous tasks in as many",
        "payload_bytes": PAYLOAD_BYTES,
        "seconds": run.scale.seconds * TURN,
        "log_events": run.scale.log_events,
        "peers": VERSIONS,
        "not_measured": theirs.not_measured,
        "spread": spreads(samples),
    }


def _turns(run: Run, theirs: Peers) -> dict[str, Callable[[], float]]:
    ours = {label: partial(append_rate, opener, run.server.owner_url) for label, opener in CONTENDERS.items()}
    rates: dict[str, Rate] = ours | theirs.ready
    seconds = run.scale.seconds * TURN
    return {
        f"{label}, {_writers(number)}": partial(rate, number, seconds)
        for number in WRITERS
        for label, rate in rates.items()
        if label in ("ours", *BASELINES) or number == HEADLINE_WRITERS
    }


def _writers(number: int) -> str:
    return f"{number} writer{'s' if number > 1 else ''}"


def _of_writers(figures: Group, number: int) -> Group:
    ending = f", {_writers(number)}"
    return {turn.removesuffix(ending): figure for turn, figure in figures.items() if turn.endswith(ending)}


BENCHMARK = Benchmark(
    name="append",
    summary="single-event appends, durable, 32 writers, 16 partitions",
    unit="events/s",
    measure=measure,
)
