"""Borrowed devices: a code that works once, whoever comes first, and leaves nothing."""

from dataclasses import replace
from functools import partial

import pytest

from domain.handover import Handover
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.housekeeping import tidy
from ledger.use_cases.handovers import end_handover, open_handover, redeem, running_handover
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.moments import INSTANT, MINUTE, refused
from tests.controls.people import ACCEPTED, Registered, cause, registered_worker
from tests.controls.races import at_full_width, race, refusals


@pytest.fixture
def worker(ledger: CreditLedger, clock: MovableClock) -> Registered:
    return registered_worker(ledger, clock)


def codes_kept(ledger: CreditLedger) -> int:
    with ledger.pool.connection() as connection:
        row = connection.execute("SELECT count(*) FROM ledger.claims WHERE kind = 'handover_code'").fetchone()
    return int(row[0]) if row else 0


def test_a_retry_of_the_command_gives_the_same_code(
    ledger: CreditLedger, clock: MovableClock, worker: Registered
) -> None:
    command = cause(clock, "person")
    first = open_handover(ledger, command, worker.subject)
    clock.advance(MINUTE)
    again = open_handover(ledger, replace(command, at=clock()), worker.subject)
    assert (first[0], first[2]) == (again[0], again[2])
    assert first[1].expires_at == again[1].expires_at
    assert len(first[0]) == 8


def test_a_code_is_typed_as_people_type(
    ledger: CreditLedger, clock: MovableClock, worker: Registered
) -> None:
    code, handover, _ = open_handover(ledger, cause(clock, "person"), worker.subject)
    typed = f" {code[:4].lower()}-{code[4:]} ".replace("0", "o").replace("1", "l")
    redeemed, appended = redeem(ledger, cause(clock, "public"), typed)
    assert redeemed.id == handover.id == ledger.load_changed(Handover, appended).id


def test_of_many_who_use_a_code_at_once_one_gets_in(
    ledger: CreditLedger, clock: MovableClock, worker: Registered
) -> None:
    code, _, _ = open_handover(ledger, cause(clock, "person"), worker.subject)
    ledger = at_full_width(ledger)
    outcomes = race(*[partial(redeem, ledger, cause(clock, "public"), code) for _ in range(6)])
    assert refusals(outcomes) == ["handover-code-wrong"] * 5
    assert codes_kept(ledger) == 0


@pytest.mark.parametrize("code", ["", "ZZZZZZZZ", "家政"])
def test_a_code_of_nobody_costs_nothing(ledger: CreditLedger, clock: MovableClock, code: str) -> None:
    before = ledger.event_log.heads()
    with refused(Reason.HANDOVER_CODE_WRONG):
        redeem(ledger, cause(clock, "public"), code)
    assert ledger.event_log.heads() == before


def test_a_code_that_nobody_used_is_thrown_away(
    ledger: CreditLedger, clock: MovableClock, worker: Registered
) -> None:
    code, handover, _ = open_handover(ledger, cause(clock, "person"), worker.subject)
    clock.now = handover.expires_at + INSTANT
    with refused(Reason.HANDOVER_CODE_WRONG):
        redeem(ledger, cause(clock, "public"), code)
    clock.advance(2 * MINUTE)
    tidy(ledger.pool, clock())
    assert codes_kept(ledger) == 0


def test_an_end_is_recorded_once(ledger: CreditLedger, clock: MovableClock, worker: Registered) -> None:
    code, handover, _ = open_handover(ledger, cause(clock, "person"), worker.subject)
    redeem(ledger, cause(clock, "public"), code)
    running_handover(ledger, clock(), handover.id)
    command = cause(clock, "person")
    ended = end_handover(ledger, command, handover.id, "signed_out")
    assert end_handover(ledger, command, handover.id, "signed_out") == ended
    with refused(Reason.TOKEN_INVALID):
        running_handover(ledger, clock(), handover.id)


def test_nobody_takes_over_for_somebody_who_was_erased(
    ledger: CreditLedger, clock: MovableClock, worker: Registered
) -> None:
    code, _, _ = open_handover(ledger, cause(clock, "person"), worker.subject)
    cancel_account(ledger, cause(clock, "person"), worker.subject, ACCEPTED)
    with refused(Reason.SUBJECT_ERASED):
        redeem(ledger, cause(clock, "public"), code)


def test_the_code_is_nowhere_in_the_log(
    ledger: CreditLedger, clock: MovableClock, worker: Registered
) -> None:
    code, handover, _ = open_handover(ledger, cause(clock, "person"), worker.subject)
    redeem(ledger, cause(clock, "public"), code)
    states = [event.state for event in ledger.event_log.select_events(handover.id)]
    assert len(states) == 2
    assert not any(code.encode() in state for state in states)
    assert isinstance(ledger.load(Handover, handover.id), Handover)
