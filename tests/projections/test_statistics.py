"""The regulator's numbers: where workers are employed (在职), where they left (离职), month by month."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from psycopg import Connection

from domain.enterprise import Enterprise
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.attendances import check_in, leave
from ledger.use_cases.disclosures import approve, issue_certificate_code, request_disclosure
from ledger.use_cases.employments import choose_enterprises, confirm_employment, end_employment
from ledger.use_cases.enterprises import list_enterprises
from projections import statistics
from projections.catalogue import followers
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.moments import PERIOD
from tests.controls.people import ACCEPTED, CompleteWorker, cause, complete_worker, registered_consumer
from tests.controls.people import enterprise as details_of

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def worker(ledger: CreditLedger, clock: MovableClock) -> CompleteWorker:
    """Registered and confirmed on 2 March in 朝阳区; the deadline is on 1 April."""
    return complete_worker(ledger, clock)


def _numbers(
    ledger: CreditLedger, connection: Connection, month: date, city: str = "朝阳区"
) -> tuple[int, int, int, int, int] | None:
    """Workers, employed, left, enterprises, disclosures."""
    catch_up(followers(ledger))
    rows = {row.city: row for row in statistics.by_region(connection, month, "", None, 100)}
    row = rows.get(city)
    return (row.workers, row.employed, row.left, row.enterprises, row.disclosures) if row else None


def _elsewhere(ledger: CreditLedger, clock: MovableClock) -> UUID:
    """An enterprise in another city."""
    one = details_of(7_000)
    moved = type(one)(one.uscc, one.name, one.brand, "浙江省", "杭州市", one.status)
    list_enterprises(ledger, cause(clock, "staff:editor"), [moved])
    return Enterprise.stream_for(moved.uscc)


def test_a_passed_deadline_counts_in_its_month_and_a_check_in_brings_the_worker_back(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given a worker whose deadline passed in April, and who checked in again in May
    clock.advance(PERIOD + HOUR)
    leave(ledger, cause(clock, "system:schedule"), worker.subject)
    clock.advance(PERIOD)
    check_in(ledger, cause(clock, "person"), worker.subject, ACCEPTED)
    # then each month ends as it did
    assert [_numbers(ledger, connection, month) for month in (MARCH, APRIL, MAY)] == [
        (1, 1, 0, 1, 0),
        (1, 0, 1, 1, 0),
        (1, 1, 0, 1, 0),
    ]


def test_whoever_works_for_two_enterprises_counts_at_each_until_one_ends_it(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given a worker of two cities
    other = _elsewhere(ledger, clock)
    choose_enterprises(ledger, cause(clock, "person"), worker.subject, [other])
    assert _numbers(ledger, connection, MARCH, "杭州市") == (0, 0, 0, 1, 0)
    confirm_employment(ledger, cause(clock, "staff"), worker.subject, other)
    assert _numbers(ledger, connection, MARCH, "杭州市") == (1, 1, 0, 1, 0)
    # when one of them ends it a month later
    clock.advance(PERIOD)
    end_employment(ledger, cause(clock, "staff"), worker.subject, other, "enterprise")
    # then the worker counts there no more, and the month before stays as it was
    assert _numbers(ledger, connection, APRIL, "杭州市") == (0, 0, 0, 1, 0)
    assert _numbers(ledger, connection, MARCH, "杭州市") == (1, 1, 0, 1, 0)
    assert _numbers(ledger, connection, APRIL) == (1, 1, 0, 1, 0)


def test_a_disclosure_counts_in_its_month_alone(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, worker: CompleteWorker
) -> None:
    consumer = registered_consumer(ledger, clock).subject
    code = issue_certificate_code(ledger, cause(clock, "person"), worker.subject)
    asked, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])
    approve(ledger, cause(clock, "person"), worker.subject, asked.id, asked.digits, ["tax"], ACCEPTED)
    assert _numbers(ledger, connection, MARCH) == (1, 1, 0, 1, 1)
    assert _numbers(ledger, connection, APRIL) == (1, 1, 0, 1, 0)


def test_the_numbers_of_past_months_outlive_an_erasure_and_name_nobody(
    ledger: CreditLedger, connection: Connection, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given a worker who cancels the account in April
    clock.advance(PERIOD)
    cancel_account(ledger, cause(clock, "person"), worker.subject, ACCEPTED)
    # then March is as it was, April has one less, and no row names the worker
    assert _numbers(ledger, connection, MARCH) == (1, 1, 0, 1, 0)
    assert _numbers(ledger, connection, APRIL) == (0, 0, 0, 1, 0)
    for table in statistics.TABLES:
        rows = connection.execute(f"SELECT t::text FROM views.{table.name} t").fetchall()  # noqa: S608 - our own table
        assert str(worker.subject) not in str(rows)


def test_before_a_month_nothing_is_told_of_it(
    ledger: CreditLedger, connection: Connection, worker: CompleteWorker
) -> None:
    assert worker
    assert _numbers(ledger, connection, date(2026, 2, 1)) is None
