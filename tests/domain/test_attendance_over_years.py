"""Years of check-ins, with a sweep that runs or does not run."""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.attendance import Attendance
from domain.rejections import Refused
from domain.streams import local_day
from tests.controls import aggregates
from tests.controls.moments import NEW_YEAR, PERIOD, RULES, cause

START = NEW_YEAR - timedelta(days=12)
STEPS = st.sampled_from(
    [
        timedelta(microseconds=1),
        timedelta(hours=20),
        timedelta(days=6),
        PERIOD,
        timedelta(days=100),
        timedelta(days=400),
    ]
)


class Attending(RuleBasedStateMachine):
    """The model: the last check-in, the deadlines that passed and were recorded, the reminders since."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = [aggregates.attendance(START)]
        self.now = self.last_check_in = START
        self.is_recorded = False
        self.fewest_days: int | None = None

    @property
    def current(self) -> Attendance:
        return self.streams[-1]

    @property
    def due_at(self) -> datetime:
        return self.last_check_in + PERIOD

    @rule(by=STEPS)
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule()
    def check_in(self) -> None:
        self.streams += self.current.check_in(cause(self.now), RULES, aggregates.BY_FACE)[1:]
        self.last_check_in, self.is_recorded, self.fewest_days = self.now, False, None

    @rule()
    def sweep(self) -> None:
        is_due = self.now > self.due_at and not self.is_recorded
        try:
            self.current.leave(cause(self.now))
        except Refused:
            assert not is_due
        else:
            assert is_due
            self.is_recorded = True

    @rule(days=st.sampled_from([7, 1]))
    def remind(self, days: int) -> None:
        is_near = self.due_at - timedelta(days=days) <= self.now <= self.due_at
        is_new = self.fewest_days is None or days < self.fewest_days
        try:
            self.current.remind(cause(self.now), days)
        except Refused:
            assert not (is_near and is_new)
        else:
            assert is_near
            assert is_new
            self.fewest_days = days

    @rule()
    def nothing_happens_in_a_closed_year(self) -> None:
        for closed in self.streams[:-1]:
            before = len(closed.pending_events)
            for act in (closed.leave, lambda late, old=closed: old.remind(late, 7)):
                try:
                    act(cause(self.now))
                except Refused:
                    continue
                raise AssertionError(closed)
            assert len(closed.pending_events) == before

    @invariant()
    def the_status_is_that_of_the_deadline(self) -> None:
        assert self.current.due_at == self.due_at
        assert self.current.is_overdue(self.now) == (self.now > self.due_at)

    @invariant()
    def a_deadline_is_missed_at_most_once_and_at_its_own_time(self) -> None:
        left = [e for s in self.streams for e in s.pending_events if isinstance(e, Attendance.Left)]
        assert len({event.due_at for event in left}) == len(left)
        assert all(event.timestamp == event.due_at for event in left)

    @invariant()
    def the_streams_are_a_chain(self) -> None:
        for old, new in zip(self.streams, self.streams[1:], strict=False):
            first = new.pending_events[0]
            assert isinstance(first, Attendance.Created)
            assert (first.due_at, first.has_left) == (old.due_at, old.has_left)
            assert isinstance(old.pending_events[-1], Attendance.Closed)
            assert old.year < new.year == local_day(first.timestamp).year

    @invariant()
    def all_events_lie_in_the_order_of_time(self) -> None:
        instants = [event.timestamp for stream in self.streams for event in stream.pending_events]
        assert instants == sorted(instants)


TestAttending = Attending.TestCase
TestAttending.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
