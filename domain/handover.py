"""Somebody else's phone or a kiosk (借用他人手机) takes over some steps of a worker for a few minutes."""

from datetime import datetime
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import stream_of

COMPLETE, SIGNED_OUT = "complete", "signed_out"
"""Why it ended: the steps were done, or somebody signed out on the borrowed device."""


class Handover(LedgerAggregate):
    """One handover: a code that opens one session, for verification and letter only."""

    TOPIC = "jz.handover"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """The worker asked for a code on their own phone; the code itself is nowhere in the log."""

        TOPIC = "jz.handover.opened"
        subject_id: UUID
        expires_at: datetime

    class Redeemed(LedgerAggregate.Event):
        """The code was typed or scanned on the borrowed device; it works no second time."""

        TOPIC = "jz.handover.redeemed"
        subject_id: UUID
        ends_at: datetime

        def apply(self, handover: "Handover") -> None:
            """The session runs until then at the latest."""
            handover.ends_at = self.ends_at

    class Ended(LedgerAggregate.Event):
        """The session is over before its time: the steps are done, or somebody signed out."""

        TOPIC = "jz.handover.ended"
        subject_id: UUID
        because: str

        def apply(self, handover: "Handover") -> None:
            """Its token opens nothing any more."""
            handover.has_ended = True

    def __init__(self, subject_id: UUID, expires_at: datetime) -> None:
        self.subject_id = subject_id
        self.expires_at = expires_at
        self.ends_at: datetime | None = None
        self.has_ended = False

    @classmethod
    def open(cls, cause: Cause, subject_id: UUID, handover_id: UUID, rules: Rules) -> Self:
        """Open a handover; its stream lies among the worker's."""
        stream = stream_of(subject_id, "handover", str(handover_id))
        expires_at = cause.at + rules.handover_code_ttl
        return cls.begin(cause, stream, subject_id=subject_id, expires_at=expires_at)

    def redeem(self, cause: Cause, rules: Rules) -> None:
        """Use the code, once and in time; a code that cannot be used tells nothing more than a wrong one."""
        if self.ends_at is not None or cause.at > self.expires_at:
            raise Refused(Reason.HANDOVER_CODE_WRONG, field="code")
        ends_at = cause.at + rules.handover_session_ttl
        self.happen(self.Redeemed, cause, subject_id=self.subject_id, ends_at=ends_at)

    def require_running(self, at: datetime) -> datetime:
        """When the session ends at the latest; refuses where there is none any more."""
        if self.has_ended or self.ends_at is None or at >= self.ends_at:
            raise Refused(Reason.TOKEN_INVALID)
        return self.ends_at

    def end(self, cause: Cause, because: str) -> None:
        """End the session; `because` is `complete` or `signed_out`."""
        self.require_running(cause.at)
        self.happen(self.Ended, cause, subject_id=self.subject_id, because=because)
