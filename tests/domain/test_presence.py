"""Proofs without a face: for one step, for ten minutes, once."""

from collections.abc import Callable

import pytest

from domain.assurance import CARD, OFFICERS, Presence
from domain.presence import PresenceProof
from domain.presence_attempts import PresenceAttempts
from domain.rejections import Reason
from domain.streams import partition_of
from tests.controls import aggregates
from tests.controls.aggregates import asked_officers, card_proof, confirmed_by
from tests.controls.moments import (
    HOUR,
    INSTANT,
    KIOSK,
    LI,
    MIDNIGHT,
    MINUTE,
    NOON,
    RULES,
    WANG,
    ZHAO,
    cause,
    refused,
)

QIAN = KIOSK
"""Another officer."""
TEN_MINUTES = 10 * MINUTE


def confirmed_once() -> PresenceProof:
    return confirmed_by(ZHAO)


@pytest.mark.parametrize(
    ("make", "method", "assurance"), [(card_proof, CARD, "kiosk"), (confirmed_once, OFFICERS, "officer")]
)
def test_a_complete_proof_leads_through_its_step_and_says_how(
    make: Callable[[], PresenceProof], method: str, assurance: str
) -> None:
    proof = make()
    assert proof.use(cause(), WANG, "check_in") == Presence(method, assurance, proof.id)
    assert partition_of(proof.id) == partition_of(WANG)


def test_a_proof_is_used_once() -> None:
    proof = card_proof()
    proof.use(cause(), WANG, "check_in")
    with refused(Reason.PRESENCE_PROOF_USED):
        proof.use(cause(), WANG, "check_in")


@pytest.mark.parametrize(("who", "step"), [(LI, "check_in"), (WANG, "disclosure")])
def test_a_proof_is_for_one_person_and_one_step(who: object, step: str) -> None:
    with refused(Reason.PRESENCE_PROOF_UNKNOWN):
        card_proof().use(cause(), who, step)  # type: ignore[arg-type] # one of two ids


@pytest.mark.parametrize("make", [card_proof, confirmed_once])
def test_a_proof_holds_ten_minutes(make: Callable[[], PresenceProof]) -> None:
    with refused(Reason.PRESENCE_PROOF_EXPIRED):
        make().use(cause(NOON + TEN_MINUTES + INSTANT), WANG, "check_in")
    make().use(cause(NOON + TEN_MINUTES), WANG, "check_in")


def test_a_request_waits_ten_minutes_for_an_officer() -> None:
    late = cause(NOON + TEN_MINUTES + INSTANT)
    with refused(Reason.PRESENCE_CODE_UNKNOWN):
        asked_officers().confirm(late, ZHAO, aggregates.SEEN, RULES)
    asked_officers().confirm(cause(NOON + TEN_MINUTES), ZHAO, aggregates.SEEN, RULES)


def test_the_identity_needs_two_different_officers() -> None:
    # given a request for the identity verification that one officer confirmed
    proof = confirmed_by(ZHAO, step="identity")
    # then it cannot be used yet, and the same officer does not count twice
    with refused(Reason.PRESENCE_PROOF_INCOMPLETE):
        proof.use(cause(), WANG, "identity")
    with refused(Reason.SECOND_OFFICER_NEEDED):
        proof.confirm(cause(), ZHAO, aggregates.SEEN, RULES)
    # when a second one confirms, then it can
    proof.confirm(cause(), QIAN, aggregates.SEEN, RULES)
    assert proof.use(cause(), WANG, "identity").method == OFFICERS


def test_a_complete_proof_needs_no_more_officers() -> None:
    with refused(Reason.PRESENCE_CODE_UNKNOWN):
        confirmed_by(ZHAO).confirm(cause(), QIAN, aggregates.SEEN, RULES)


def test_officers_who_read_something_else_end_the_request_after_five_times() -> None:
    proof = asked_officers()
    for _ in range(RULES.presence_refusals):
        proof.refuse(cause(), ZHAO, "identity-mismatch", RULES)
    with refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS):
        proof.confirm(cause(), ZHAO, aggregates.SEEN, RULES)


@pytest.mark.parametrize("step", ["sign_in", "phone_change"])
def test_no_card_leads_through_a_step_that_has_no_such_way(step: str) -> None:
    with refused(Reason.ASSURANCE_TOO_LOW):
        card_proof(step)


def test_a_card_read_by_anything_but_a_kiosk_is_not_enough() -> None:
    proof = PresenceProof.ask(cause(), WANG, "check_in", CARD, RULES)
    with refused(Reason.ASSURANCE_TOO_LOW):
        proof.show_card(cause(), aggregates.DOCUMENT, "attested_app", RULES)


def test_five_tries_an_hour_count_over_midnight_too() -> None:
    # given five tries in the last minutes of a day
    evening = MIDNIGHT - 10 * MINUTE
    day = aggregates.presence_attempts(*["identity-mismatch"] * 5, since=evening)
    with refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS):
        day.attempt(cause(evening), "check_in", "accepted", "kiosk-1", RULES)
    # when the next day begins, then they count until an hour has passed
    next_day = PresenceAttempts.begin_day(cause(MIDNIGHT), WANG, day)
    with refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS, again_at=evening + HOUR):
        next_day.require_attempt_left(evening + HOUR - INSTANT, RULES)
    next_day.attempt(cause(evening + HOUR), "check_in", "accepted", "kiosk-1", RULES)
