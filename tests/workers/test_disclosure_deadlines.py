"""A prompt that nobody answers expires."""

from datetime import timedelta

from domain.disclosure import Disclosure
from ledger.use_cases.disclosures import approve, decline, issue_certificate_code, request_disclosure
from ledger.use_cases.verification import revoke_letter
from tests.controls.people import ACCEPTED, cause, complete_worker, registered_consumer
from tests.workers.conftest import Background


def scanned(background: Background) -> Disclosure:
    """A consumer's scan of a worker's certificate."""
    worker = complete_worker(background.ledger, background.clock)
    consumer = registered_consumer(background.ledger, background.clock)
    code = issue_certificate_code(background.ledger, cause(background.clock, "person"), worker.subject)
    scan = cause(background.clock, f"person:{consumer.subject}")
    disclosure, _ = request_disclosure(background.ledger, scan, consumer.subject, code, ["basic"])
    return disclosure


def test_an_unanswered_prompt_expires_once_at_its_deadline(background: Background) -> None:
    # given a prompt
    disclosure = scanned(background)
    background.settle()
    # when its time is over, and the message is there twice
    background.clock.advance(timedelta(seconds=121))
    background.enqueue("expire", str(disclosure.id))
    background.settle()
    # then it has expired once, at its deadline
    expired = background.events(disclosure.id, Disclosure.Expired)
    assert [event.timestamp for event in expired] == [disclosure.expires_at]


def test_an_answered_prompt_does_not_expire(background: Background) -> None:
    # given a prompt that the worker declined
    disclosure = scanned(background)
    background.settle()
    decline(background.ledger, cause(background.clock, "person"), disclosure.subject_id, disclosure.id)
    background.settle()
    # when its time is over, and a message comes all the same
    background.clock.advance(timedelta(minutes=3))
    background.enqueue("expire", str(disclosure.id))
    background.settle()
    # then nothing is recorded
    assert background.events(disclosure.id, Disclosure.Expired) == []


def test_an_open_disclosure_ends_with_its_letter(background: Background) -> None:
    # given an approved disclosure
    disclosure, ledger = scanned(background), background.ledger
    background.settle()
    approval = (disclosure.subject_id, disclosure.id, disclosure.digits, ["basic"], ACCEPTED)
    approve(ledger, cause(background.clock, "person"), *approval)
    background.settle()
    assert background.events(disclosure.id, Disclosure.Ended) == []
    # when its worker revokes the letter, and the message is there twice
    revoke_letter(ledger, cause(background.clock, "person"), disclosure.subject_id)
    background.enqueue("end", str(disclosure.id))
    background.settle()
    # then it has ended once, and nothing of it is kept
    assert len(background.events(disclosure.id, Disclosure.Ended)) == 1
    with ledger.pool.connection() as connection:
        assert connection.execute("SELECT FROM ops.open_disclosures").fetchall() == []


def test_a_disclosure_that_was_over_before_its_letter_does_not_end_again(background: Background) -> None:
    # given a disclosure whose half hour is over
    disclosure, ledger = scanned(background), background.ledger
    approval = (disclosure.subject_id, disclosure.id, disclosure.digits, ["basic"], ACCEPTED)
    approve(ledger, cause(background.clock, "person"), *approval)
    background.settle()
    background.clock.advance(ledger.rules.disclosure_ttl + timedelta(microseconds=1))
    # when its worker revokes the letter
    revoke_letter(ledger, cause(background.clock, "person"), disclosure.subject_id)
    background.settle()
    # then nothing is recorded
    assert background.events(disclosure.id, Disclosure.Ended) == []
