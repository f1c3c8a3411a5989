"""A scan that led to no prompt leaves a receipt, once, and tells of nothing else."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.rejections import Reason, Refused
from domain.rules import Rules
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.disclosures import issue_certificate_code, request_disclosure
from ledger.use_cases.verification import revoke_letter
from projections.catalogue import followers
from projections.disclosures import receipts_of
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.moments import refused
from tests.controls.people import CompleteWorker, cause, complete_worker, registered_consumer


def receipts(ledger: CreditLedger, worker: CompleteWorker) -> list[tuple[str, str]]:
    """What the worker's receipts say."""
    catch_up(followers(ledger))
    with ledger.pool.connection() as connection:
        found = receipts_of(connection, worker.subject, None, 100)
    return sorted((step.what, step.because) for steps in found for step in steps)


@pytest.mark.parametrize(
    "reason",
    [
        Reason.CODE_ALREADY_USED,
        Reason.CODE_EXPIRED,
        Reason.LETTER_NOT_IN_FORCE,
        Reason.PROMPTS_TOO_MANY,
        Reason.SCOPE_NOT_COVERED,
    ],
    ids=lambda r: r.code,
)
def test_both_sides_get_a_receipt_of_a_refused_scan(
    ledger: CreditLedger, clock: MovableClock, reason: Reason
) -> None:
    # given a worker's code that is used, too old, of a letter that was taken back or covers less, or one
    # prompt too many
    worker, consumer = complete_worker(ledger, clock), registered_consumer(ledger, clock).subject
    code = issue_certificate_code(ledger, cause(clock, "person:worker"), worker.subject)
    if reason is Reason.CODE_ALREADY_USED:
        request_disclosure(ledger, cause(clock, "person:consumer"), consumer, code, ["tax"])
    elif reason is Reason.CODE_EXPIRED:
        clock.advance(Rules().certificate_code_ttl + timedelta(seconds=1))
    elif reason is Reason.PROMPTS_TOO_MANY:
        for _ in range(Rules().consumer_prompts_of_one_worker_per_hour):
            fresh = issue_certificate_code(ledger, cause(clock, "person:worker"), worker.subject)
            request_disclosure(ledger, cause(clock, "person:consumer"), consumer, fresh, ["tax"])
    elif reason is Reason.LETTER_NOT_IN_FORCE:
        revoke_letter(ledger, cause(clock, "person:worker"), worker.subject)
    asked = ["tax", "salary"] if reason is Reason.SCOPE_NOT_COVERED else ["tax"]
    before = receipts(ledger, worker)
    # when it is scanned, and the request is sent again
    scan = cause(clock, "person:consumer")
    for _ in range(2):
        with pytest.raises(Refused) as refusal:
            request_disclosure(ledger, scan, consumer, code, asked)
        assert refusal.value.reason is reason
    # then one receipt says why nothing came of it
    assert [new for new in receipts(ledger, worker) if new not in before] == [("scan_refused", reason.code)]


def test_a_forged_code_leaves_nothing(ledger: CreditLedger, clock: MovableClock) -> None:
    consumer, before = registered_consumer(ledger, clock).subject, ledger.event_log.heads()
    with pytest.raises(Refused) as refusal:
        request_disclosure(ledger, cause(clock, "person:consumer"), consumer, str(uuid4()), ["tax"])
    assert refusal.value.reason is Reason.CODE_INVALID
    assert ledger.event_log.heads() == before


def test_one_old_code_does_not_flood_the_worker_with_receipts(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a code that is too old, and a consumer who has scanned it as often as an hour allows
    worker, consumer = complete_worker(ledger, clock), registered_consumer(ledger, clock).subject
    code = issue_certificate_code(ledger, cause(clock, "person:worker"), worker.subject)
    clock.advance(Rules().certificate_code_ttl + timedelta(seconds=1))
    for _ in range(Rules().refused_scans_per_hour):
        assert refused_scan(ledger, clock, consumer, code) is Reason.CODE_EXPIRED
    heads = ledger.event_log.heads()
    # when it is scanned once more, then it leaves nothing, until an hour has passed
    assert refused_scan(ledger, clock, consumer, code) is Reason.CODE_EXPIRED
    assert ledger.event_log.heads() == heads
    clock.advance(timedelta(hours=1))
    assert refused_scan(ledger, clock, consumer, code) is Reason.CODE_EXPIRED
    assert ledger.event_log.heads() != heads


def test_a_prompt_too_many_is_told_when_the_next_one_goes_through(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a consumer without a receipt left, who half an hour later prompts a worker as often as one may
    worker, consumer = complete_worker(ledger, clock), registered_consumer(ledger, clock).subject
    old = issue_certificate_code(ledger, cause(clock, "person:worker"), worker.subject)
    clock.advance(timedelta(minutes=30))
    for _ in range(Rules().refused_scans_per_hour):
        refused_scan(ledger, clock, consumer, old)
    clock.advance(timedelta(minutes=30))
    for _ in range(Rules().consumer_prompts_of_one_worker_per_hour):
        scan(ledger, clock, worker.subject, consumer)
    # when they prompt once more
    with refused(Reason.PROMPTS_TOO_MANY, again_at=clock() + timedelta(hours=1)):
        scan(ledger, clock, worker.subject, consumer)
    # then it is so at the instant that they are told
    clock.advance(timedelta(hours=1))
    scan(ledger, clock, worker.subject, consumer)


def scan(ledger: CreditLedger, clock: MovableClock, worker: UUID, consumer: UUID) -> None:
    """Prompt a worker with a fresh code."""
    code = issue_certificate_code(ledger, cause(clock, "person:worker"), worker)
    request_disclosure(ledger, cause(clock, "person:consumer"), consumer, code, ["tax"])


def refused_scan(ledger: CreditLedger, clock: MovableClock, consumer: UUID, code: str) -> Reason:
    """Why a scan was refused."""
    with pytest.raises(Refused) as refusal:
        request_disclosure(ledger, cause(clock, "person:consumer"), consumer, code, ["tax"])
    return refusal.value.reason
