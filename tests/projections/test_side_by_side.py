"""Several processes fill a read model's tables together, and leave to their starter what they cannot do."""

import os
from collections.abc import Iterator
from types import ModuleType

import pytest
from psycopg import Connection

from ledger.credit_ledger import CreditLedger
from projections import trail
from projections.beside import Beside
from projections.follower import positions_of
from projections.side_by_side import WORTH_EVENTS, Filling, fill, help_out, helpers_worth
from projections.switch import NEXT
from tests.controls import failing_projection
from tests.controls.rebuilds import unwatched
from tests.controls.tables import dump
from tests.projections.conftest import Story

TRAIL_NEXT = "trail_next"


def _prepared(ledger: CreditLedger, owner: Connection) -> Beside:
    beside = Beside(ledger, owner, trail, NEXT, unwatched)
    beside.prepare(anew=True, may_be_ahead=False)
    return beside


def _filling(ledger: CreditLedger, projection: ModuleType = trail) -> Filling:
    heads = ledger.event_log.heads()
    return Filling(dict(ledger.env), ledger.rules, projection.__name__, TRAIL_NEXT, NEXT, heads)


@pytest.fixture
def owner(owner_url: str) -> Iterator[Connection]:
    with Connection.connect(owner_url, autocommit=True) as connection:
        yield connection


def test_two_processes_give_the_rows_that_one_gives(
    ledger: CreditLedger, connection: Connection, owner: Connection, projected: Story
) -> None:
    # given new tables beside the live ones
    before, beside = dump(connection, trail), _prepared(ledger, owner)
    # when two processes fill them
    fill(_filling(ledger), 2, lambda: None)
    # then they come to the heads of the log, with the same rows
    assert positions_of(owner, TRAIL_NEXT) == ledger.event_log.heads()
    beside.finish()
    beside.switch(10)
    assert dump(connection, trail) == before
    assert projected


def test_what_a_helper_fails_on_is_left_to_who_started_it(
    ledger: CreditLedger, owner: Connection, projected: Story
) -> None:
    # given a handler that fails
    beside = _prepared(ledger, owner)
    # when helpers try
    fill(_filling(ledger, failing_projection), 2, lambda: None)
    # then nothing has moved, and the starter comes to the end alone
    assert set(positions_of(owner, TRAIL_NEXT).values()) == {0}
    beside.keep_up()
    assert positions_of(owner, TRAIL_NEXT) == ledger.event_log.heads()
    assert projected


def test_a_helper_whose_starter_is_gone_does_nothing_more(
    ledger: CreditLedger, owner: Connection, projected: Story
) -> None:
    _prepared(ledger, owner)
    help_out(_filling(ledger), starter=0)
    assert set(positions_of(owner, TRAIL_NEXT).values()) == {0}
    assert projected


def test_few_events_are_not_worth_a_helper_and_many_are_worth_one_a_core() -> None:
    assert helpers_worth(0) == helpers_worth(WORTH_EVENTS) == 1
    assert helpers_worth(WORTH_EVENTS * 10_000) == os.cpu_count()
