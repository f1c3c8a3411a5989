"""Which enterprises a worker belongs to, and the public list that they are chosen from."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.enterprise import Enterprise
from domain.rejections import Reason
from domain.worker import Worker
from ledger.credit_ledger import NOTHING_APPENDED, CreditLedger
from ledger.use_cases.employments import (
    choose_enterprises,
    confirm_employment,
    end_employment,
    refuse_employment,
)
from ledger.use_cases.enterprises import (
    add_entry,
    entry_of_command,
    lift_entry,
    list_enterprises,
)
from tests.conftest import MovableClock
from tests.controls.aggregates import AINONG_LISTED, LIFTED, PRAISED
from tests.controls.moments import AINONG, refused
from tests.controls.people import cause, listed_enterprise, registered_worker
from tests.controls.races import at_full_width, race, refusals


@pytest.fixture
def subject(ledger: CreditLedger, clock: MovableClock) -> UUID:
    return registered_worker(ledger, clock).subject


def _employments(ledger: CreditLedger, subject: UUID) -> dict[UUID, str]:
    return ledger.load(Worker, Worker.stream_for(subject)).employments


def test_several_enterprises_are_chosen_together_or_not_at_all(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    one, two = listed_enterprise(ledger, clock), listed_enterprise(ledger, clock)
    with refused(Reason.ENTERPRISE_UNKNOWN):
        choose_enterprises(ledger, cause(clock, "person"), subject, [one, uuid4()])
    assert _employments(ledger, subject) == {}
    choose_enterprises(ledger, cause(clock, "person"), subject, [one, two])
    assert _employments(ledger, subject) == {one: "chosen", two: "chosen"}


def test_a_choice_is_confirmed_refused_or_ended_and_each_command_may_come_twice(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    # given a worker who chose two enterprises
    one, two = listed_enterprise(ledger, clock), listed_enterprise(ledger, clock)
    choose_enterprises(ledger, cause(clock, "person"), subject, [one, two])
    # when one says yes and ends it later, and the other says no
    for act, enterprise in ((confirm_employment, one), (refuse_employment, two)):
        command = cause(clock, "staff:operator")
        assert act(ledger, command, subject, enterprise) == act(ledger, command, subject, enterprise)
    ending = cause(clock, "staff:operator")
    first = end_employment(ledger, ending, subject, one, "enterprise")
    assert end_employment(ledger, ending, subject, one, "enterprise") == first
    # then the worker's stream has each once
    assert _employments(ledger, subject) == {one: "ended", two: "refused"}
    assert ledger.load(Worker, Worker.stream_for(subject)).version == 6


def test_an_enterprise_that_was_not_chosen_confirms_nobody(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    enterprise = listed_enterprise(ledger, clock)
    for act in (confirm_employment, refuse_employment):
        with refused(Reason.EMPLOYMENT_NOT_CHOSEN):
            act(ledger, cause(clock, "staff:operator"), subject, enterprise)
    with refused(Reason.EMPLOYMENT_NOT_OPEN):
        end_employment(ledger, cause(clock, "person"), subject, enterprise, "worker")
    with refused(Reason.WORKER_UNKNOWN):
        confirm_employment(ledger, cause(clock, "staff:operator"), uuid4(), enterprise)


def test_of_a_racing_yes_and_no_one_holds(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    # given a choice
    enterprise = listed_enterprise(ledger, clock)
    choose_enterprises(ledger, cause(clock, "person"), subject, [enterprise])
    # when two operators answer at the same moment
    at_full_width(ledger)
    outcomes = race(
        lambda: confirm_employment(ledger, cause(clock, "staff:a"), subject, enterprise),
        lambda: refuse_employment(ledger, cause(clock, "staff:b"), subject, enterprise),
    )
    # then the later one is told that it was answered
    assert refusals(outcomes) == ["employment-not-chosen"]


def test_concurrent_choices_all_count(ledger: CreditLedger, clock: MovableClock, subject: UUID) -> None:
    enterprises = [listed_enterprise(ledger, clock) for _ in range(4)]
    race(*[lambda e=e: choose_enterprises(ledger, cause(clock, "person"), subject, [e]) for e in enterprises])
    assert _employments(ledger, subject) == dict.fromkeys(enterprises, "chosen")


def test_an_import_lists_revises_and_leaves_alone(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a listed enterprise
    list_enterprises(ledger, cause(clock, "staff:editor"), [AINONG_LISTED])
    # when the same list comes again, then nothing happens
    again = list_enterprises(ledger, cause(clock, "staff:editor"), [AINONG_LISTED])
    assert again == NOTHING_APPENDED
    # when a field differs, then that is taken over
    suspended = replace(AINONG_LISTED, status="suspended")
    list_enterprises(ledger, cause(clock, "staff:editor"), [suspended])
    assert ledger.load(Enterprise, AINONG).details == suspended


def test_an_enterprise_that_was_struck_off_is_not_chosen(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    list_enterprises(ledger, cause(clock, "staff:editor"), [replace(AINONG_LISTED, status="struck_off")])
    with refused(Reason.ENTERPRISE_STRUCK_OFF):
        choose_enterprises(ledger, cause(clock, "person"), subject, [AINONG])
    assert _employments(ledger, subject) == {}


def test_an_enterprise_that_was_struck_off_since_confirms_nobody(
    ledger: CreditLedger, clock: MovableClock, subject: UUID
) -> None:
    # given a worker who chose an enterprise that was struck off afterwards
    list_enterprises(ledger, cause(clock, "staff:editor"), [AINONG_LISTED])
    choose_enterprises(ledger, cause(clock, "person"), subject, [AINONG])
    list_enterprises(ledger, cause(clock, "staff:editor"), [replace(AINONG_LISTED, status="struck_off")])
    # when an operator who is still there confirms, then it is refused
    with refused(Reason.ENTERPRISE_STRUCK_OFF):
        confirm_employment(ledger, cause(clock, "staff:operator"), subject, AINONG)
    assert _employments(ledger, subject) == {AINONG: "chosen"}


def test_a_repeated_entry_and_its_lift_are_recorded_once(ledger: CreditLedger, clock: MovableClock) -> None:
    # given an entry whose command comes twice
    list_enterprises(ledger, cause(clock, "staff:editor"), [AINONG_LISTED])
    adding, lifting = cause(clock, "staff:editor"), cause(clock, "staff:editor")
    first = add_entry(ledger, adding, AINONG, "penalty", PRAISED)
    assert add_entry(ledger, adding, AINONG, "penalty", PRAISED) == first
    # when it is lifted twice by one command
    entry = entry_of_command(adding.command_id)
    once = lift_entry(ledger, lifting, AINONG, entry, LIFTED)
    # then each stands once in the stream
    assert lift_entry(ledger, lifting, AINONG, entry, LIFTED) == once
    assert ledger.load(Enterprise, AINONG).version == 3


def test_nobody_decides_about_an_enterprise_that_is_not_listed(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    with refused(Reason.ENTERPRISE_UNKNOWN):
        add_entry(ledger, cause(clock, "staff:editor"), uuid4(), "penalty", PRAISED)
    with refused(Reason.ENTERPRISE_UNKNOWN):
        lift_entry(ledger, cause(clock, "staff:editor"), uuid4(), uuid4(), LIFTED)
