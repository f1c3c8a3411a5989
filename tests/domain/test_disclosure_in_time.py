"""A disclosure while the clock moves on and both sides do what they like."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.disclosure import Disclosure
from domain.rejections import Refused
from tests.controls import aggregates
from tests.controls.moments import NOON, RULES, cause

LETTER = aggregates.letter_in_force()
ANSWERS = (Disclosure.Approved, Disclosure.Declined, Disclosure.Expired, Disclosure.Abandoned)
SCOPES = st.lists(st.sampled_from(["tax", "health", "basic"]), max_size=3)
STEPS = st.sampled_from(
    [
        timedelta(microseconds=1),
        timedelta(seconds=119),
        RULES.prompt_ttl,
        RULES.disclosure_ttl - timedelta(seconds=1),
        RULES.disclosure_ttl,
    ]
)


class Scan(RuleBasedStateMachine):
    """The model: the answer and its instant."""

    def __init__(self) -> None:
        super().__init__()
        self.disclosure = aggregates.disclosure(NOON)
        self.now = NOON
        self.answer: str | None = None
        self.approved_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.answer is None and self.now <= NOON + RULES.prompt_ttl

    @property
    def is_readable(self) -> bool:
        return self.approved_at is not None and self.now <= self.approved_at + RULES.disclosure_ttl

    def expect(self, act: Callable[[], object], *, is_allowed: bool) -> bool:
        """Do it; the disclosure must allow it just when the model does."""
        try:
            act()
        except Refused:
            assert not is_allowed
        else:
            assert is_allowed
        return is_allowed

    @rule(by=STEPS)
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule(scopes=SCOPES)
    def approve(self, scopes: list[str]) -> None:
        is_allowed = self.is_open and bool(scopes) and "basic" not in scopes
        if self.expect(
            lambda: self.disclosure.approve(cause(self.now), scopes, RULES, LETTER, aggregates.BY_FACE),
            is_allowed=is_allowed,
        ):
            self.answer, self.approved_at = "approved", self.now

    @rule()
    def decline(self) -> None:
        if self.expect(lambda: self.disclosure.decline(cause(self.now), "refused"), is_allowed=self.is_open):
            self.answer = "declined"

    @rule()
    def abandon(self) -> None:
        if self.expect(lambda: self.disclosure.abandon(cause(self.now)), is_allowed=self.is_open):
            self.answer = "abandoned"

    @rule()
    def expire(self) -> None:
        is_allowed = self.answer is None and not self.is_open
        if self.expect(lambda: self.disclosure.expire(cause(self.now)), is_allowed=is_allowed):
            self.answer = "expired"

    @rule()
    def view(self) -> None:
        self.expect(lambda: self.disclosure.view(cause(self.now), LETTER), is_allowed=self.is_readable)

    @invariant()
    def nothing_is_viewed_without_an_approval_or_after_its_end(self) -> None:
        for event in self.disclosure.pending_events:
            if isinstance(event, Disclosure.Viewed):
                until = self.disclosure.readable_until
                assert until is not None
                assert event.timestamp <= until
                assert set(event.scopes) <= set(self.disclosure.approved_scopes)

    @invariant()
    def there_is_at_most_one_answer(self) -> None:
        answers = [event for event in self.disclosure.pending_events if isinstance(event, ANSWERS)]
        assert len(answers) == (0 if self.answer is None else 1)

    @invariant()
    def the_status_is_that_of_the_deadlines(self) -> None:
        open_or_expired = "pending" if self.is_open else "expired"
        ended = self.answer == "approved" and not self.is_readable
        expected = "ended" if ended else self.answer or open_or_expired
        assert self.disclosure.status_at(self.now) == expected

    @invariant()
    def events_lie_in_the_order_of_time(self) -> None:
        instants = [event.timestamp for event in self.disclosure.pending_events]
        assert instants == sorted(instants)


TestScan = Scan.TestCase
TestScan.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
