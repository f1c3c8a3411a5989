"""What events lead to, however often the queue delivers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import dramatiq
import pytest
from dramatiq.middleware import Middleware

from domain.account import Account
from domain.face_consent import FaceConsent
from domain.identifiers import MobileNumber
from ledger.housekeeping import tidy
from ledger.sealing.subject_keys import SubjectErased
from ledger.use_cases.accounts import register
from ledger.use_cases.employments import choose_enterprises
from ledger.use_cases.recoveries import open_recovery, recover_with_face
from ledger.use_cases.verification import verify_identity
from ledger.vault.face_templates import has_template, store_template
from projections.runner import catch_up
from tests.controls.accounts import cancel_account, change_phone
from tests.controls.moments import RULES
from tests.controls.people import (
    ACCEPTED,
    TEMPLATE,
    CompleteWorker,
    cause,
    complete_worker,
    consented,
    listed_enterprise,
    new_person,
    registered_consumer,
    registered_worker,
)
from tests.workers.conftest import Background
from workers import reactions
from workers.broker import QUEUE, build_broker, enqueue_to
from workers.notices import NEWS_TTL


def recovered(background: Background, worker: CompleteWorker, phone: MobileNumber) -> None:
    """The worker's account comes back with another phone, by card and face."""
    ledger, public, card = background.ledger, cause(background.clock, "public"), worker.person.card()
    recovery, _, _ = open_recovery(ledger, public)
    own = cause(background.clock, "public")
    recover_with_face(ledger, own, recovery.id, phone, worker.subject, card, ACCEPTED)


def cancel(background: Background, worker: CompleteWorker) -> None:
    own = cause(background.clock, f"person:{worker.subject}")
    cancel_account(background.ledger, own, worker.subject, ACCEPTED)


def test_a_confirmed_employment_is_told_to_the_worker(background: Background) -> None:
    # given a worker whose employment was confirmed
    worker = complete_worker(background.ledger, background.clock)
    # when the work runs
    background.settle()
    # then an SMS goes to the worker's phone
    (message,) = background.sms()
    assert message.phone == str(worker.person.phone)
    assert "已确认您的从业关系" in message.text


def test_the_old_number_is_told_of_a_phone_change(background: Background) -> None:
    # given somebody who changed the phone
    ledger, clock = background.ledger, background.clock
    consumer, new = registered_consumer(ledger, clock), new_person().phone
    own = cause(clock, f"person:{consumer.subject}")
    change_phone(ledger, own, consumer.subject, new)
    # when the work runs
    background.settle()
    # then the old number hears of it, not the new one
    (message,) = background.sms()
    assert message.phone == str(consumer.person.phone)
    assert "已更换手机号" in message.text


def test_the_old_number_is_told_of_the_way_back(background: Background) -> None:
    # given a worker who came back with card and face, on another phone
    worker = complete_worker(background.ledger, background.clock)
    background.settle()
    before = len(background.sms())
    recovered(background, worker, new_person().phone)
    # when the work runs
    background.settle()
    # then the old number hears of it, not the new one
    message, *others = background.sms()[before:]
    assert (message.phone, others) == (str(worker.person.phone), [])
    assert "已更换手机号" in message.text


def test_who_loses_the_id_number_to_the_card_is_told(background: Background) -> None:
    # given a number that somebody registered, and whose it is contests it
    ledger, clock, owner = background.ledger, background.clock, new_person()
    squatter = registered_worker(ledger, clock, replace(owner, phone=new_person().phone))
    form = replace(owner.form("worker"), contests=True)
    subject, _ = register(ledger, cause(clock, "public"), form)
    own = cause(clock, f"person:{subject}")
    consented(ledger, clock, subject)
    choose_enterprises(ledger, own, subject, [listed_enterprise(ledger, clock)])
    # when the card is read
    verify_identity(ledger, cause(clock, own.actor), subject, owner.card(), ACCEPTED, TEMPLATE)
    background.settle()
    # then one SMS goes to who lost the number, and none to who won it
    (message,) = background.sms()
    assert message.phone == str(squatter.person.phone)
    assert "已由他人凭身份证核验" in message.text


