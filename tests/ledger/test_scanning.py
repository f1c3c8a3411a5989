"""The scan of a certificate: one code, one prompt."""

import pytest

from domain.rejections import Reason
from domain.streams import partition_of
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.disclosures import issue_certificate_code, load_disclosure, request_disclosure
from tests.conftest import MovableClock
from tests.controls.moments import INSTANT, refused
from tests.controls.people import cause, registered_consumer
from tests.controls.races import at_full_width, race, refusals
from tests.ledger.conftest import Scan


def test_a_scan_prompts_the_worker_with_the_consumer_s_masked_name(ledger: CreditLedger, scan: Scan) -> None:
    stored = load_disclosure(ledger, scan.id, scan.worker)
    assert "*" in str(stored.consumer_name)
    assert stored.digits in stored.choices
    assert len(set(stored.choices)) == 3
    assert all(10 <= int(choice) <= 99 for choice in stored.choices)
    assert partition_of(stored.id) == partition_of(scan.worker)


def test_a_code_redeemed_by_twenty_at_once_prompts_one(
    ledger: CreditLedger, clock: MovableClock, code: str
) -> None:
    # given twenty consumers with the same code
    consumers = [registered_consumer(ledger, clock).subject for _ in range(20)]
    # when all redeem it at the same moment
    at_full_width(ledger)
    outcomes = race(
        *[lambda c=c: request_disclosure(ledger, cause(clock, "person"), c, code, ["tax"]) for c in consumers]
    )
    # then exactly one succeeds
    assert refusals(outcomes) == ["code-already-used"] * 19


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
