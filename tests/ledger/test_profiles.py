"""Saving a page: one append, once, and never over what somebody else saved meanwhile."""

from functools import partial
from uuid import UUID, uuid4

import pytest

from domain.profile import Profile
from domain.rejections import Reason
from ledger.credit_ledger import NOTHING_APPENDED, Appended, CreditLedger
from ledger.use_cases.profiles import page_of, pages_of, save_page, saved_version
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.moments import refused
from tests.controls.people import ACCEPTED, cause, registered_consumer, registered_worker
from tests.controls.profiles import BASIC, EXAMPLES, SERVICES
from tests.controls.races import at_full_width, race, refusals

OLDER = SERVICES | {"years_of_experience": 8}


@pytest.fixture
def subject(ledger: CreditLedger, clock: MovableClock) -> UUID:
    return registered_worker(ledger, clock).subject


def test_a_page_reads_as_it_was_saved(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    # given a worker who has saved nothing
    assert {page.version for page in pages_of(ledger, subject).values()} == {0}
    # when a page is saved
    save_page(ledger, cause(clock, "person"), subject, "basic", BASIC, 0)
    # then it is there, and the others are as they were
    pages = pages_of(ledger, subject)
    assert (pages["basic"].version, pages["basic"].content, pages["basic"].missing) == (1, BASIC, ())
    assert (pages["services"].version, pages["services"].content) == (0, {})


def test_the_first_save_is_one_append_of_two_events_and_a_later_one_of_one(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    first = save_page(ledger, cause(clock, "person"), subject, "services", SERVICES, 0)
    second = save_page(ledger, cause(clock, "person"), subject, "services", OLDER, 1)
    assert (len(first.positions), len(second.positions)) == (2, 1)
    assert ledger.load(Profile, Profile.stream_for(subject)).version == 3


def test_the_same_content_again_appends_nothing(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    save_page(ledger, cause(clock, "person"), subject, "services", SERVICES, 0)
    again = save_page(ledger, cause(clock, "person"), subject, "services", SERVICES, 0)
    assert again == NOTHING_APPENDED
    assert saved_version(ledger, subject, "services", again) == 1


def test_a_retry_is_answered_with_its_own_version_even_after_a_later_save(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    # given a save whose answer was lost, and a later one from another device
    lost = cause(clock, "person")
    first = save_page(ledger, lost, subject, "services", SERVICES, 0)
    save_page(ledger, cause(clock, "person"), subject, "services", OLDER, 1)
    # when the lost one comes again
    again = save_page(ledger, lost, subject, "services", SERVICES, 0)
    # then it names the version that it made, and the later one stays
    assert again == first
    assert saved_version(ledger, subject, "services", again) == 1
    assert page_of(ledger, subject, "services").content == OLDER


def test_of_many_who_saw_the_same_version_one_saves(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    # given many devices that saw the empty page
    at_full_width(ledger)

    def save(years: int) -> Appended:
        sent = SERVICES | {"years_of_experience": years}
        return save_page(ledger, cause(clock, "person"), subject, "services", sent, 0)

    outcomes = race(*(partial(save, years) for years in range(8)))
    # then one of them is saved, and the others are told
    assert refusals(outcomes) == ["version-stale"] * 7
    assert page_of(ledger, subject, "services").version == 1


def test_pages_saved_at_the_same_time_do_not_hinder_each_other(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    at_full_width(ledger)
    commands = [cause(clock, "person") for _ in EXAMPLES]
    outcomes = race(
        *(
            partial(save_page, ledger, command, subject, page, sent, 0)
            for command, (page, sent) in zip(commands, EXAMPLES.items(), strict=True)
        )
    )
    assert refusals(outcomes) == []
    assert {page.version for page in pages_of(ledger, subject).values()} == {1}


@pytest.mark.parametrize("who", ["consumer", "nobody"])
def test_a_profile_belongs_to_a_worker(ledger: CreditLedger, clock: MovableClock, who: str) -> None:
    subject = registered_consumer(ledger, clock).subject if who == "consumer" else uuid4()
    with refused(Reason.WORKER_UNKNOWN):
        save_page(ledger, cause(clock, "person"), subject, "services", SERVICES, 0)


def test_nothing_of_a_profile_is_readable_or_saved_after_the_cancellation(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    # given a saved page of a worker who cancels
    save_page(ledger, cause(clock, "person"), subject, "basic", BASIC, 0)
    cancel_account(ledger, cause(clock, "person"), subject, ACCEPTED)
    # then it reads as empty, and no further one is taken
    assert page_of(ledger, subject, "basic").content == {}
    with refused(Reason.SUBJECT_ERASED):
        save_page(ledger, cause(clock, "person"), subject, "services", SERVICES, 0)
