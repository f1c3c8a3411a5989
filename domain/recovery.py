"""The way back to an account whose phone is lost (找回账号): a new phone, and the document of the person.

Whose account it is nobody says and nobody is told before a document was shown: the document finds it.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from domain.assurance import Presence
from domain.event import Cause, LedgerAggregate
from domain.personal import PersonalText
from domain.presence import ShownDocument
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import id_of_command

STEP: Final = "recovery"


class Recovery(LedgerAggregate):
    """One request, from the proof of the new phone to the change; it belongs to nobody before a document."""

    TOPIC = "jz.recovery"

    class Created(LedgerAggregate.Created):
        """Somebody who is not signed in proved a phone; which one is nowhere in the log."""

        TOPIC = "jz.recovery.opened"
        expires_at: datetime

    class DocumentRefused(LedgerAggregate.Event):
        """A document led to no account; an officer read it or, where `officer_id` is none, a kiosk."""

        TOPIC = "jz.recovery.document_refused"
        officer_id: UUID | None
        because: str

        def apply(self, recovery: "Recovery") -> None:
            """So often only."""
            recovery.refusals += 1

    class Matched(LedgerAggregate.Event):
        """The first officer's document found the account; from here on it is the proof that waits."""

        TOPIC = "jz.recovery.matched"
        subject_id: UUID
        proof_id: UUID

        def apply(self, recovery: "Recovery") -> None:
            """It is this person's."""
            recovery.subject_id = self.subject_id
            recovery.proof_id = self.proof_id

    class Completed(LedgerAggregate.Event):
        """The account has the new phone, in the same append; the evidence is that of the document."""

        TOPIC = "jz.recovery.completed"
        subject_id: UUID
        document_kind: str
        document_authority: PersonalText
        decoder: str | None
        transcript_sha256: str | None
        device: str | None
        method: str
        assurance: str
        proof_id: UUID | None

        def apply(self, recovery: "Recovery") -> None:
            """It leads nowhere any more."""
            recovery.is_completed = True

    def __init__(self, expires_at: datetime) -> None:
        self.expires_at = expires_at
        self.refusals = 0
        self.subject_id: UUID | None = None
        self.proof_id: UUID | None = None
        self.is_completed = False

    @staticmethod
    def stream_for(cause: Cause) -> UUID:
        """The stream of the request that a command opens."""
        return id_of_command(cause.command_id, STEP)

    @classmethod
    def open(cls, cause: Cause, rules: Rules) -> Self:
        """Open a request; the phone's SMS code was right."""
        return cls.begin(cause, cls.stream_for(cause), expires_at=cause.at + rules.presence_request_ttl)

    def require_waiting(self, at: datetime, rules: Rules, over: Reason = Reason.RECOVERY_EXPIRED) -> None:
        """Refuse a document when it is too late (`over`), or after so many that did not fit."""
        if self.is_completed or at > self.expires_at:
            raise Refused(over)
        if self.refusals >= rules.presence_refusals:
            raise Refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS)

    def refuse_document(self, cause: Cause, because: str, officer_id: UUID | None = None) -> None:
        """Record that a document led to no account; `because` is the refusal's code."""
        self.happen(self.DocumentRefused, cause, officer_id=officer_id, because=because)

    def match(self, cause: Cause, subject_id: UUID, proof_id: UUID) -> None:
        """Note whose account the first officer's document found, and the proof that officers complete."""
        self.happen(self.Matched, cause, subject_id=subject_id, proof_id=proof_id)

    def matched(self) -> tuple[UUID, UUID]:
        """The person, and the proof by officers.

        Raises:
            Refused: it is over; or no officer has confirmed yet.
        """
        if self.is_completed:
            raise Refused(Reason.RECOVERY_EXPIRED)
        if self.subject_id is None or self.proof_id is None:
            raise Refused(Reason.PRESENCE_PROOF_INCOMPLETE, field="recovery_ticket")
        return self.subject_id, self.proof_id

    def complete(self, cause: Cause, subject_id: UUID, document: ShownDocument, presence: Presence) -> None:
        """Give the account back, once, and to nobody else than officers have found."""
        presence.require_enough_for(STEP)
        if self.is_completed:
            raise Refused(Reason.RECOVERY_EXPIRED)
        if self.subject_id not in (None, subject_id):
            raise Refused(Reason.IDENTITY_MISMATCH)
        self.happen(self.Completed, cause, subject_id=subject_id, **asdict(document), **asdict(presence))