def test_who_loses_the_id_number_by_waiting_too_long_is_told(background: Background) -> None:
    # given a number that was not proven within a week
    ledger, clock, person = background.ledger, background.clock, new_person()
    first = registered_worker(ledger, clock, person)
    clock.advance(RULES.provisional_claim_ttl)
    # when somebody else registers it
    registered_worker(ledger, clock, replace(person, phone=new_person().phone))
    background.settle()
    # then the first one is told
    (message,) = background.sms()
    assert message.phone == str(first.person.phone)
    assert "未按期核验" in message.text


class _Killed(BaseException):
    """Stands for the end of the process."""


def _dying(enqueue: Callable[[str, str], None]) -> Callable[[str, str], None]:
    def enqueue_and_die(actor: str, about: str) -> None:
        enqueue(actor, about)
        raise _Killed

    return enqueue_and_die


def test_a_crash_after_the_message_repeats_the_message_and_not_its_effect(background: Background) -> None:
    # given a process that dies between sending the message and moving its position
    complete_worker(background.ledger, background.clock)
    dying = reactions.follower(background.ledger, _dying(background.enqueue))
    with pytest.raises(_Killed):
        catch_up([dying])
    # when another one goes on
    catch_up([background.reactions])
    # then the message is there twice, and one SMS is sent
    assert background.queued().count(b'"send_confirmation"') == 2
    background.settle()
    assert len(background.sms()) == 1


def test_a_message_repeated_after_the_delivery_sends_nothing(background: Background) -> None:
    # given an SMS that was delivered
    complete_worker(background.ledger, background.clock)
    background.settle()
    with background.outbox.take(background.clock()) as message:
        assert message is not None
    # when its event is reacted to again, from the beginning of the log
    with background.ledger.pool.connection() as connection:
        connection.execute("DELETE FROM ops.tracking WHERE follower = 'reactions'")
    background.settle()
    # then nothing is sent
    assert background.sms() == []


@pytest.mark.parametrize(("later", "rows"), [(timedelta(0), 1), (NEWS_TTL + timedelta(days=2), 0)])
def test_what_was_reacted_to_is_kept_as_long_as_a_repetition_could_send_something(
    background: Background, later: timedelta, rows: int
) -> None:
    # given an SMS that was delivered
    complete_worker(background.ledger, background.clock)
    background.settle()
    with background.outbox.take(background.clock()) as message:
        assert message is not None
    # when the scheduler tidies, at once or when the SMS is news no longer
    background.clock.advance(later)
    tidy(background.ledger.pool, background.clock())
    with background.ledger.pool.connection() as connection:
        kept = connection.execute("SELECT count(*) FROM ops.reactions_done").fetchone()
        connection.execute("DELETE FROM ops.tracking WHERE follower = 'reactions'")
    # then the row is there as long as it is of use, and a repetition sends nothing before or after
    assert kept == (rows,)
    background.settle()
    assert background.sms() == []


def test_somebody_erased_gets_no_sms(background: Background) -> None:
    # given a message about a worker in the queue
    worker = complete_worker(background.ledger, background.clock)
    background.look()
    # when the worker cancels the account before an actor takes it
    cancel(background, worker)
    background.settle()
    # then no SMS is sent
    assert background.sms() == []


def test_an_erasure_empties_the_outbox(background: Background) -> None:
    # given SMS to two workers in the outbox
    worker, other = (complete_worker(background.ledger, background.clock) for _ in range(2))
    background.settle()
    # when one cancels the account
    cancel(background, worker)
    # then only the other's is left
    assert [message.phone for message in background.sms()] == [str(other.person.phone)]


