"""Monthly check-in (签到): a deadline stored by the rule in force, and what happens when it passes."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from domain.assurance import FACE, Presence
from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import local_day, stream_of


class Attendance(LedgerAggregate):
    """One worker's check-ins of one year (Asia/Shanghai), so that the stream stays short."""

    TOPIC = "jz.attendance"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """A year began: with the completed registration, or with the state the year before ended in."""

        TOPIC = "jz.attendance.year_began"
        subject_id: UUID
        year: int
        due_at: datetime
        has_left: bool

    class CheckedIn(LedgerAggregate.Event):
        """The worker checked in, with a face check or without; the next deadline is stored."""

        TOPIC = "jz.attendance.checked_in"
        class_version = 2
        subject_id: UUID
        due_at: datetime
        method: str
        assurance: str
        proof_id: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """There was one way."""
            state.update(method=FACE, assurance="web", proof_id=None)

        def apply(self, attendance: "Attendance") -> None:
            """The deadline moves; the worker is there again."""
            attendance.due_at = self.due_at
            attendance.has_left = False
            attendance.reminded_days = None

    class Reminded(LedgerAggregate.Event):
        """The worker was reminded of the deadline."""

        TOPIC = "jz.attendance.reminded"
        subject_id: UUID
        days_before: int
        due_at: datetime

        def apply(self, attendance: "Attendance") -> None:
            """An earlier reminder is not sent after a later one."""
            attendance.reminded_days = self.days_before

    class Left(LedgerAggregate.Event):
        """The deadline passed (离职); the event's time is the deadline itself."""

        TOPIC = "jz.attendance.left"
        subject_id: UUID
        due_at: datetime

        def apply(self, attendance: "Attendance") -> None:
            """The worker counts as gone until a new check-in."""
            attendance.has_left = True

    class Closed(LedgerAggregate.Event):
        """The year's stream is full; the next one goes on."""

        TOPIC = "jz.attendance.year_closed"
        subject_id: UUID

        def apply(self, attendance: "Attendance") -> None:
            """Nothing more happens here."""
            attendance.is_closed = True

    def __init__(self, subject_id: UUID, year: int, due_at: datetime, *, has_left: bool) -> None:
        self.subject_id = subject_id
        self.year = year
        self.due_at = due_at
        self.has_left = has_left
        self.reminded_days: int | None = None
        self.is_closed = False

    @staticmethod
    def stream_for(subject_id: UUID, year: int) -> UUID:
        """The stream of a worker's year."""
        return stream_of(subject_id, "attendance", str(year))

    @classmethod
    def start(cls, cause: Cause, subject_id: UUID, rules: Rules) -> Self:
        """The completed registration counts as the first check-in."""
        return cls._begin_year(cause, subject_id, cause.at + rules.check_in_period, has_left=False)

    @classmethod
    def _begin_year(cls, cause: Cause, subject_id: UUID, due_at: datetime, *, has_left: bool) -> Self:
        year = local_day(cause.at).year
        stream = cls.stream_for(subject_id, year)
        return cls.begin(cause, stream, subject_id=subject_id, year=year, due_at=due_at, has_left=has_left)

    def check_in(self, cause: Cause, rules: Rules, presence: Presence) -> list["Attendance"]:
        """Check in; the person showed that it is them.

        Returns:
            the streams to save: this one, and the new year's where a year has begun.
        """
        self._leave_if_overdue(cause)
        if local_day(cause.at).year == self.year:
            self._check_in(cause, rules, presence)
            return [self]
        self.happen(self.Closed, cause, subject_id=self.subject_id)
        fresh = self._begin_year(cause, self.subject_id, self.due_at, has_left=self.has_left)
        fresh._check_in(cause, rules, presence)
        return [self, fresh]

    def _check_in(self, cause: Cause, rules: Rules, presence: Presence) -> None:
        due_at = cause.at + rules.check_in_period
        self.happen(self.CheckedIn, cause, subject_id=self.subject_id, due_at=due_at, **asdict(presence))

    def is_overdue(self, at: datetime) -> bool:
        """Whether the deadline has passed, whatever any background job has recorded."""
        return self.has_left or at > self.due_at

    def require_not_overdue(self, at: datetime) -> None:
        """Refuse what an overdue worker may not do."""
        if self.is_overdue(at):
            raise Refused(Reason.CHECK_IN_OVERDUE)

    def leave(self, cause: Cause) -> None:
        """Record that the deadline passed."""
        if self.has_left:
            raise Refused(Reason.ALREADY_LEFT)
        if not self.is_overdue(cause.at) or self.is_closed:
            raise Refused(Reason.NOT_YET_DUE)
        self._leave_if_overdue(cause)

    def _leave_if_overdue(self, cause: Cause) -> None:
        if self.is_overdue(cause.at) and not self.has_left:
            self.happen(self.Left, cause, at=self.due_at, subject_id=self.subject_id, due_at=self.due_at)

    def remind(self, cause: Cause, days_before: int) -> None:
        """Record a reminder; after a pause only the latest one is sent."""
        if self.is_overdue(cause.at) or self.is_closed:
            raise Refused(Reason.CHECK_IN_OVERDUE)
        if self.due_at - cause.at > timedelta(days=days_before):
            raise Refused(Reason.NOT_YET_DUE)
        if self.reminded_days is not None and self.reminded_days <= days_before:
            raise Refused(Reason.REMINDER_ALREADY_SENT)
        self.happen(
            self.Reminded, cause, subject_id=self.subject_id, days_before=days_before, due_at=self.due_at
        )
