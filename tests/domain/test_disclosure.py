from collections.abc import Callable

import pytest

from domain.disclosure import Disclosure
from domain.rejections import Reason
from tests.controls import aggregates
from tests.controls.letters import FIRST_TEXT
from tests.controls.moments import INSTANT, LI, NOON, RULES, WANG, cause, refused

PROMPT_ENDS = NOON + RULES.prompt_ttl
LETTER = aggregates.letter_in_force()
READING_ENDS = NOON + RULES.disclosure_ttl

Given = Callable[[], Disclosure]
When = Callable[[Disclosure], object]


def test_a_request_prompts_the_worker_for_a_while() -> None:
    disclosure = aggregates.disclosure()
    assert (disclosure.subject_id, disclosure.consumer_id) == (WANG, LI)
    assert disclosure.digits in disclosure.choices
    assert disclosure.status_at(PROMPT_ENDS) == "pending"
    assert disclosure.status_at(PROMPT_ENDS + INSTANT) == "expired"


def test_an_approval_opens_what_was_approved_for_a_while() -> None:
    # given a prompt that asks for tax and health
    disclosure = aggregates.disclosure()
    # when the worker approves tax alone
    disclosure.approve(cause(), ["tax"], RULES, LETTER, aggregates.BY_FACE)
    # then tax alone can be read until the half hour is over
    assert disclosure.view(cause(READING_ENDS), LETTER) == ("tax",)
    assert disclosure.status_at(READING_ENDS + INSTANT) == "ended"


def test_every_look_is_an_event() -> None:
    disclosure = aggregates.approved_disclosure()
    disclosure.view(cause(), LETTER)
    disclosure.view(cause(), LETTER)
    looks = [event for event in disclosure.pending_events if isinstance(event, Disclosure.Viewed)]
    assert (disclosure.views, [look.scopes for look in looks]) == (2, [["tax"], ["tax"]])


def test_a_later_authorization_of_the_same_text_shows_nothing_of_what_was_approved_before() -> None:
    # given an approval under a letter that was revoked and authorized again
    disclosure, worker = aggregates.approved_disclosure(), aggregates.worker_with_revoked_letter()
    worker.sign_letter(cause(command=2), FIRST_TEXT, FIRST_TEXT.text_sha256)
    worker.authorize_letter(cause(command=2), aggregates.BY_FACE)
    # when the consumer looks within the half hour, then it is over
    with refused(Reason.DISCLOSURE_EXPIRED):
        disclosure.view(cause(), worker.require_letter_in_force())


def test_a_disclosure_ends_with_its_letter_and_no_other_way() -> None:
    # given an approval, and its letter in force
    disclosure = aggregates.approved_disclosure()
    with refused(Reason.DISCLOSURE_NOT_TO_END):
        disclosure.end(cause(), LETTER)
    # when the letter is gone, then it ends, once
    disclosure.end(cause(), None)
    assert disclosure.status == "ended"
    with refused(Reason.DISCLOSURE_NOT_TO_END):
        disclosure.end(cause(), None)
    with refused(Reason.DISCLOSURE_EXPIRED):
        disclosure.view(cause(), LETTER)


@pytest.mark.parametrize("because", ["refused", "digits_wrong"])
def test_declining_says_why(because: str) -> None:
    disclosure = aggregates.disclosure()
    disclosure.decline(cause(), because)
    event = disclosure.pending_events[-1]
    assert isinstance(event, Disclosure.Declined)
    assert (disclosure.status, event.because) == ("declined", because)


def test_the_consumer_can_give_up() -> None:
    disclosure = aggregates.disclosure()
    disclosure.abandon(cause(actor=f"person:{LI}"))
    assert disclosure.status_at(READING_ENDS) == "abandoned"


def test_expiring_carries_the_deadline_as_its_time() -> None:
    disclosure = aggregates.disclosure()
    disclosure.expire(cause(READING_ENDS, "system:sweep"))
    assert disclosure.pending_events[-1].timestamp == PROMPT_ENDS
    assert disclosure.status == "expired"


def approve(disclosure: Disclosure) -> None:
    disclosure.approve(cause(), ["tax"], RULES, LETTER, aggregates.BY_FACE)


