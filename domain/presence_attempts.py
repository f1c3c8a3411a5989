"""A person's tries of the way with card, SMS code and passcode: each is an event, at most so many an hour."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import local_day, stream_of

PRESENCE_WINDOW = timedelta(hours=1)


class PresenceAttempts(LedgerAggregate):
    """The tries of one person on one day (Asia/Shanghai); wrong passcodes have a limit of their own."""

    TOPIC = "jz.presence_attempts"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """A day of tries began; those of the hour before midnight still count."""

        TOPIC = "jz.presence_attempts.day_began"
        subject_id: UUID
        attempts_before: list[datetime]

    class Attempted(LedgerAggregate.Event):
        """A kiosk read a card for a step; `verdict` is `accepted` or the refusal's code."""

        TOPIC = "jz.presence_attempts.attempted"
        subject_id: UUID
        purpose: str
        verdict: str
        device: str

        def apply(self, attempts: "PresenceAttempts") -> None:
            """One more try counts."""
            attempts.instants.append(self.timestamp)

    def __init__(self, subject_id: UUID, attempts_before: list[datetime]) -> None:
        self.subject_id = subject_id
        self.instants = list(attempts_before)

    @staticmethod
    def stream_for(subject_id: UUID, at: datetime) -> UUID:
        """The stream of the day that `at` falls on."""
        return stream_of(subject_id, "presence_attempts", local_day(at).isoformat())

    @classmethod
    def begin_day(cls, cause: Cause, subject_id: UUID, day_before: Self | None) -> Self:
        """Begin a day; tries of the day before that are younger than an hour go on counting."""
        recent = day_before.since(cause.at - PRESENCE_WINDOW) if day_before else []
        stream = cls.stream_for(subject_id, cause.at)
        return cls.begin(cause, stream, subject_id=subject_id, attempts_before=recent)

    def since(self, instant: datetime) -> list[datetime]:
        """The tries after `instant`."""
        return [at for at in self.instants if at > instant]

    def require_attempt_left(self, at: datetime, rules: Rules) -> None:
        """Refuse when this hour's tries are used up."""
        recent = self.since(at - PRESENCE_WINDOW)
        if len(recent) >= rules.presence_attempts_per_hour:
            again_at = recent[-rules.presence_attempts_per_hour] + PRESENCE_WINDOW
            raise Refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS, again_at=again_at)

    def attempt(self, cause: Cause, purpose: str, verdict: str, device: str, rules: Rules) -> None:
        """Record a try, right or wrong."""
        self.require_attempt_left(cause.at, rules)
        self.happen(
            self.Attempted, cause, subject_id=self.subject_id, purpose=purpose, verdict=verdict, device=device
        )
