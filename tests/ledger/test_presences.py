"""Proofs without a face: retries, and what a failed try leaves behind."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.account import Account
from domain.assurance import OFFICERS
from domain.attendance import Attendance
from domain.failed_lookups import FailedLookups
from domain.presence import PresenceProof
from domain.rejections import Reason
from domain.rules import Rules
from ledger.credit_ledger import CreditLedger
from ledger.gates.own_document import SeenDocument
from ledger.store.claims import ClaimChanges
from ledger.use_cases.attendances import check_in
from ledger.use_cases.presences import (
    PRESENCE_CODE,
    ask_for_officers,
    code_of,
    confirm_presence,
    prove_with_card,
)
from ledger.use_cases.verification import verify_identity_by_proof
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account, set_passcode
from tests.controls.moments import LI, ZHAO, refused
from tests.controls.people import ACCEPTED, CompleteWorker, Person, cause, complete_worker, new_person
from tests.controls.races import at_full_width, race, refusals

PASSCODE = "snow pear 27"
HOUR = timedelta(hours=1)
MADE_UP = "90517263"


@pytest.fixture
def worker(ledger: CreditLedger, clock: MovableClock) -> CompleteWorker:
    """A complete worker with a passcode."""
    made = complete_worker(ledger, clock)
    set_passcode(ledger, cause(clock, "person"), made.subject, PASSCODE, ACCEPTED)
    return made


def seen(person: Person) -> SeenDocument:
    return SeenDocument("resident_id", str(person.name), str(person.id_number), "北京市公安局", None)


def confirmed(ledger: CreditLedger, clock: MovableClock, who: CompleteWorker, step: str) -> UUID:
    """A proof that two officers confirmed, or one."""
    proof, code, _ = ask_for_officers(ledger, cause(clock, "person"), who.subject, step)
    for officer_id in (ZHAO, LI)[: proof.officers_needed]:
        confirm_presence(ledger, cause(clock, f"staff:{officer_id}"), officer_id, code, seen(who.person))
    return proof.id


def test_a_retry_of_a_proof_by_card_is_the_same_proof(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    command, card = cause(clock, "person"), worker.person.card()
    made = [prove_with_card(ledger, command, worker.subject, "check_in", card, PASSCODE) for _ in range(2)]
    assert made[0][0].id == made[1][0].id
    assert made[0][1] == made[1][1]


def test_a_retry_of_a_question_has_the_same_code(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    command = cause(clock, "person")
    first, again = (ask_for_officers(ledger, command, worker.subject, "check_in") for _ in range(2))
    assert (first[0].id, first[1]) == (again[0].id, again[1])


def test_a_wrong_passcode_uses_up_neither_the_card_nor_a_proof(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    card = worker.person.card()
    with refused(Reason.PASSCODE_WRONG):
        prove_with_card(ledger, cause(clock, "person"), worker.subject, "check_in", card, "wrong")
    prove_with_card(ledger, cause(clock, "person"), worker.subject, "check_in", card, PASSCODE)


def test_a_step_taken_with_a_proof_may_be_repeated_by_its_command(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given a proof
    proof_id, command = confirmed(ledger, clock, worker, "check_in"), cause(clock, "person")
    # when the step is taken twice by the same command
    taken = [check_in(ledger, command, worker.subject, proof_id) for _ in range(2)]
    # then it was taken once, and use and step are one append
    assert taken[0] == taken[1]
    assert ledger.load(PresenceProof, proof_id).is_used
    assert len(taken[0].positions) == 2


def test_a_step_that_is_refused_leaves_the_proof_unused(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    proof_id = confirmed(ledger, clock, worker, "identity")
    with refused(Reason.PRESENCE_PROOF_UNKNOWN):
        check_in(ledger, cause(clock, "person"), worker.subject, proof_id)
    verify_identity_by_proof(ledger, cause(clock, "person"), worker.subject, proof_id)


def test_a_check_in_says_how_the_worker_showed_it(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    proof_id = confirmed(ledger, clock, worker, "check_in")
    check_in(ledger, cause(clock, "person"), worker.subject, proof_id)
    *_, last = ledger.events.get(Attendance.stream_for(worker.subject, 2026))
    assert isinstance(last, Attendance.CheckedIn)
    assert (last.method, last.assurance, last.proof_id) == ("officers", "officer", proof_id)


def test_a_newer_card_brings_its_name_with_a_proof_of_identity_only(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given a card with another name
    card = replace(worker.person.card(), name="王敏")
    # then it is a stranger's for any other step
    with refused(Reason.IDENTITY_MISMATCH):
        prove_with_card(ledger, cause(clock, "person"), worker.subject, "check_in", card, PASSCODE)
    # and brings the name where the identity is verified anew
    prove_with_card(ledger, cause(clock, "person"), worker.subject, "identity", card, PASSCODE)
    assert ledger.load(Account, worker.subject).name == "王敏"


def test_a_code_that_somebody_else_shows_at_a_counter_is_not_given_out_again(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given eight digits that another person's request has already
    own, other = cause(clock, "person"), cause(clock, "person")
    proof = PresenceProof.ask(other, worker.subject, "check_in", OFFICERS, ledger.rules)
    code = code_of(ledger, own)
    claim = ledger.blind_index.claim(PRESENCE_CODE, code, proof.id, proof.expires_at)
    ledger.commit(other, proof, claims=ClaimChanges(take=(claim,)))
    # when a request draws the same ones, then it is refused until the first has expired
    with refused(Reason.PRESENCE_CODE_TAKEN):
        ask_for_officers(ledger, own, worker.subject, "check_in")
    clock.advance(ledger.rules.presence_request_ttl)
    asked, drawn, _ = ask_for_officers(ledger, replace(own, at=clock()), worker.subject, "check_in")
    assert drawn == code
    assert asked.id != proof.id


def test_nobody_is_confirmed_who_cancelled_meanwhile(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    _, code, _ = ask_for_officers(ledger, cause(clock, "person"), worker.subject, "check_in")
    cancel_account(ledger, cause(clock, "person"), worker.subject, ACCEPTED)
    with refused(Reason.SUBJECT_ERASED):
        confirm_presence(ledger, cause(clock, f"staff:{ZHAO}"), ZHAO, code, seen(worker.person))


def tries(ledger: CreditLedger, clock: MovableClock, officer_id: UUID) -> int:
    """How many codes an officer tried in vain this month, by the log."""
    log = ledger.find(FailedLookups, FailedLookups.stream_for(officer_id, cause(clock, "staff")))
    return log.count if log else 0


def try_code(ledger: CreditLedger, clock: MovableClock, officer_id: UUID, code: str, person: Person) -> None:
    confirm_presence(ledger, cause(clock, f"staff:{officer_id}"), officer_id, code, seen(person))


def test_a_code_that_nobody_waits_under_is_recorded_once_without_what_was_typed(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given an officer who types a code of nobody, whose request is sent twice
    command, person = cause(clock, f"staff:{ZHAO}"), new_person()
    for _ in range(2):
        with refused(Reason.PRESENCE_CODE_UNKNOWN):
            confirm_presence(ledger, command, ZHAO, MADE_UP, seen(person))
    # then that is on the officer's own trail, without code, name or number
    *_, last = ledger.events.get(FailedLookups.stream_for(ZHAO, command))
    assert tries(ledger, clock, ZHAO) == 1
    assert isinstance(last, FailedLookups.NobodyFound)
    assert (last.role, last.what, last.named_by) == ("officer", "presence", "presence_code")
    typed = (MADE_UP, str(person.name), str(person.id_number))
    assert not [text for text in typed if text in str(vars(last))]


def test_an_officer_who_tried_too_many_codes_waits_even_with_a_right_one(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    # given an officer who used up an hour's tries
    for _ in range(Rules().unknown_presence_codes_per_hour):
        with refused(Reason.PRESENCE_CODE_UNKNOWN):
            try_code(ledger, clock, ZHAO, MADE_UP, worker.person)
    # then a right code does not help, of which another officer takes no harm
    _, code, _ = ask_for_officers(ledger, cause(clock, "person"), worker.subject, "check_in")
    with refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS):
        try_code(ledger, clock, ZHAO, code, worker.person)
    try_code(ledger, clock, LI, code, worker.person)
    # and an hour later there are new tries
    clock.advance(HOUR)
    with refused(Reason.PRESENCE_CODE_UNKNOWN):
        try_code(ledger, clock, ZHAO, MADE_UP, worker.person)


def test_codes_tried_at_once_are_no_more_than_an_hour_allows(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given an officer who has four tries left
    limit, attempt = Rules().unknown_presence_codes_per_hour, partial(try_code, ledger, clock, ZHAO, MADE_UP)
    for _ in range(limit - 4):
        with refused(Reason.PRESENCE_CODE_UNKNOWN):
            attempt(new_person())
    # when eight are sent at the same moment
    at_full_width(ledger)
    outcomes = race(*[partial(attempt, new_person()) for _ in range(8)])
    # then four are told that there is no such code, and recorded
    assert sorted(refusals(outcomes)) == ["presence-code-unknown"] * 4 + ["presence-too-many-attempts"] * 4
    assert tries(ledger, clock, ZHAO) == limit
