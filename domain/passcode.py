"""A person's tries of their passcode: each is an event, and after some wrong ones there is a pause."""

from datetime import datetime
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import local_day, stream_of


class PasscodeTries(LedgerAggregate):
    """The tries of one person on one day (Asia/Shanghai)."""

    TOPIC = "jz.passcode_tries"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """A day of tries began; wrong ones of the day before still count, and so does a pause."""

        TOPIC = "jz.passcode_tries.day_began"
        subject_id: UUID
        wrong: int
        locked_until: datetime | None

    class Tried(LedgerAggregate.Event):
        """A passcode was compared, for a purpose, with a verdict; never what was typed."""

        TOPIC = "jz.passcode_tries.tried"
        subject_id: UUID
        purpose: str
        verdict: str
        wrong: int
        locked_until: datetime | None

        def apply(self, tries: "PasscodeTries") -> None:
            """So many in a row were wrong since the last right one, or since the last pause began."""
            tries.wrong = self.wrong
            tries.locked_until = self.locked_until

    def __init__(self, subject_id: UUID, wrong: int, locked_until: datetime | None) -> None:
        self.subject_id = subject_id
        self.wrong = wrong
        self.locked_until = locked_until

    @staticmethod
    def stream_for(subject_id: UUID, at: datetime) -> UUID:
        """The stream of the day that `at` falls on."""
        return stream_of(subject_id, "passcode_tries", local_day(at).isoformat())

    @classmethod
    def begin_day(cls, cause: Cause, subject_id: UUID, day_before: Self | None) -> Self:
        """Begin a day where the day before ended."""
        wrong, locked_until = (day_before.wrong, day_before.locked_until) if day_before else (0, None)
        stream = cls.stream_for(subject_id, cause.at)
        return cls.begin(cause, stream, subject_id=subject_id, wrong=wrong, locked_until=locked_until)

    def require_unlocked(self, at: datetime) -> None:
        """Refuse during the pause, whether the passcode is right or not."""
        if self.locked_until is not None and at < self.locked_until:
            raise Refused(Reason.PASSCODE_LOCKED, field="passcode", again_at=self.locked_until)

    def attempt(self, cause: Cause, purpose: str, rules: Rules, *, is_right: bool) -> None:
        """Record a try, right or wrong; so many wrong ones in a row begin a pause."""
        self.require_unlocked(cause.at)
        wrong = 0 if is_right else self.wrong + 1
        is_last = wrong >= rules.passcode_tries
        self.happen(
            self.Tried,
            cause,
            subject_id=self.subject_id,
            purpose=purpose,
            verdict="accepted" if is_right else "rejected",
            wrong=0 if is_last else wrong,
            locked_until=cause.at + rules.passcode_pause if is_last else None,
        )
