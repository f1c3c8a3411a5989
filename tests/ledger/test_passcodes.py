"""The passcode: kept as a sealed hash, limited in its tries, gone with its person."""

from functools import partial
from uuid import UUID

import pytest

from domain.event import Cause
from domain.passcode import PasscodeTries
from domain.rejections import Reason, Refused
from ledger.credit_ledger import Appended, CreditLedger, use_case
from ledger.gates.passcode import verify_passcode
from ledger.vault.passcodes import has_passcode, passcode_matches
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account, set_passcode
from tests.controls.moments import RULES, refused
from tests.controls.people import cause, registered_consumer
from tests.controls.races import at_full_width, race, refusals

PASSCODE, WRONG, OTHER = "雪梨pear27", "snow pear 28", "snow pear 29"


@pytest.fixture
def person(ledger: CreditLedger, clock: MovableClock) -> UUID:
    """Somebody with a passcode."""
    subject = registered_consumer(ledger, clock).subject
    set_passcode(ledger, cause(clock, f"person:{subject}"), subject, PASSCODE)
    return subject


@use_case
def step(ledger: CreditLedger, cause: Cause, subject: UUID, passcode: str) -> Appended:
    """A step that a passcode opens."""
    return ledger.commit(cause, verify_passcode(ledger, cause, subject, passcode, "step"))


def _tries(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> int:
    found = ledger.find(PasscodeTries, PasscodeTries.stream_for(subject, clock()))
    return found.version - 1 if found else 0


def test_only_the_person_s_own_passcode_matches(ledger: CreditLedger, person: UUID) -> None:
    assert passcode_matches(ledger, person, PASSCODE)
    assert not passcode_matches(ledger, person, WRONG)


def test_a_passcode_matches_however_a_keyboard_writes_it(ledger: CreditLedger, person: UUID) -> None:
    assert passcode_matches(ledger, person, "雪梨pear27")


def test_a_new_passcode_replaces_the_old_one(ledger: CreditLedger, clock: MovableClock, person: UUID) -> None:
    set_passcode(ledger, cause(clock, "person"), person, OTHER, PASSCODE)
    assert passcode_matches(ledger, person, OTHER)
    assert not passcode_matches(ledger, person, PASSCODE)


def test_whoever_has_a_passcode_changes_it_with_the_one_before_only(
    ledger: CreditLedger, clock: MovableClock, person: UUID
) -> None:
    for factor, reason in ((None, Reason.SECOND_FACTOR_MISSING), (WRONG, Reason.PASSCODE_WRONG)):
        with refused(reason):
            set_passcode(ledger, cause(clock, "person"), person, OTHER, factor)
    assert passcode_matches(ledger, person, PASSCODE)


def test_setting_a_passcode_may_be_repeated_by_its_command(
    ledger: CreditLedger, clock: MovableClock, person: UUID
) -> None:
    command = cause(clock, "person")
    first = set_passcode(ledger, command, person, OTHER, PASSCODE)
    assert set_passcode(ledger, command, person, OTHER, PASSCODE) == first


def test_a_passcode_whose_event_was_committed_is_kept_by_the_retry(
    ledger: CreditLedger, clock: MovableClock, person: UUID
) -> None:
    # given a process that died between the event and the hash
    command = cause(clock, "person")
    set_passcode(ledger, command, person, OTHER, PASSCODE)
    with ledger.pool.connection() as connection:
        connection.execute("DELETE FROM ops.passcodes WHERE subject_id = %s", (person,))
    # when the command comes again, then the passcode is there
    set_passcode(ledger, command, person, OTHER, PASSCODE)
    assert passcode_matches(ledger, person, OTHER)


def test_neither_the_log_nor_a_table_holds_the_passcode_or_a_bare_hash(
    ledger: CreditLedger, person: UUID
) -> None:
    with ledger.pool.connection() as connection:
        kept = str(connection.execute("SELECT p::text FROM ops.passcodes p").fetchall())
        logged = str(connection.execute("SELECT state FROM ledger.events").fetchall())
    assert str(person) in kept
    for secret in (PASSCODE, "argon2"):
        assert secret not in kept + logged


def test_somebody_without_a_passcode_is_told_so(ledger: CreditLedger, clock: MovableClock) -> None:
    subject = registered_consumer(ledger, clock).subject
    assert not has_passcode(ledger, subject)
    with refused(Reason.PASSCODE_MISSING):
        step(ledger, cause(clock, "person"), subject, PASSCODE)


def test_a_wrong_try_is_recorded_and_opens_nothing(
    ledger: CreditLedger, clock: MovableClock, person: UUID
) -> None:
    command = cause(clock, "person")
    for _ in range(2):  # also when the command comes again it is one try
        with refused(Reason.PASSCODE_WRONG):
            step(ledger, command, person, WRONG)
    assert _tries(ledger, clock, person) == 1
    assert ledger.find_appended(command.command_id) is None
    step(ledger, command, person, PASSCODE)


def test_of_many_tries_at_once_no_more_than_the_limit_learn_anything(
    ledger: CreditLedger, clock: MovableClock, person: UUID
) -> None:
    # given somebody who guesses from many threads
    at_full_width(ledger)
    guesses = [partial(step, ledger, cause(clock, "person"), person, WRONG) for _ in range(8)]
    # when all arrive at the same moment
    told = refusals(race(*guesses))
    # then five are told that they were wrong, and then there is a pause
    assert sorted(told) == ["passcode-locked"] * 3 + ["passcode-wrong"] * RULES.passcode_tries
    with refused(Reason.PASSCODE_LOCKED):
        step(ledger, cause(clock, "person"), person, PASSCODE)
    clock.advance(RULES.passcode_pause)
    step(ledger, cause(clock, "person"), person, PASSCODE)


def test_a_cancellation_takes_the_passcode_along(
    ledger: CreditLedger, clock: MovableClock, person: UUID
) -> None:
    cancel_account(ledger, cause(clock, "person"), person, PASSCODE)
    assert not has_passcode(ledger, person)
    with pytest.raises(Refused):
        set_passcode(ledger, cause(clock, "person"), person, OTHER)
    assert not has_passcode(ledger, person)