def test_nothing_is_queued_for_somebody_who_was_erased_meanwhile(background: Background) -> None:
    # given an erased worker, and somebody who had read the phone before
    worker = complete_worker(background.ledger, background.clock)
    cancel(background, worker)
    at = background.clock()
    # when they queue an SMS
    with background.ledger.pool.connection() as connection, connection.transaction():
        background.outbox.queue(
            connection, str(worker.person.phone), "您好", at, at + timedelta(days=1), subject=worker.subject
        )
    # then there is none
    assert background.sms() == []


@pytest.mark.parametrize("is_given_anew", [False, True], ids=["withdrawn", "given anew"])
def test_a_withdrawal_whose_process_died_is_finished_unless_it_was_given_anew(
    background: Background, *, is_given_anew: bool
) -> None:
    # given a consent to face checks that was withdrawn, and a template that was not deleted any more
    ledger, clock = background.ledger, background.clock
    worker = complete_worker(ledger, clock)
    own, subject = cause(clock, f"person:{worker.subject}"), worker.subject
    consent = ledger.load(FaceConsent, FaceConsent.stream_for(subject))
    consent.withdraw(own)
    ledger.commit(own, consent)
    if is_given_anew:  # and a template of the new consent
        consented(ledger, clock, subject)
        store_template(ledger, subject, TEMPLATE)
    # when the work runs
    background.settle()
    # then only a template that a consent covers is left
    assert has_template(ledger, subject) == is_given_anew


def test_an_erasure_whose_process_died_is_finished(background: Background) -> None:
    # given a cancelled account whose key was not destroyed any more
    worker = complete_worker(background.ledger, background.clock)
    own = cause(background.clock, f"person:{worker.subject}")
    account = background.ledger.load(Account, worker.subject)
    account.cancel(own)
    background.ledger.commit(own, account, erase=worker.subject)
    assert background.ledger.keys.get(worker.subject)
    # when the work runs
    background.settle()
    # then the key is gone, and so is the wake-up
    with pytest.raises(SubjectErased):
        background.ledger.keys.get(worker.subject)
    with background.ledger.pool.connection() as connection:
        assert connection.execute("SELECT FROM ops.wakeups").fetchall() == []


def test_the_queue_holds_nothing_personal(background: Background) -> None:
    # given every kind of message about a worker in the queue
    worker = complete_worker(background.ledger, background.clock)
    background.look()
    background.clock.advance(timedelta(days=24))
    background.look()
    cancel(background, worker)
    background.look()
    # when the whole queue is read
    queued = background.queued()
    # then it names actors and ids, and nothing of the person
    assert b"send_confirmation" in queued
    assert b"remind" in queued
    assert b"erase" in queued
    person = worker.person
    for personal in (str(person.name), str(person.phone), person.phone.national, str(person.id_number)):
        assert personal.encode() not in queued
        assert ascii(personal).strip("'").encode() not in queued


class _Retried(Middleware):
    """Tells when a failed message is back in the queue."""

    def __init__(self) -> None:
        self.seen = Event()

    def after_enqueue(self, _broker: dramatiq.Broker, _message: Any, delay: int | None) -> None:
        if delay is not None:
            self.seen.set()


def test_a_failed_message_leaves_no_traceback_in_the_queue(background: Background) -> None:
    # given an actor that fails with a phone in its error
    def fail(_about: str) -> None:
        msg = "no such phone: +8613800138000"
        raise ValueError(msg)

    broker, retried = build_broker(background.url), _Retried()
    broker.add_middleware(retried)
    dramatiq.actor(broker=broker, queue_name=QUEUE)(fail)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=20)
    worker.start()
    # when it has failed
    enqueue_to(broker)("fail", "1.1")
    assert retried.seen.wait(20)
    worker.stop()
    # then the message waits to be tried again, without the error's text
    queued = background.queued()
    assert b'"fail"' in queued
    assert b"13800138000" not in queued
    broker.client.close()
