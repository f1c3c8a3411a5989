"""Another phone: the new number is taken and the old one given back in one append, whatever races."""

from dataclasses import replace
from functools import partial

import pytest

from domain.account import Account
from domain.identifiers import MobileNumber
from domain.rejections import Reason
from ledger.credit_ledger import Appended, CreditLedger
from ledger.use_cases import accounts
from ledger.use_cases.accounts import register
from tests.conftest import MovableClock
from tests.controls.accounts import change_phone
from tests.controls.moments import DAY, refused
from tests.controls.people import (
    Registered,
    cause,
    complete_worker,
    new_person,
    registered_consumer,
)
from tests.controls.races import at_full_width, race, refusals


def change(ledger: CreditLedger, clock: MovableClock, who: Registered, phone: MobileNumber) -> Appended:
    own = cause(clock, f"person:{who.subject}")
    return change_phone(ledger, own, who.subject, phone)


def owner_of(ledger: CreditLedger, phone: MobileNumber) -> object:
    with ledger.pool.connection() as connection:
        return ledger.blind_index.find_owner(connection, "phone", str(phone))


def test_the_new_number_leads_to_the_account_and_the_old_one_is_free(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given somebody with a phone
    who, new = registered_consumer(ledger, clock), new_person().phone
    # when they change it
    change(ledger, clock, who, new)
    # then the account has the new one, and somebody else can register with the old one
    assert ledger.load(Account, who.subject).phone == str(new)
    assert owner_of(ledger, new) == who.subject
    other = replace(new_person(), phone=who.person.phone)
    register(ledger, cause(clock, "public"), other.form("worker"))


def test_a_number_of_somebody_else_is_refused_and_nothing_changes(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    who, other = registered_consumer(ledger, clock), registered_consumer(ledger, clock)
    with refused(Reason.PHONE_TAKEN):
        change(ledger, clock, who, other.person.phone)
    assert owner_of(ledger, who.person.phone) == who.subject
    assert owner_of(ledger, other.person.phone) == other.subject


def test_a_change_may_be_repeated_by_its_command(ledger: CreditLedger, clock: MovableClock) -> None:
    who, new, command = registered_consumer(ledger, clock), new_person().phone, cause(clock, "person")
    first = change_phone(ledger, command, who.subject, new)
    assert change_phone(ledger, command, who.subject, new) == first


def test_of_many_who_change_to_one_number_at_once_one_gets_it(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given six people and one number
    people, new = [registered_consumer(ledger, clock) for _ in range(6)], new_person().phone
    at_full_width(ledger)
    # when all change to it at the same moment
    outcomes = race(*[partial(change, ledger, clock, who, new) for who in people])
    # then one has it, and the others keep theirs
    assert refusals(outcomes) == ["phone-taken"] * 5
    winner = owner_of(ledger, new)
    assert [owner_of(ledger, who.person.phone) for who in people if who.subject != winner] == [
        who.subject for who in people if who.subject != winner
    ]


def test_a_registration_and_a_change_that_race_for_a_number_are_told_apart(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    who, stranger = registered_consumer(ledger, clock), new_person()
    at_full_width(ledger)
    outcomes = race(
        partial(change, ledger, clock, who, stranger.phone),
        partial(register, ledger, cause(clock, "public"), stranger.form("worker")),
    )
    assert refusals(outcomes) == ["phone-taken"]


def test_without_the_old_phone_the_identity_must_have_been_verified_just_now(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a worker whose identity a kiosk has just verified, and others
    fresh, consumer = complete_worker(ledger, clock), registered_consumer(ledger, clock)
    new = new_person().phone
    # then the worker needs no old phone
    own = cause(clock, f"person:{fresh.subject}")
    accounts.change_phone(ledger, own, fresh.subject, new, old_phone=None)
    assert ledger.load(Account, fresh.subject).phone == str(new)
    # and a day later, or without any verification, it is needed
    clock.advance(DAY)
    for subject in (fresh.subject, consumer.subject):
        with refused(Reason.IDENTITY_NOT_RECENT):
            accounts.change_phone(ledger, cause(clock, "person"), subject, new_person().phone, old_phone=None)


@pytest.mark.parametrize("table", ["ledger.events", "ledger.claims"])
def test_neither_number_stands_in_plain_text(ledger: CreditLedger, clock: MovableClock, table: str) -> None:
    who, new = registered_consumer(ledger, clock), new_person().phone
    change(ledger, clock, who, new)
    with ledger.pool.connection() as connection:
        rows = str(connection.execute(f"SELECT t FROM {table} t").fetchall())  # noqa: S608 - a table of ours
    for phone in (new, who.person.phone):
        assert phone.national not in rows
        assert phone.national.encode().hex() not in rows
