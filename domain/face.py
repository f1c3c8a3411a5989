"""A person's face checks: every attempt is an event, and there are at most so many an hour."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import end_of_local_day, local_day, stream_of

ATTEMPT_WINDOW = timedelta(hours=1)
A_DAY = timedelta(days=1)

VERDICT_REASONS = {"rejected": Reason.FACE_NOT_MATCHED, "uncertain": Reason.FACE_UNCERTAIN}


@dataclass(frozen=True, slots=True)
class FaceEvidence:
    """What a comparison found; never an image, never a template.

    Attributes:
        verdict: `accepted`, `uncertain` (go to a kiosk or an officer) or `rejected`.
        score: Euclidean distance of the two embeddings, smaller is more alike.
        threshold: the score must be below it.
        model: SHA-256 of the embedding model.
        liveness: `passed` or `failed`; `not_checked` of the checks before there was a challenge.
        assurance: `kiosk`, `attested_app`, `web` or `officer`.
        device: what took the pictures.
        challenged_at: when the person was asked for the movements, UTC; no event tells it.
    """

    verdict: str
    score: float
    threshold: float
    model: str
    liveness: str
    assurance: str
    device: str
    challenged_at: datetime

    @property
    def refusal(self) -> Reason | None:
        """Why the check did not pass, if it did not."""
        if self.verdict != "accepted":
            return VERDICT_REASONS[self.verdict]
        return None if self.liveness == "passed" else Reason.FACE_NOT_LIVE

    def recorded(self) -> dict[str, Any]:
        """What the event of the attempt says."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        del told["challenged_at"]
        return told


def challenge_ends_at(asked_at: datetime, rules: Rules) -> datetime:
    """Until when a face challenge may be answered, and not past midnight in Shanghai."""
    return min(asked_at + rules.face_challenge_ttl, end_of_local_day(asked_at))


class FaceChecks(LedgerAggregate):
    """The attempts of one person on one day (Asia/Shanghai)."""

    TOPIC = "jz.face_checks"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """A day of attempts began; those of the hour before midnight still count."""

        TOPIC = "jz.face_checks.day_began"
        subject_id: UUID
        attempts_before: list[datetime]

    class Attempted(LedgerAggregate.Event):
        """A face was compared, for a purpose, with a verdict."""

        TOPIC = "jz.face_checks.attempted"
        subject_id: UUID
        purpose: str
        verdict: str
        score: float
        threshold: float
        model: str
        liveness: str
        assurance: str
        device: str

        def apply(self, checks: "FaceChecks") -> None:
            """One more attempt counts."""
            checks.attempts.append(self.timestamp)

    def __init__(self, subject_id: UUID, attempts_before: list[datetime]) -> None:
        self.subject_id = subject_id
        self.attempts = list(attempts_before)

    @staticmethod
    def stream_for(subject_id: UUID, at: datetime) -> UUID:
        """The stream of the day that `at` falls on."""
        return stream_of(subject_id, "face_checks", local_day(at).isoformat())

    @classmethod
    def begin_day(cls, cause: Cause, subject_id: UUID, day_before: Self | None) -> Self:
        """Begin a day; attempts of the day before that are younger than an hour go on counting."""
        recent = day_before.attempts_since(cause.at - ATTEMPT_WINDOW) if day_before else []
        stream = cls.stream_for(subject_id, cause.at)
        return cls.begin(cause, stream, subject_id=subject_id, attempts_before=recent)

    def attempts_since(self, instant: datetime) -> list[datetime]:
        """The attempts after `instant`."""
        return [at for at in self.attempts if at > instant]

    def require_attempt_left(self, at: datetime, challenged_at: datetime, rules: Rules) -> None:
        """Refuse when this hour's attempts are used up, or the challenge is older than the last or the day.

        So each challenge is for one attempt, and nothing has to be kept of it: those that answer the same one
        go on in the same stream, of which the append lets one go on at a time.
        """
        recent = self.attempts_since(at - ATTEMPT_WINDOW)
        if len(recent) >= rules.face_attempts_per_hour:
            again_at = recent[-rules.face_attempts_per_hour] + ATTEMPT_WINDOW
            raise Refused(Reason.FACE_TOO_MANY_ATTEMPTS, again_at=again_at)
        day_began_at = end_of_local_day(at) - A_DAY
        if challenged_at < day_began_at or self.attempts_since(challenged_at):
            raise Refused(Reason.FACE_CHALLENGE_EXPIRED, field="face_challenge")

    def attempt(self, cause: Cause, purpose: str, evidence: FaceEvidence, rules: Rules) -> None:
        """Record an attempt, passed or failed."""
        self.require_attempt_left(cause.at, evidence.challenged_at, rules)
        told = evidence.recorded()
        self.happen(self.Attempted, cause, subject_id=self.subject_id, purpose=purpose, **told)
