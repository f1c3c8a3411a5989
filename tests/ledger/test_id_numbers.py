"""Nobody can squat an ID number: until a card is read a claim on it lapses, and yields to the card."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.account import Account
from domain.rejections import Reason, Refused
from ledger.credit_ledger import Appended, CreditLedger
from ledger.use_cases.accounts import register
from ledger.use_cases.employments import choose_enterprises
from ledger.use_cases.regulation import find_subject
from ledger.use_cases.verification import verify_identity
from ledger.vault.face_templates import has_template
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.meanwhile import before_the_first
from tests.controls.moments import INSTANT, RULES, refused
from tests.controls.people import (
    ACCEPTED,
    REJECTED,
    TEMPLATE,
    Person,
    cause,
    complete_worker,
    consented,
    listed_enterprise,
    new_person,
)
from tests.controls.races import at_full_width, race, refusals

A_WEEK = RULES.provisional_claim_ttl
ROUNDS = range(5)


def with_number_of(person: Person) -> Person:
    """The same name and number on another phone: the person again, or somebody who squats."""
    return replace(person, phone=new_person().phone)


def registered(ledger: CreditLedger, clock: MovableClock, person: Person, *, contests: bool = False) -> UUID:
    """A worker who has chosen an enterprise, so that the card is next."""
    form = replace(person.form("worker"), contests=contests)
    subject, _ = register(ledger, cause(clock, "public"), form)
    consented(ledger, clock, subject)
    enterprise = listed_enterprise(ledger, clock)
    choose_enterprises(ledger, cause(clock, f"person:{subject}"), subject, [enterprise])
    return subject


def prove(ledger: CreditLedger, clock: MovableClock, subject: UUID, person: Person) -> Appended:
    own = cause(clock, f"person:{subject}")
    return verify_identity(ledger, own, subject, person.card(), ACCEPTED, TEMPLATE)


def state(ledger: CreditLedger, subject: UUID) -> str:
    return ledger.load(Account, subject).id_number_state


def losses(ledger: CreditLedger, subject: UUID) -> list[str]:
    events = ledger.events.get(subject)
    return [event.because for event in events if isinstance(event, Account.IdNumberLost)]


def test_a_claim_holds_for_a_week_and_then_goes_to_the_next_who_registers(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a number that somebody registered and did not prove
    person = new_person()
    first = registered(ledger, clock, person)
    # when somebody else registers it within the week, then it is taken
    clock.advance(A_WEEK - INSTANT)
    with refused(Reason.ID_NUMBER_TAKEN):
        registered(ledger, clock, with_number_of(person))
    # and after it, the older account loses it
    clock.advance(INSTANT)
    second = registered(ledger, clock, with_number_of(person))
    assert (state(ledger, first), state(ledger, second)) == ("lost", "provisional")
    assert losses(ledger, first) == ["lapsed"]
    assert find_subject(ledger, str(person.id_number)) == second


def test_a_lapsed_claim_that_nobody_took_can_still_be_proven(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    person = new_person()
    subject = registered(ledger, clock, person)
    clock.advance(10 * A_WEEK)
    prove(ledger, clock, subject, person)
    assert state(ledger, subject) == "proven"


def test_a_proven_number_never_lapses(ledger: CreditLedger, clock: MovableClock) -> None:
    worker = complete_worker(ledger, clock)
    clock.advance(100 * A_WEEK)
    for contests in (False, True):
        with refused(Reason.ID_NUMBER_TAKEN):
            registered(ledger, clock, with_number_of(worker.person), contests=contests)
    assert state(ledger, worker.subject) == "proven"


def test_who_reads_the_card_wins_the_number_from_who_squats_it(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a squatter, and the person, who contests the number
    person = new_person()
    squatter = registered(ledger, clock, with_number_of(person))
    owner = registered(ledger, clock, person, contests=True)
    assert losses(ledger, owner) == ["held_by_another"]
    assert find_subject(ledger, str(person.id_number)) == squatter
    # when the person reads the card, within the squatter's week
    prove(ledger, clock, owner, person)
    # then the number is theirs for good, and the squatter's account says so
    assert (state(ledger, squatter), state(ledger, owner)) == ("lost", "proven")
    assert losses(ledger, squatter) == ["proven_by_another"]
    assert find_subject(ledger, str(person.id_number)) == owner
    clock.advance(10 * A_WEEK)
    with refused(Reason.ID_NUMBER_TAKEN):
        registered(ledger, clock, with_number_of(person), contests=True)


def test_the_older_account_wins_its_number_back_with_the_card(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    person = new_person()
    older = registered(ledger, clock, person)
    clock.advance(A_WEEK)
    younger = registered(ledger, clock, with_number_of(person))
    prove(ledger, clock, older, person)
    assert (state(ledger, older), state(ledger, younger)) == ("proven", "lost")


def test_a_number_is_proven_by_one_account_only(ledger: CreditLedger, clock: MovableClock) -> None:
    # given two accounts of one number, of which one was proven
    person = new_person()
    first = registered(ledger, clock, person)
    second = registered(ledger, clock, with_number_of(person), contests=True)
    prove(ledger, clock, first, person)
    # when the other one reads the card, too
    with refused(Reason.ID_NUMBER_TAKEN):
        prove(ledger, clock, second, person)
    assert (state(ledger, first), state(ledger, second)) == ("proven", "lost")


def test_a_face_that_does_not_match_takes_nothing_from_anybody(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    person = new_person()
    squatter = registered(ledger, clock, with_number_of(person))
    owner = registered(ledger, clock, person, contests=True)
    with refused(Reason.FACE_NOT_MATCHED):
        verify_identity(ledger, cause(clock, "person"), owner, person.card(), REJECTED, TEMPLATE)
    assert find_subject(ledger, str(person.id_number)) == squatter
    assert losses(ledger, squatter) == []


def test_a_verification_may_be_repeated_by_its_command(ledger: CreditLedger, clock: MovableClock) -> None:
    person = new_person()
    squatter = registered(ledger, clock, with_number_of(person))
    owner = registered(ledger, clock, person, contests=True)
    command = cause(clock, f"person:{owner}")
    evidence = (person.card(), ACCEPTED, TEMPLATE)
    first = verify_identity(ledger, command, owner, *evidence)
    again = verify_identity(ledger, command, owner, *evidence)
    assert set(again.positions) == set(first.positions)
    assert losses(ledger, squatter) == ["proven_by_another"]


def test_a_contested_number_that_turns_out_free_can_be_proven(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a squatter who cancels after the person has contested the number
    person = new_person()
    squatter = registered(ledger, clock, with_number_of(person))
    owner = registered(ledger, clock, person, contests=True)
    cancel_account(ledger, cause(clock, "person"), squatter)
    # then the card takes it
    prove(ledger, clock, owner, person)
    assert find_subject(ledger, str(person.id_number)) == owner


def test_contesting_a_number_that_nobody_holds_is_registering_it(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    person = new_person()
    subject = registered(ledger, clock, person, contests=True)
    assert state(ledger, subject) == "provisional"
    assert find_subject(ledger, str(person.id_number)) == subject


def test_no_face_is_kept_of_who_proves_a_number_that_another_has_proven_meanwhile(
    ledger: CreditLedger, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given two accounts of one number
    person = new_person()
    first = registered(ledger, clock, person)
    second = registered(ledger, clock, with_number_of(person), contests=True)
    # when one reads the card while the other one has done so and is about to append
    before_the_first(monkeypatch, ledger, "commit", lambda: prove(ledger, clock, second, person))
    with refused(Reason.ID_NUMBER_TAKEN):
        prove(ledger, clock, first, person)
    # then only the face of who was verified is kept
    assert (has_template(ledger, first), has_template(ledger, second)) == (False, True)


@pytest.mark.parametrize("is_lapsed", [False, True], ids=["free", "lapsed"])
def test_of_two_who_contest_a_number_at_once_one_goes_on_without_it(
    ledger: CreditLedger, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, *, is_lapsed: bool
) -> None:
    # given a number that nobody holds, or by a claim that has lapsed
    person = new_person()
    if is_lapsed:
        registered(ledger, clock, person)
        clock.advance(A_WEEK)
    one, other = (replace(with_number_of(person).form("worker"), contests=True) for _ in range(2))
    # when two register and contest it at once
    first: list[UUID] = []
    before_the_first(
        monkeypatch,
        ledger,
        "commit",
        lambda: first.append(register(ledger, cause(clock, "public"), one)[0]),
    )
    second, _ = register(ledger, cause(clock, "public"), other)
    # then one has it for some days, and the other one until the card is read not
    assert (state(ledger, first[0]), state(ledger, second)) == ("provisional", "lost")
    assert losses(ledger, second) == ["held_by_another"]


def test_who_contests_a_number_that_is_proven_meanwhile_is_refused(
    ledger: CreditLedger, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a number whose claim has lapsed
    person = new_person()
    older = registered(ledger, clock, person)
    clock.advance(A_WEEK)
    form = replace(with_number_of(person).form("worker"), contests=True)
    # when its owner reads the card while somebody else contests it
    before_the_first(monkeypatch, ledger, "commit", lambda: prove(ledger, clock, older, person))
    with refused(Reason.ID_NUMBER_TAKEN):
        register(ledger, cause(clock, "public"), form)
    # then it is the owner's
    assert find_subject(ledger, str(person.id_number)) == older


def test_nothing_follows_the_erasure_of_a_holder_who_cancels_while_the_number_is_taken_over(
    ledger: CreditLedger, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a claim that has lapsed
    person = new_person()
    older = registered(ledger, clock, person)
    clock.advance(A_WEEK)
    # when its holder cancels after a registration has found the claim, and before it loads the account
    before_the_first(
        monkeypatch, ledger, "load", lambda: cancel_account(ledger, cause(clock, "person"), older)
    )
    form = with_number_of(person).form("worker")
    younger, _ = register(ledger, cause(clock, "public"), form)
    # then the number was free, and the erasure is the last of the older account
    assert find_subject(ledger, str(person.id_number)) == younger
    assert losses(ledger, older) == []


@pytest.mark.parametrize("number", ROUNDS)
def test_of_two_who_prove_at_once_one_is_refused(
    ledger: CreditLedger, clock: MovableClock, number: int
) -> None:
    # given two accounts of one number
    person = new_person()
    first = registered(ledger, clock, person)
    second = registered(ledger, clock, with_number_of(person), contests=True)
    at_full_width(ledger)
    # when both read the card at the same moment
    pair = (first, second)[:: 1 if number % 2 else -1]
    outcomes = race(*[partial(prove, ledger, clock, subject, person) for subject in pair])
    # then one has it for good, and the other one knows
    assert refusals(outcomes) == ["id-number-taken"]
    assert {state(ledger, first), state(ledger, second)} == {"lost", "proven"}
    winner = find_subject(ledger, str(person.id_number))
    assert winner is not None
    assert state(ledger, winner) == "proven"


@pytest.mark.parametrize("number", ROUNDS)
def test_a_card_and_a_registration_that_race_leave_the_number_with_the_card(
    ledger: CreditLedger, clock: MovableClock, number: int
) -> None:
    # given an account whose claim has lapsed
    person = new_person()
    older = registered(ledger, clock, person)
    clock.advance(A_WEEK + timedelta(seconds=number))
    at_full_width(ledger)
    # when its owner reads the card while somebody else registers the number
    form = with_number_of(person).form("worker")
    outcomes: list[object] = race(
        partial(prove, ledger, clock, older, person),
        partial(register, ledger, cause(clock, "public"), form),
    )
    # then the card wins, whichever came first
    assert not isinstance(outcomes[0], Refused)
    assert state(ledger, older) == "proven"
    assert find_subject(ledger, str(person.id_number)) == older


def test_of_many_who_register_a_lapsed_number_at_once_one_gets_it(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    person = new_person()
    older = registered(ledger, clock, person)
    clock.advance(A_WEEK)
    at_full_width(ledger)
    forms = [with_number_of(person).form("worker") for _ in range(6)]
    outcomes = race(*[partial(register, ledger, cause(clock, "public"), form) for form in forms])
    assert refusals(outcomes) == ["id-number-taken"] * 5
    assert losses(ledger, older) == ["lapsed"]


def test_a_claim_that_was_rewritten_in_the_database_leads_to_nobody(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given two workers with proven numbers, and the claim of one that names the other by now
    one, other = complete_worker(ledger, clock), complete_worker(ledger, clock)
    number = str(one.person.id_number)
    assert find_subject(ledger, number) == one.subject
    with ledger.pool.connection() as connection:
        swapped = "UPDATE ledger.claims SET owner = %s WHERE kind = 'id_number' AND owner = %s"
        connection.execute(swapped, (other.subject, one.subject))
    # when somebody looks for the number, then nobody is found under it, above all not the other one
    assert find_subject(ledger, number) is None
