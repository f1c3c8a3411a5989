"""What editors publish, revise and withdraw, on a real Postgres."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.announcement import Announcement
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.announcements import (
    publish_announcement,
    revise_announcement,
    withdraw_announcement,
)
from tests.conftest import MovableClock
from tests.controls.aggregates import CHECK_IN_NOTICE
from tests.controls.moments import refused
from tests.controls.people import cause

REVISED = replace(CHECK_IN_NOTICE, title="签到办法")


@pytest.fixture
def notice(ledger: CreditLedger, clock: MovableClock) -> UUID:
    published, _ = publish_announcement(ledger, cause(clock, "staff:editor"), CHECK_IN_NOTICE)
    return published


def test_a_publication_that_comes_again_is_the_same_one(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a publication whose answer was lost
    command = cause(clock, "staff:editor")
    first = publish_announcement(ledger, command, CHECK_IN_NOTICE)
    heads = ledger.event_log.heads()
    # when it comes again, then it is the same announcement at the same place
    assert publish_announcement(ledger, command, CHECK_IN_NOTICE) == first
    assert ledger.event_log.heads() == heads


def test_a_revision_that_comes_again_is_no_stale_one(
    ledger: CreditLedger, clock: MovableClock, notice: UUID
) -> None:
    # given a revision of the first version, whose answer was lost
    command = cause(clock, "staff:editor")
    first = revise_announcement(ledger, command, notice, REVISED, 1)
    # when it comes again, then it was carried out, although there is a second version now
    assert revise_announcement(ledger, command, notice, REVISED, 1) == first
    loaded = ledger.load(Announcement, notice)
    assert (loaded.content, loaded.version) == (REVISED, 2)


def test_of_two_revisions_of_one_version_the_second_is_refused(
    ledger: CreditLedger, clock: MovableClock, notice: UUID
) -> None:
    revise_announcement(ledger, cause(clock, "staff:editor"), notice, REVISED, 1)
    with refused(Reason.VERSION_STALE):
        revise_announcement(
            ledger, cause(clock, "staff:other"), notice, replace(CHECK_IN_NOTICE, body="另"), 1
        )
    assert ledger.load(Announcement, notice).content == REVISED


def test_a_revision_that_changes_nothing_appends_nothing(
    ledger: CreditLedger, clock: MovableClock, notice: UUID
) -> None:
    same = revise_announcement(ledger, cause(clock, "staff:editor"), notice, CHECK_IN_NOTICE, 1)
    assert same.positions == ()


def test_a_withdrawal_that_comes_again_is_the_same_one(
    ledger: CreditLedger, clock: MovableClock, notice: UUID
) -> None:
    command = cause(clock, "staff:editor")
    first = withdraw_announcement(ledger, command, notice)
    assert withdraw_announcement(ledger, command, notice) == first
    with refused(Reason.ANNOUNCEMENT_WITHDRAWN):
        withdraw_announcement(ledger, cause(clock, "staff:editor"), notice)


def test_what_is_no_announcement_is_neither_revised_nor_withdrawn(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    with refused(Reason.NOT_FOUND):
        revise_announcement(ledger, cause(clock, "staff:editor"), uuid4(), REVISED, 1)
    with refused(Reason.NOT_FOUND):
        withdraw_announcement(ledger, cause(clock, "staff:editor"), uuid4())
