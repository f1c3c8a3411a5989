"""A worker's registration in any order, beside a model that knows the rules in other words."""

from collections.abc import Callable
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.event import LedgerAggregate
from domain.rejections import Refused
from domain.worker import Worker
from tests.controls import aggregates
from tests.controls.letters import FIRST_TEXT
from tests.controls.moments import AINONG, BEIJIN, cause

enterprises = st.sampled_from([AINONG, BEIJIN])


class Journey(RuleBasedStateMachine):
    """The model: which enterprises wait, which are confirmed, which are over, and four plain facts."""

    def __init__(self) -> None:
        super().__init__()
        self.worker = aggregates.worker()
        self.waiting: set[UUID] = set()
        self.confirmed: set[UUID] = set()
        self.ever_chosen = self.is_verified = self.has_signed = self.is_in_force = self.was_in_force = False

    def expect(self, act: Callable[[], None], *, is_allowed: bool) -> bool:
        """Do it; the worker must allow it just when the model does."""
        before = len(self.worker.pending_events)
        try:
            act()
        except Refused:
            assert not is_allowed
            assert len(self.worker.pending_events) == before
        else:
            assert is_allowed
            assert len(self.worker.pending_events) == before + 1
        return is_allowed

    @rule(enterprise=enterprises)
    def choose(self, enterprise: UUID) -> None:
        is_open = enterprise in self.waiting | self.confirmed
        if self.expect(lambda: self.worker.choose_enterprise(cause(), enterprise), is_allowed=not is_open):
            self.waiting.add(enterprise)
            self.ever_chosen = True

    @rule(enterprise=enterprises)
    def confirm(self, enterprise: UUID) -> None:
        waits = enterprise in self.waiting
        if self.expect(lambda: self.worker.confirm_employment(cause(), enterprise), is_allowed=waits):
            self.waiting.remove(enterprise)
            self.confirmed.add(enterprise)

    @rule(enterprise=enterprises)
    def refuse(self, enterprise: UUID) -> None:
        waits = enterprise in self.waiting
        if self.expect(lambda: self.worker.refuse_employment(cause(), enterprise), is_allowed=waits):
            self.waiting.remove(enterprise)

    @rule(enterprise=enterprises, ended_by=st.sampled_from(["worker", "enterprise"]))
    def end(self, enterprise: UUID, ended_by: str) -> None:
        is_open = enterprise in self.waiting | self.confirmed
        if self.expect(lambda: self.worker.end_employment(cause(), enterprise, ended_by), is_allowed=is_open):
            self.waiting.discard(enterprise)
            self.confirmed.discard(enterprise)

    @rule()
    def verify(self) -> None:
        is_allowed = self.ever_chosen
        shown = (aggregates.DOCUMENT, aggregates.AT_KIOSK)
        self.expect(lambda: self.worker.verify_identity(cause(), *shown), is_allowed=is_allowed)
        self.is_verified |= is_allowed

    @rule()
    def show_the_wrong_card(self) -> None:
        refuse = self.worker.refuse_identity
        self.expect(lambda: refuse(cause(), "mismatch"), is_allowed=self.ever_chosen)

    @rule()
    def sign(self) -> None:
        is_allowed = self.is_verified and not self.is_in_force
        self.expect(
            lambda: self.worker.sign_letter(cause(), FIRST_TEXT, FIRST_TEXT.text_sha256),
            is_allowed=is_allowed,
        )
        self.has_signed |= is_allowed

    @rule()
    def authorize(self) -> None:
        is_allowed = self.has_signed and not self.is_in_force
        self.expect(lambda: self.worker.authorize_letter(cause(), aggregates.BY_FACE), is_allowed=is_allowed)
        self.is_in_force |= is_allowed
        self.was_in_force |= is_allowed

    @rule()
    def revoke(self) -> None:
        if self.expect(lambda: self.worker.revoke_letter(cause()), is_allowed=self.is_in_force):
            self.has_signed = self.is_in_force = False

    @invariant()
    def authorized_only_if_verified_and_signed(self) -> None:
        if self.worker.authorized_scopes:
            assert self.worker.identity_assurance
            assert self.worker.signed_scopes == self.worker.authorized_scopes
        assert (self.worker.letter_in_force is not None) == self.is_in_force

    @invariant()
    def one_letter_waits_and_one_is_in_force_at_most(self) -> None:
        letters = self.worker.letters
        assert [letter.number for letter in letters] == list(range(1, len(letters) + 1))
        assert sum(letter.is_in_force for letter in letters) == self.is_in_force
        assert [letter for letter in letters if letter.is_pending] in ([], letters[-1:])

    @invariant()
    def the_worker_is_what_the_model_says(self) -> None:
        statuses = self.worker.employments
        assert {e for e, status in statuses.items() if status == "chosen"} == self.waiting
        assert {e for e, status in statuses.items() if status == "confirmed"} == self.confirmed
        assert bool(self.worker.authorized_scopes) == self.is_in_force
        assert self.worker.is_complete == self.was_in_force

    def teardown(self) -> None:
        """Replay gives the same worker."""
        replayed: LedgerAggregate | None = None
        for event in self.worker.pending_events:
            replayed = event.mutate(replayed)
        assert isinstance(replayed, Worker)
        assert replayed.employments == self.worker.employments
        assert replayed.authorized_scopes == self.worker.authorized_scopes


TestJourney = Journey.TestCase
TestJourney.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