def approve_late(disclosure: Disclosure) -> None:
    disclosure.approve(cause(PROMPT_ENDS + INSTANT), ["tax"], RULES, LETTER, aggregates.BY_FACE)


def approve_nothing(disclosure: Disclosure) -> None:
    disclosure.approve(cause(), [], RULES, LETTER, aggregates.BY_FACE)


def approve_more_than_was_asked_for(disclosure: Disclosure) -> None:
    disclosure.approve(cause(), ["tax", "criminal_record"], RULES, LETTER, aggregates.BY_FACE)


def decline(disclosure: Disclosure) -> None:
    disclosure.decline(cause(), "refused")


def decline_late(disclosure: Disclosure) -> None:
    disclosure.decline(cause(PROMPT_ENDS + INSTANT), "refused")


def abandon(disclosure: Disclosure) -> None:
    disclosure.abandon(cause())


def abandon_late(disclosure: Disclosure) -> None:
    disclosure.abandon(cause(PROMPT_ENDS + INSTANT))


def expire(disclosure: Disclosure) -> None:
    disclosure.expire(cause(PROMPT_ENDS + INSTANT))


def expire_early(disclosure: Disclosure) -> None:
    disclosure.expire(cause(PROMPT_ENDS))


def view(disclosure: Disclosure) -> None:
    disclosure.view(cause(), LETTER)


def view_late(disclosure: Disclosure) -> None:
    disclosure.view(cause(READING_ENDS + INSTANT), LETTER)


def require_unasked(disclosure: Disclosure) -> None:
    disclosure.require_scopes(["criminal_record"], FIRST_TEXT.scopes)


def require_uncovered(disclosure: Disclosure) -> None:
    disclosure.require_scopes(["tax"], ("health",))


def declined() -> Disclosure:
    disclosure = aggregates.disclosure()
    decline(disclosure)
    return disclosure


def expired() -> Disclosure:
    disclosure = aggregates.disclosure()
    expire(disclosure)
    return disclosure


@pytest.mark.parametrize(
    ("given", "when", "reason"),
    [
        (aggregates.approved_disclosure, approve, Reason.DISCLOSURE_NOT_PENDING),
        (declined, approve, Reason.DISCLOSURE_NOT_PENDING),
        (expired, approve, Reason.DISCLOSURE_EXPIRED),
        (aggregates.disclosure, approve_late, Reason.DISCLOSURE_EXPIRED),
        (aggregates.disclosure, approve_nothing, Reason.SCOPE_NOT_COVERED),
        (aggregates.disclosure, approve_more_than_was_asked_for, Reason.SCOPE_NOT_COVERED),
        (aggregates.approved_disclosure, decline, Reason.DISCLOSURE_NOT_PENDING),
        (aggregates.disclosure, decline_late, Reason.DISCLOSURE_EXPIRED),
        (aggregates.approved_disclosure, abandon, Reason.DISCLOSURE_NOT_PENDING),
        (aggregates.disclosure, abandon_late, Reason.DISCLOSURE_EXPIRED),
        (aggregates.disclosure, expire_early, Reason.DISCLOSURE_NOT_PENDING),
        (aggregates.approved_disclosure, expire, Reason.DISCLOSURE_NOT_PENDING),
        (expired, expire, Reason.DISCLOSURE_NOT_PENDING),
        (aggregates.disclosure, view, Reason.DISCLOSURE_NOT_APPROVED),
        (declined, view, Reason.DISCLOSURE_NOT_APPROVED),
        (aggregates.approved_disclosure, view_late, Reason.DISCLOSURE_EXPIRED),
        (aggregates.disclosure, require_unasked, Reason.SCOPE_NOT_COVERED),
        (aggregates.disclosure, require_uncovered, Reason.SCOPE_NOT_COVERED),
    ],
)
def test_a_refusal_leaves_no_event(given: Given, when: When, reason: Reason) -> None:
    disclosure = given()
    before = len(disclosure.pending_events)
    with refused(reason):
        when(disclosure)
    assert len(disclosure.pending_events) == before
