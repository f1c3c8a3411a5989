"""Several threads that do something at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import TypeVar

from domain.rejections import Refused
from ledger.credit_ledger import CreditLedger

Result = TypeVar("Result")


CONNECTIONS = 8


def at_full_width(ledger: CreditLedger) -> CreditLedger:
    """The ledger with all its connections open: else the threads queue for the first one and never race."""
    ledger.pool.resize(CONNECTIONS, CONNECTIONS)
    ledger.pool.wait()
    return ledger


def race(*runners: Callable[[], Result]) -> list[Result | Refused]:
    """What became of each: its result, or its refusal; any other error is raised."""
    start = Barrier(len(runners))

    def run(act: Callable[[], Result]) -> Result | Refused:
        start.wait()
        try:
            return act()
        except Refused as refusal:
            return refusal

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))


def again_at(outcomes: list[Result | Refused]) -> set[datetime | None]:
    """When those that were refused may come again."""
    return {outcome.again_at for outcome in outcomes if isinstance(outcome, Refused)}


def refusals(outcomes: list[Result | Refused]) -> list[str]:
    """The codes of those that were refused."""
    return [outcome.reason.code for outcome in outcomes if isinstance(outcome, Refused)]
