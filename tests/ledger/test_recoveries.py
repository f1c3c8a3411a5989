"""The way back to an account: the new phone, and the end of everything on the old one, in one append."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

import pytest

from domain.account import Account
from domain.event import Cause
from domain.failed_lookups import FailedLookups
from domain.handover import Handover
from domain.identifiers import MobileNumber
from domain.recovery import Recovery
from domain.rejections import Reason, Refused
from ledger.credit_ledger import Appended, CreditLedger
from ledger.gates.own_document import SeenDocument
from ledger.use_cases.accounts import register
from ledger.use_cases.handovers import open_handover, redeem, running_handover
from ledger.use_cases.presences import confirm_presence
from ledger.use_cases.recoveries import (
    open_recovery,
    person_on_card,
    recover_with_face,
    recover_with_officers,
    recovery_of,
    ticket_of,
)
from ledger.use_cases.signing_in import account_of_ticket, issue_ticket
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account, change_phone, set_passcode
from tests.controls.meanwhile import before_the_first
from tests.controls.moments import DAY, LI, MINUTE, ZHAO, refused
from tests.controls.people import (
    ACCEPTED,
    REJECTED,
    CompleteWorker,
    Person,
    Registered,
    cause,
    complete_worker,
    consented,
    new_person,
    registered_consumer,
)
from tests.controls.races import at_full_width, race, refusals

ELEVEN_MINUTES = 11 * MINUTE


@dataclass(frozen=True)
class Lost:
    """Somebody whose phone is lost, at the counter with a new one."""

    ledger: CreditLedger
    clock: MovableClock
    recovery: Recovery
    code: str
    phone: MobileNumber

    def confirm(self, officer_id: UUID, person: Person) -> None:
        seen = SeenDocument("resident_id", str(person.name), str(person.id_number), "北京市公安局", None)
        confirm_presence(self.ledger, cause(self.clock, f"staff:{officer_id}"), officer_id, self.code, seen)

    def confirmed(self, person: Person) -> "Lost":
        for officer_id in (ZHAO, LI):
            self.confirm(officer_id, person)
        return self

    def by_officers(self) -> Appended:
        return recover_with_officers(self.ledger, cause(self.clock, "public"), self.recovery.id, self.phone)


@pytest.fixture
def lost(ledger: CreditLedger, clock: MovableClock) -> Lost:
    return opened(ledger, clock)


@pytest.fixture
def worker(ledger: CreditLedger, clock: MovableClock) -> CompleteWorker:
    return complete_worker(ledger, clock)


def opened(ledger: CreditLedger, clock: MovableClock, phone: MobileNumber | None = None) -> Lost:
    recovery, code, _ = open_recovery(ledger, cause(clock, "public"))
    return Lost(ledger, clock, recovery, code, phone or new_person().phone)


def owner_of(ledger: CreditLedger, phone: MobileNumber) -> UUID | None:
    with ledger.pool.connection() as connection:
        return ledger.blind_index.find_owner(connection, "phone", str(phone))


def with_face(lost: Lost, worker: Registered, evidence: object = ACCEPTED) -> Appended:
    card, command = worker.person.card(), cause(lost.clock, "public")
    subject = person_on_card(lost.ledger, command, lost.recovery.id, card)
    assert subject == worker.subject
    return recover_with_face(
        lost.ledger,
        command,
        lost.recovery.id,
        lost.phone,
        subject,
        card,
        evidence,  # type: ignore[arg-type] # evidence
    )


def test_two_officers_give_the_account_the_new_phone_and_free_the_old_one(
    lost: Lost, worker: CompleteWorker
) -> None:
    lost.confirmed(worker.person).by_officers()
    # then the account has the new number, and somebody else can register with the old one
    assert lost.ledger.load(Account, worker.subject).phone == str(lost.phone)
    assert owner_of(lost.ledger, lost.phone) == worker.subject
    other = replace(new_person(), phone=worker.person.phone)
    register(lost.ledger, cause(lost.clock, "public"), other.form("consumer"))


def test_proof_phone_and_end_are_one_append(lost: Lost, worker: CompleteWorker) -> None:
    appended = lost.confirmed(worker.person).by_officers()
    events = lost.ledger.event_log.read_at(appended.positions)
    assert sorted(event.topic for event in events) == [
        "jz.account.phone_changed",
        "jz.presence.used",
        "jz.recovery.completed",
    ]


def test_card_and_face_do_it_as_well_and_the_evidence_is_kept(lost: Lost, worker: CompleteWorker) -> None:
    with_face(lost, worker)
    *_, last = lost.ledger.events.get(lost.recovery.id)
    assert isinstance(last, Recovery.Completed)
    assert (last.method, last.assurance, last.device) == ("face", "kiosk", "kiosk-1")
    assert (last.decoder, last.transcript_sha256) == ("remote_sam", "cd" * 32)
    assert last.actor == f"person:{worker.subject}"


def test_a_wrong_face_gives_nothing_back(lost: Lost, worker: CompleteWorker) -> None:
    with refused(Reason.FACE_NOT_MATCHED):
        with_face(lost, worker, REJECTED)
    assert lost.ledger.load(Account, worker.subject).phone == str(worker.person.phone)
    assert not lost.ledger.load(Recovery, lost.recovery.id).is_completed


def test_one_officer_is_not_enough_and_the_same_one_is_one(lost: Lost, worker: CompleteWorker) -> None:
    with refused(Reason.PRESENCE_PROOF_INCOMPLETE):
        lost.by_officers()
    lost.confirm(ZHAO, worker.person)
    with refused(Reason.SECOND_OFFICER_NEEDED):
        lost.confirm(ZHAO, worker.person)
    with refused(Reason.PRESENCE_PROOF_INCOMPLETE):
        lost.by_officers()


def test_of_two_officers_at_once_both_count(lost: Lost, worker: CompleteWorker) -> None:
    at_full_width(lost.ledger)
    outcomes = race(*(partial(lost.confirm, each, worker.person) for each in (ZHAO, LI)))
    assert refusals(outcomes) == []
    lost.by_officers()


def test_the_second_officer_reads_the_same_person_s_document(lost: Lost, worker: CompleteWorker) -> None:
    other = registered_consumer(lost.ledger, lost.clock)
    lost.confirm(ZHAO, worker.person)
    with refused(Reason.IDENTITY_MISMATCH):
        lost.confirm(LI, other.person)


def test_a_document_of_nobody_here_is_refused_as_one_that_differs_and_leaves_no_number(
    lost: Lost, worker: CompleteWorker
) -> None:
    # given a document of somebody without an account, and one with another name than the account
    stranger, renamed = new_person(), replace(worker.person, name=new_person().name)
    # when an officer reads them
    for person in (stranger, renamed):
        with refused(Reason.IDENTITY_MISMATCH):
            lost.confirm(ZHAO, person)
    # then both count against the request, and who was found by neither is on the officer's own trail
    assert lost.ledger.load(Recovery, lost.recovery.id).refusals == 2
    failed = FailedLookups.stream_for(ZHAO, cause(lost.clock, "staff"))
    assert lost.ledger.load(FailedLookups, failed).count == 1
    stored = str([event.state for event in lost.ledger.event_log.select_events(failed)])
    assert str(stranger.id_number) not in stored


def test_after_five_wrong_documents_the_code_is_of_no_use(lost: Lost, worker: CompleteWorker) -> None:
    for _ in range(5):
        with refused(Reason.IDENTITY_MISMATCH):
            lost.confirm(ZHAO, new_person())
    with refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS):
        lost.confirm(ZHAO, worker.person)


def test_the_code_is_of_no_use_after_ten_minutes(lost: Lost, worker: CompleteWorker) -> None:
    lost.clock.advance(ELEVEN_MINUTES)
    with refused(Reason.PRESENCE_CODE_UNKNOWN):
        lost.confirm(ZHAO, worker.person)
    with refused(Reason.RECOVERY_EXPIRED):
        person_on_card(lost.ledger, cause(lost.clock, "public"), lost.recovery.id, worker.person.card())


def test_what_officers_have_confirmed_holds_ten_minutes(lost: Lost, worker: CompleteWorker) -> None:
    lost.confirmed(worker.person)
    lost.clock.advance(ELEVEN_MINUTES)
    with refused(Reason.PRESENCE_PROOF_EXPIRED):
        lost.by_officers()


def test_a_request_works_once(lost: Lost, worker: CompleteWorker) -> None:
    lost.confirmed(worker.person).by_officers()
    with refused(Reason.RECOVERY_EXPIRED):
        lost.by_officers()


def test_it_may_be_repeated_by_its_command(lost: Lost, worker: CompleteWorker) -> None:
    lost.confirmed(worker.person)
    again = partial(
        recover_with_officers, lost.ledger, cause(lost.clock, "public"), lost.recovery.id, lost.phone
    )
    first, repeated = again(), again()
    assert {*first.positions} == {*repeated.positions}


def test_a_retry_of_a_request_has_the_same_code(ledger: CreditLedger, clock: MovableClock) -> None:
    command = cause(clock, "public")
    first = open_recovery(ledger, command)
    clock.advance(MINUTE)
    again = open_recovery(ledger, replace(command, at=clock()))
    assert (first[0].id, first[0].expires_at, first[1]) == (again[0].id, again[0].expires_at, again[1])


def test_a_ticket_goes_with_the_phone_that_was_proven_and_no_other(lost: Lost) -> None:
    ticket = ticket_of(lost.ledger, cause(lost.clock, "public"), lost.recovery, lost.phone)
    assert recovery_of(lost.ledger, ticket, lost.phone) == lost.recovery.id
    for text, phone in ((ticket, new_person().phone), ("forged", lost.phone)):
        with refused(Reason.RECOVERY_EXPIRED):
            recovery_of(lost.ledger, text, phone)


def test_a_phone_of_somebody_else_stays_theirs(
    ledger: CreditLedger, clock: MovableClock, worker: CompleteWorker
) -> None:
    other = registered_consumer(ledger, clock)
    lost = opened(ledger, clock, other.person.phone).confirmed(worker.person)
    with refused(Reason.PHONE_TAKEN):
        lost.by_officers()
    assert owner_of(ledger, other.person.phone) == other.subject


def test_of_people_who_come_back_to_one_phone_at_once_one_gets_it(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given four people at the counter, and one number
    people, phone = [registered_consumer(ledger, clock) for _ in range(4)], new_person().phone
    ready = [opened(ledger, clock, phone).confirmed(who.person) for who in people]
    at_full_width(ledger)
    # when all take it at the same moment, then one has it
    outcomes = race(*(each.by_officers for each in ready))
    assert refusals(outcomes) == ["phone-taken"] * 3
    winner = people[next(n for n, each in enumerate(outcomes) if not isinstance(each, Refused))]
    assert owner_of(ledger, phone) == winner.subject


def test_tickets_and_handovers_of_before_lead_nowhere(lost: Lost, worker: CompleteWorker) -> None:
    # given a sign-in that waits, a code for a borrowed device, and a session on one
    ledger, own = lost.ledger, partial(cause, lost.clock, f"person:{worker.subject}")
    ticket = issue_ticket(ledger, lost.clock(), worker.subject)
    waiting, _, _ = open_handover(ledger, own(), worker.subject)
    code, running, _ = open_handover(ledger, own(), worker.subject)
    redeem(ledger, own(), code)
    # when the person is back
    lost.confirmed(worker.person).by_officers()
    # then none of them is of use
    with refused(Reason.SECOND_FACTOR_EXPIRED):
        account_of_ticket(ledger, lost.clock(), ticket)
    with refused(Reason.HANDOVER_CODE_WRONG):
        redeem(ledger, own(), waiting)
    with refused(Reason.TOKEN_INVALID):
        running_handover(ledger, lost.clock(), running.id)
    # and what is begun on the new phone is
    lost.clock.advance(MINUTE)
    code, begun, _ = open_handover(ledger, own(), worker.subject)
    redeem(ledger, own(), code)
    assert running_handover(ledger, lost.clock(), begun.id).id == ledger.load(Handover, begun.id).id


def test_the_document_proves_a_number_that_was_only_typed_and_nobody_takes_it_any_more(
    lost: Lost,
) -> None:
    # given a consumer, whose number no document has proven, long after the claim lapsed
    consumer = registered_consumer(lost.ledger, lost.clock)
    lost.clock.advance(8 * DAY)
    back = opened(lost.ledger, lost.clock).confirmed(consumer.person)
    # when the document brings the account back
    back.by_officers()
    # then the number is proven, for good
    assert lost.ledger.load(Account, consumer.subject).id_number_state == "proven"
    lost.clock.advance(8 * DAY)
    squatter = replace(consumer.person, phone=new_person().phone)
    with refused(Reason.ID_NUMBER_TAKEN):
        register(lost.ledger, cause(lost.clock, "public"), squatter.form("consumer"))


def test_an_account_that_lost_its_number_meanwhile_is_not_given_back(lost: Lost) -> None:
    # given an account that officers have found, whose unproven number lapses and is registered anew
    ledger, clock = lost.ledger, lost.clock
    consumer = registered_consumer(ledger, clock)
    clock.advance(7 * DAY)
    back = opened(ledger, clock).confirmed(consumer.person)
    register(
        ledger, cause(clock, "public"), replace(consumer.person, phone=new_person().phone).form("worker")
    )
    # then the account is not the document's any more
    with refused(Reason.ID_NUMBER_TAKEN):
        back.by_officers()


def test_without_an_account_or_a_consent_a_card_leads_to_nobody_and_that_is_recorded(lost: Lost) -> None:
    # given a card of nobody here, and one of somebody who did not consent to face checks
    consumer = registered_consumer(lost.ledger, lost.clock)
    for person in (new_person(), consumer.person):
        found = person_on_card(lost.ledger, cause(lost.clock, "public"), lost.recovery.id, person.card())
        assert found is None
    # then both are recorded in the same way
    _, *refusals_kept = lost.ledger.events.get(lost.recovery.id)
    assert [(event.officer_id, event.because) for event in refusals_kept] == [  # type: ignore[attr-defined] # refused
        (None, "face-consent-missing")
    ] * 2
    # and with a consent the card finds them
    consented(lost.ledger, lost.clock, consumer.subject)
    with_face(lost, consumer)


def test_an_expired_card_is_refused_whoever_s_it_is(lost: Lost, worker: CompleteWorker) -> None:
    for person in (worker.person, new_person()):
        card = replace(person.card(), valid_until=lost.clock().date() - 2 * DAY)
        with refused(Reason.ID_CARD_EXPIRED):
            person_on_card(lost.ledger, cause(lost.clock, "public"), lost.recovery.id, card)


def test_a_newer_card_of_a_proven_number_brings_its_name(lost: Lost, worker: CompleteWorker) -> None:
    card, command = replace(worker.person.card(), name="王敏"), cause(lost.clock, "public")
    subject = person_on_card(lost.ledger, command, lost.recovery.id, card)
    assert subject == worker.subject
    recover_with_face(lost.ledger, command, lost.recovery.id, lost.phone, subject, card, ACCEPTED)
    assert lost.ledger.load(Account, worker.subject).name == "王敏"


def test_a_cancelled_account_does_not_come_back(lost: Lost, worker: CompleteWorker) -> None:
    lost.confirmed(worker.person)
    cancel_account(lost.ledger, cause(lost.clock, "person"), worker.subject, ACCEPTED)
    with pytest.raises(Refused, match=r"account-cancelled"):
        lost.by_officers()


@pytest.mark.parametrize("table", ["ledger.events", "ledger.claims"])
def test_the_new_phone_stands_nowhere_in_plain_text(lost: Lost, worker: CompleteWorker, table: str) -> None:
    lost.confirmed(worker.person).by_officers()
    with lost.ledger.pool.connection() as connection:
        rows = str(connection.execute(f"SELECT t FROM {table} t").fetchall())  # noqa: S608 - a table of ours
    assert lost.phone.national not in rows
    assert lost.phone.national.encode().hex() not in rows


def _cancels(ledger: CreditLedger, command: Cause, subject: UUID) -> Appended:
    return cancel_account(ledger, command, subject)


def _sets_a_passcode(ledger: CreditLedger, command: Cause, subject: UUID) -> Appended:
    return set_passcode(ledger, command, subject, "snow pear 27")


def _changes_the_phone(ledger: CreditLedger, command: Cause, subject: UUID) -> Appended:
    return change_phone(ledger, command, subject, new_person().phone)


@pytest.mark.parametrize("step", [_cancels, _sets_a_passcode, _changes_the_phone])
def test_who_proved_the_old_phone_just_before_does_nothing_afterwards(
    lost: Lost,
    monkeypatch: pytest.MonkeyPatch,
    step: Callable[[CreditLedger, Cause, UUID], Appended],
) -> None:
    # given a person whose document officers have seen, and somebody who has the old phone and its SMS code
    ledger, person = lost.ledger, registered_consumer(lost.ledger, lost.clock)
    lost.confirmed(person.person)
    # when the person is back while the other's step is under way
    before_the_first(monkeypatch, ledger, "commit", lost.by_officers)
    with refused(Reason.SMS_CODE_WRONG):
        step(ledger, cause(lost.clock, f"person:{person.subject}"), person.subject)
    # then the account is theirs, and as it was
    account = ledger.load(Account, person.subject)
    assert (str(account.phone), account.has_passcode) == (str(lost.phone), False)
    assert owner_of(ledger, lost.phone) == person.subject
