"""Who looked at a person's data, as the person reads it."""

from dataclasses import replace

from psycopg import Connection

from domain.streams import partition_of
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.regulation import record_look
from projections import looks
from projections.catalogue import followers
from projections.follower import Follower
from projections.log_reader import LogReader
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.aggregates import AINONG_LISTED
from tests.controls.moments import DAY, INSTANT
from tests.controls.people import cause, registered_consumer
from tests.controls.tables import dump
from tests.projections.conftest import TRAIL_LOOK, Story

ALL_OF = 100


def test_each_look_says_for_whom_it_was_newest_first(
    connection: Connection, clock: MovableClock, projected: Story
) -> None:
    # given the looks at a worker: of a consumer, a regulator and an operator
    rows = looks.looks_at(connection, projected.worker.subject, clock(), None, ALL_OF)
    # then each has its kind, and the party where there is one
    assert [(row.kind, row.what, row.enterprise_name) for row in rows] == [
        ("enterprise", "employments", AINONG_LISTED.name),
        ("regulator", "trail", ""),
        ("consumer", "disclosure", ""),
    ]
    assert (rows[2].party_id, rows[2].disclosure_id) == (projected.consumer.subject, projected.disclosure)
    assert rows[2].scopes == ["tax"]
    assert {row.place.partition for row in rows} == {partition_of(projected.worker.subject)}


def test_looks_are_paged(connection: Connection, clock: MovableClock, projected: Story) -> None:
    subject = projected.worker.subject
    every = looks.looks_at(connection, subject, clock(), None, ALL_OF)
    paged: list[looks.LookRow] = []
    while page := looks.looks_at(
        connection, subject, clock(), (paged[-1].at, paged[-1].position) if paged else None, 1
    ):
        paged += page
    assert paged == every


def test_a_delayed_look_is_shown_from_its_instant_on(
    ledger: CreditLedger, connection: Connection, clock: MovableClock
) -> None:
    # given somebody at whom a regulator looked with delay
    subject = registered_consumer(ledger, clock).subject
    record_look(ledger, cause(clock, "staff"), subject, replace(TRAIL_LOOK, is_delayed=True))
    catch_up(followers(ledger))
    # then it is not told before
    shown_at = clock() + 90 * DAY
    assert looks.looks_at(connection, subject, shown_at - INSTANT, None, ALL_OF) == []
    assert len(looks.looks_at(connection, subject, shown_at, None, ALL_OF)) == 1


def test_no_look_is_kept_at_somebody_who_is_gone_whenever_it_came(
    ledger: CreditLedger, connection: Connection, clock: MovableClock
) -> None:
    # given looks before and after a cancellation, each handled as soon as it came
    subject = registered_consumer(ledger, clock).subject

    def count() -> int:
        catch_up(followers(ledger))
        return sum(str(subject) in row for row in dump(connection, looks)["looks"])

    record_look(ledger, cause(clock, "staff"), subject, TRAIL_LOOK)
    assert count() == 1
    cancel_account(ledger, cause(clock, "person"), subject)
    assert count() == 0
    record_look(ledger, cause(clock, "staff"), subject, TRAIL_LOOK)
    assert count() == 0
    # then none comes back when all is handled again
    catch_up([Follower(LogReader(ledger, None), "again", looks.handle)])
    assert count() == 0


def test_nothing_in_a_look_tells_which_member_of_staff_it_was(
    connection: Connection, projected: Story
) -> None:
    assert projected
    assert not any("staff:" in row for row in dump(connection, looks)["looks"])
