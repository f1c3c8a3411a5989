"""The way back to an account: one request, one document, one new phone."""

from collections.abc import Callable

import pytest

from domain.assurance import CARD, FACE, OFFICERS, PASSCODE, Presence
from domain.event import LedgerAggregate
from domain.recovery import Recovery
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.aggregates import SEEN, completed_recovery, matched_recovery, recovery
from tests.controls.moments import INSTANT, LI, MINUTE, NOON, RULES, WANG, ZHAO, cause, refused

TEN_MINUTES = 10 * MINUTE
BY_OFFICERS = Presence(OFFICERS, "officer")


def test_a_request_belongs_to_nobody_before_a_document() -> None:
    opened = recovery()
    assert opened.subject_id is None
    with refused(Reason.PRESENCE_PROOF_INCOMPLETE):
        opened.matched()


def test_a_request_waits_ten_minutes_for_a_document() -> None:
    recovery().require_waiting(NOON + TEN_MINUTES, RULES)
    with refused(Reason.RECOVERY_EXPIRED):
        recovery().require_waiting(NOON + TEN_MINUTES + INSTANT, RULES)


def test_five_documents_that_fit_nobody_end_the_request() -> None:
    doubted = recovery()
    for _ in range(5):
        doubted.require_waiting(NOON, RULES)
        doubted.refuse_document(cause(actor=f"staff:{ZHAO}"), "identity-mismatch", ZHAO)
    with refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS):
        doubted.require_waiting(NOON, RULES)


def test_the_document_finds_the_person_and_the_proof() -> None:
    found = matched_recovery()
    assert found.matched() == (WANG, aggregates.asked_officers("recovery").id)


def test_nobody_else_than_officers_have_found_gets_the_account() -> None:
    with refused(Reason.IDENTITY_MISMATCH):
        matched_recovery().complete(cause(), LI, SEEN, BY_OFFICERS)


def test_the_end_says_how_the_person_was_proven() -> None:
    last = completed_recovery().pending_events[-1]
    assert isinstance(last, Recovery.Completed)
    assert (last.subject_id, last.method, last.assurance) == (WANG, OFFICERS, "officer")


def _once_more(done: Recovery) -> None:
    done.complete(cause(), WANG, SEEN, BY_OFFICERS)


@pytest.mark.parametrize("act", [Recovery.matched, _once_more, lambda it: it.require_waiting(NOON, RULES)])
def test_a_request_leads_to_the_account_once(act: Callable[[LedgerAggregate], object]) -> None:
    with refused(Reason.RECOVERY_EXPIRED):
        act(completed_recovery())


@pytest.mark.parametrize(
    "presence",
    [
        Presence(FACE, "web"),
        Presence(FACE, "attested_app"),
        Presence(CARD, "kiosk"),
        Presence(PASSCODE, "web"),
    ],
    ids=["web", "app", "card_and_passcode", "passcode"],
)
def test_less_than_a_kiosk_or_officers_gives_nothing_back(presence: Presence) -> None:
    with refused(Reason.ASSURANCE_TOO_LOW):
        recovery().complete(cause(), WANG, SEEN, presence)
