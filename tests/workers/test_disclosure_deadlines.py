"""A prompt that nobody answers expires."""

from datetime import timedelta

from domain.disclosure import Disclosure
from ledger.use_cases.disclosures import decline, issue_certificate_code, request_disclosure
from tests.controls.people import cause, complete_worker, registered_consumer
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
