"""The scan of a certificate: one code, one prompt."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.disclosure import Disclosure
from domain.rejections import Reason
from domain.streams import partition_of
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.disclosures import issue_certificate_code, load_disclosure, request_disclosure
from tests.conftest import MovableClock
from tests.controls.moments import INSTANT, refused
from tests.controls.people import cause, complete_worker, registered_consumer
from tests.controls.races import again_at, at_full_width, race, refusals
from tests.ledger.conftest import Scan

HOUR = timedelta(hours=1)


def _scanned(ledger: CreditLedger, clock: MovableClock, consumer: UUID, code: str) -> Disclosure:
    disclosure, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])
    return disclosure


def test_a_scan_prompts_the_worker_with_the_consumer_s_masked_name(ledger: CreditLedger, scan: Scan) -> None:
    stored = load_disclosure(ledger, scan.id, scan.worker)
    assert "*" in str(stored.consumer_name)
    assert stored.digits in stored.choices
    assert len(set(stored.choices)) == 3
    assert all(10 <= int(choice) <= 99 for choice in stored.choices)
    assert partition_of(stored.id) == partition_of(scan.worker)


def test_of_a_thousand_redemptions_at_once_one_prompts(
    ledger: CreditLedger, clock: MovableClock, code: str
) -> None:
    # given fifty consumers with the same code
    consumers = [registered_consumer(ledger, clock).subject for _ in range(50)]
    # when each redeems it twenty times, all at the same moment
    at_full_width(ledger)
    outcomes = race(*[partial(_scanned, ledger, clock, consumer, code) for consumer in consumers * 20])
    # then exactly one succeeds
    assert refusals(outcomes) == ["code-already-used"] * 999


def test_a_consumer_prompts_one_worker_five_times_however_many_codes_at_once(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a consumer with forty codes of the same worker
    worker = complete_worker(ledger, clock).subject
    consumer = registered_consumer(ledger, clock).subject
    codes = [issue_certificate_code(ledger, cause(clock, "person"), worker) for _ in range(40)]
    # when all are redeemed at the same moment
    at_full_width(ledger)
    outcomes = race(*[partial(_scanned, ledger, clock, consumer, code) for code in codes])
    # then five prompt the worker, and the next one an hour later
    assert refusals(outcomes) == ["prompts-too-many"] * 35
    assert again_at(outcomes) == {clock() + HOUR}
    clock.advance(HOUR)
    _scanned(ledger, clock, consumer, issue_certificate_code(ledger, cause(clock, "person"), worker))


def test_a_consumer_prompts_twenty_times_however_many_workers_at_once(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given codes of six workers, four of each
    workers = [complete_worker(ledger, clock).subject for _ in range(6)]
    codes = [issue_certificate_code(ledger, cause(clock, "person"), worker) for worker in workers * 4]
    consumer = registered_consumer(ledger, clock).subject
    # when one consumer redeems all of them at the same moment
    at_full_width(ledger)
    outcomes = race(*[partial(_scanned, ledger, clock, consumer, code) for code in codes])
    # then twenty prompt
    assert refusals(outcomes) == ["prompts-too-many"] * 4


def test_a_repeated_request_is_the_same_prompt_with_the_same_digits(
    ledger: CreditLedger, clock: MovableClock, code: str
) -> None:
    consumer, command = registered_consumer(ledger, clock).subject, cause(clock, "person")
    first, places = request_disclosure(ledger, command, consumer, code, ["tax"])
    second, again = request_disclosure(ledger, command, consumer, code, ["tax"])
    assert (first.id, first.digits, places) == (second.id, second.digits, again)


@pytest.mark.parametrize("scopes", [[], ["salary"]])
def test_only_what_the_letter_covers_can_be_asked_for(
    ledger: CreditLedger, clock: MovableClock, code: str, scopes: list[str]
) -> None:
    with refused(Reason.SCOPE_NOT_COVERED):
        request_disclosure(
            ledger, cause(clock, "person"), registered_consumer(ledger, clock).subject, code, scopes
        )


def test_a_code_is_refused_when_late_forged_or_one_s_own(
    ledger: CreditLedger, clock: MovableClock, code: str
) -> None:
    consumer = registered_consumer(ledger, clock).subject
    with refused(Reason.CODE_INVALID):
        request_disclosure(ledger, cause(clock, "person"), consumer, code[:-2], ["tax"])
    worker, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax"])
    own = issue_certificate_code(ledger, cause(clock, "person"), worker.subject_id)
    with refused(Reason.OWN_CERTIFICATE):
        request_disclosure(ledger, cause(clock, "person"), worker.subject_id, own, ["tax"])
    clock.advance(ledger.rules.certificate_code_ttl + INSTANT)
    with refused(Reason.CODE_EXPIRED):
        request_disclosure(ledger, cause(clock, "person"), consumer, own, ["tax"])
