"""Ten years of check-ins cost the next one no more than the first."""

from datetime import timedelta
from uuid import UUID

import pytest

from ledger.credit_ledger import CreditLedger
from ledger.use_cases.attendances import check_in
from tests.conftest import MovableClock
from tests.controls.people import ACCEPTED, cause, complete_worker

A_MONTH = timedelta(days=29)
YEARS = 10
CHECK_INS_A_YEAR = 13


def read_by(ledger: CreditLedger, clock: MovableClock, subject: UUID, watched: list[int]) -> int:
    """How many events a check-in reads."""
    watched.clear()
    check_in(ledger, cause(clock, f"person:{subject}"), subject, ACCEPTED)
    return sum(watched)


@pytest.mark.slow
def test_ten_years_of_check_ins_cost_the_next_no_more_than_the_first(
    ledger: CreditLedger, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker, and somebody who counts what is read of the log
    subject, watched = complete_worker(ledger, clock).subject, list[int]()
    select_events = ledger.event_log.select_events

    def counting(*args: object, **kwargs: object) -> object:
        found = select_events(*args, **kwargs)  # type: ignore[arg-type] # passed on as it came
        watched.append(len(found))
        return found

    monkeypatch.setattr(ledger.event_log, "select_events", counting)
    # when the worker checks in each month for ten years
    reads = []
    for _ in range(YEARS * CHECK_INS_A_YEAR):
        clock.advance(A_MONTH)
        reads.append(read_by(ledger, clock, subject, watched))
    # then the last years are as cheap as the first ones
    first, last = reads[: 2 * CHECK_INS_A_YEAR], reads[-2 * CHECK_INS_A_YEAR :]
    assert max(last) <= max(first)
    assert len(reads) == YEARS * CHECK_INS_A_YEAR
