"""Registration and cancellation (注销) of accounts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from domain.account import Account
from domain.event import Cause
from domain.identifiers import MobileNumber
from domain.rejections import Reason
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger
from ledger.use_cases.accounts import Registration, erase_subject, register
from ledger.use_cases.attendances import check_in, leave
from ledger.use_cases.disclosures import issue_certificate_code, load_disclosure, request_disclosure
from ledger.use_cases.employments import choose_enterprises, end_employment
from ledger.use_cases.regulation import find_subject
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account
from tests.controls.moments import PERIOD, refused
from tests.controls.people import (
    ACCEPTED,
    cause,
    complete_worker,
    listed_enterprise,
    new_person,
    registered_consumer,
    registered_worker,
)
from tests.controls.races import at_full_width, race, refusals

KEYS = "SELECT count(*) FROM keys.subject_keys"
REST = "SELECT count(*) FROM ops.face_templates UNION ALL SELECT count(*) FROM ledger.claims"


def _keys(ledger: CreditLedger) -> int:
    with ledger.keys._pool.connection() as connection:
        [(count,)] = connection.execute(KEYS).fetchall()
    return int(count)


def test_a_worker_has_an_account_and_a_working_life_a_consumer_only_an_account(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    worker, consumer = registered_worker(ledger, clock), registered_consumer(ledger, clock)
    assert ledger.find(Worker, Worker.stream_for(worker.subject)) is not None
    assert ledger.find(Worker, Worker.stream_for(consumer.subject)) is None
    assert ledger.load(Account, consumer.subject).role == "consumer"


@pytest.mark.parametrize(("taken", "reason"), [("phone", Reason.PHONE_TAKEN), ("id", Reason.ID_NUMBER_TAKEN)])
def test_one_account_per_phone_and_per_id_number(
    ledger: CreditLedger, clock: MovableClock, taken: str, reason: Reason
) -> None:
    # given a registered worker
    known = registered_worker(ledger, clock).person
    keys = _keys(ledger)
    # when somebody else comes with the same phone, or the same ID number
    other = new_person()
    other = (
        replace(other, phone=known.phone) if taken == "phone" else replace(other, id_number=known.id_number)
    )
    with refused(reason):
        register(ledger, cause(clock, "person:new"), other.form("consumer"))
    # then nothing of them is kept
    assert _keys(ledger) == keys


def test_of_ten_who_register_the_same_phone_at_once_one_gets_an_account(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given ten people with one phone
    phone = MobileNumber("+8613900139000")
    forms = [replace(new_person(), phone=phone).form("worker") for _ in range(10)]
    # when all register at the same moment
    at_full_width(ledger)
    outcomes = race(*[partial(register, ledger, cause(clock, "person:new"), form) for form in forms])
    # then one succeeds, and no key of the others is left
    assert refusals(outcomes) == ["phone-taken"] * 9
    assert _keys(ledger) == 1


def test_a_repeated_registration_is_the_same_account(ledger: CreditLedger, clock: MovableClock) -> None:
    command, form = cause(clock, "person:new"), new_person().form("worker")
    assert register(ledger, command, form) == register(ledger, command, form)
    assert _keys(ledger) == 1


def test_the_same_registration_from_several_threads_is_one_account(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    command, form = cause(clock, "person:new"), new_person().form("worker")
    at_full_width(ledger)
    outcomes = race(*[lambda: register(ledger, command, form)] * 6)
    assert outcomes == [outcomes[0]] * 6
    assert refusals(outcomes) == []


def test_cancelling_leaves_nothing_to_log_in_with(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a worker with a face template
    worker = complete_worker(ledger, clock)
    number = str(worker.person.id_number)
    assert find_subject(ledger, number) == worker.subject
    # when they cancel
    cancel_account(ledger, cause(clock, "person"), worker.subject, ACCEPTED)
    # then claims, template and key are gone, and the account says so
    with ledger.pool.connection() as connection:
        assert connection.execute(REST).fetchall() == [(0,), (0,)]
    assert _keys(ledger) == 0
    assert find_subject(ledger, number) is None
    assert ledger.load(Account, worker.subject).is_erased


def test_after_a_cancellation_phone_and_number_begin_a_life_of_their_own(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    gone = registered_worker(ledger, clock)
    cancel_account(ledger, cause(clock, "person"), gone.subject)
    again, _ = register(ledger, cause(clock, "person:new"), gone.person.form("consumer"))
    assert again != gone.subject
    assert find_subject(ledger, str(gone.person.id_number)) == again


def test_a_cancellation_may_be_repeated_by_its_command_and_by_no_other(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    subject = registered_worker(ledger, clock).subject
    command = cause(clock, "person")
    assert cancel_account(ledger, command, subject) == cancel_account(ledger, command, subject)
    with refused(Reason.ACCOUNT_CANCELLED):
        cancel_account(ledger, cause(clock, "person"), subject)
    erase_subject(ledger, subject)


def test_an_unknown_account_cannot_be_cancelled(ledger: CreditLedger, clock: MovableClock) -> None:
    with refused(Reason.NOT_FOUND):
        cancel_account(ledger, cause(clock, "person"), cause(clock, "any").command_id)


def test_other_people_s_receipts_show_that_the_consumer_is_erased(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a consumer who scanned a worker's certificate
    worker, consumer = complete_worker(ledger, clock), registered_consumer(ledger, clock)
    code = issue_certificate_code(ledger, cause(clock, "person"), worker.subject)
    scan, _ = request_disclosure(ledger, cause(clock, "person"), consumer.subject, code, ["tax"])
    assert (
        str(load_disclosure(ledger, scan.id, worker.subject).consumer_name) == consumer.person.name.masked()
    )
    # when the consumer cancels
    cancel_account(ledger, cause(clock, "person"), consumer.subject)
    # then the worker's receipt is still there, and says so
    assert str(load_disclosure(ledger, scan.id, worker.subject).consumer_name) == "erased"


def test_nothing_personal_is_written_for_an_erased_person_by_any_command(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a consumer who cancelled while a scan was under way
    worker, consumer = complete_worker(ledger, clock), registered_consumer(ledger, clock)
    code = issue_certificate_code(ledger, cause(clock, "person"), worker.subject)
    cancel_account(ledger, cause(clock, "person"), consumer.subject)
    # then the scan is refused, as a refusal
    with refused(Reason.SUBJECT_ERASED):
        request_disclosure(ledger, cause(clock, "person"), consumer.subject, code, ["tax"])


def test_nothing_more_happens_to_a_worker_who_cancelled(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a complete worker who cancelled
    worker, other = complete_worker(ledger, clock), listed_enterprise(ledger, clock)
    subject = worker.subject
    cancel_account(ledger, cause(clock, "person"), subject, ACCEPTED)
    # then neither they nor their enterprise nor a sweep goes on with them, so that no view fills again
    clock.advance(2 * PERIOD)
    commands: tuple[Callable[[], Appended], ...] = (
        lambda: choose_enterprises(ledger, cause(clock, "person"), subject, [other]),
        lambda: end_employment(ledger, cause(clock, "staff"), subject, worker.enterprise, "enterprise"),
        lambda: check_in(ledger, cause(clock, "person"), subject, ACCEPTED),
        lambda: leave(ledger, cause(clock, "system:sweep"), subject),
    )
    for act in commands:
        with refused(Reason.SUBJECT_ERASED):
            act()


def test_a_repeated_registration_after_the_cancellation_brings_nobody_back(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a registration whose person cancelled
    command = Cause(clock(), "person:new", cause(clock, "any").command_id)
    form: Registration = new_person().form("worker")
    subject, _ = register(ledger, command, form)
    cancel_account(ledger, cause(clock, "person"), subject)
    # when the registration comes again
    with refused(Reason.SUBJECT_ERASED):
        register(ledger, command, form)
    # then there is no key for them
    assert _keys(ledger) == 0
