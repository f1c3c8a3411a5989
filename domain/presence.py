"""Proofs without a face that a person is there: card, SMS code and passcode, or officers at a counter.

A proof is for one step, holds some minutes from the moment it is complete, and is used once.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from domain.assurance import ASSURANCES, CARD, OFFICERS, Presence, officers_needed
from domain.event import Cause, LedgerAggregate
from domain.personal import PersonalText
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import id_of_command, stream_of


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """The person's own document, as a kiosk read it or an officer typed it.

    Attributes:
        document_kind: the kind on the card, or what the officer chose.
        document_authority: who issued it.
        decoder, transcript_sha256, device: the evidence of a reading; none where a person looked.
    """

    document_kind: str
    document_authority: PersonalText
    decoder: str | None = None
    transcript_sha256: str | None = None
    device: str | None = None


class PresenceProof(LedgerAggregate):
    """One proof, from the question to its use."""

    TOPIC = "jz.presence"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """The person chose a way without the face for a step."""

        TOPIC = "jz.presence.begun"
        subject_id: UUID
        purpose: str
        method: str
        officers_needed: int
        expires_at: datetime

    class CardShown(LedgerAggregate.Event):
        """A kiosk read the person's card, and SMS code and passcode were right."""

        TOPIC = "jz.presence.card_shown"
        subject_id: UUID
        document_kind: str
        document_authority: PersonalText
        decoder: str
        transcript_sha256: str
        device: str
        assurance: str
        usable_until: datetime

        def apply(self, proof: "PresenceProof") -> None:
            """The proof is complete."""
            proof.document = ShownDocument(
                self.document_kind,
                self.document_authority,
                self.decoder,
                self.transcript_sha256,
                self.device,
            )
            proof.assurance = self.assurance
            proof.usable_until = self.usable_until

    class OfficerConfirmed(LedgerAggregate.Event):
        """An officer held the person's document in their hands, and it is the registered person's."""

        TOPIC = "jz.presence.officer_confirmed"
        subject_id: UUID
        officer_id: UUID
        document_kind: str
        document_authority: PersonalText
        usable_until: datetime | None

        def apply(self, proof: "PresenceProof") -> None:
            """One more officer; with the last one the proof is complete."""
            proof.officers = (*proof.officers, self.officer_id)
            proof.document = ShownDocument(self.document_kind, self.document_authority)
            proof.assurance = "officer"
            proof.usable_until = self.usable_until

    class OfficerRefused(LedgerAggregate.Event):
        """What an officer read from the document is not what is registered, or it has expired."""

        TOPIC = "jz.presence.officer_refused"
        subject_id: UUID
        officer_id: UUID
        because: str

        def apply(self, proof: "PresenceProof") -> None:
            """So often only."""
            proof.refusals += 1

    class Used(LedgerAggregate.Event):
        """The step that the proof is for was taken, in the same append."""

        TOPIC = "jz.presence.used"
        subject_id: UUID

        def apply(self, proof: "PresenceProof") -> None:
            """The proof is spent."""
            proof.is_used = True

    def __init__(
        self, subject_id: UUID, purpose: str, method: str, officers_needed: int, expires_at: datetime
    ) -> None:
        self.subject_id = subject_id
        self.purpose = purpose
        self.method = method
        self.officers_needed = officers_needed
        self.expires_at = expires_at
        self.officers: tuple[UUID, ...] = ()
        self.refusals = 0
        self.document: ShownDocument | None = None
        self.assurance = ASSURANCES[0]
        self.usable_until: datetime | None = None
        self.is_used = False

    @property
    def shown_document(self) -> ShownDocument:
        """The document that was shown.

        Raises:
            Refused: none was yet.
        """
        if self.document is None:
            raise Refused(Reason.PRESENCE_PROOF_INCOMPLETE, field="presence_proof")
        return self.document

    @staticmethod
    def stream_for(subject_id: UUID, cause: Cause) -> UUID:
        """The stream of the proof that a command begins."""
        return stream_of(subject_id, "presence", str(id_of_command(cause.command_id, "presence")))

    @classmethod
    def ask(cls, cause: Cause, subject_id: UUID, purpose: str, method: str, rules: Rules) -> Self:
        """Begin a proof for a step, by `card_code_passcode` or `officers`."""
        Presence(method, ASSURANCES[-1]).require_enough_for(purpose)
        return cls.begin(
            cause,
            cls.stream_for(subject_id, cause),
            subject_id=subject_id,
            purpose=purpose,
            method=method,
            officers_needed=officers_needed(purpose) if method == OFFICERS else 0,
            expires_at=cause.at + rules.presence_request_ttl,
        )

    def show_card(self, cause: Cause, document: ShownDocument, assurance: str, rules: Rules) -> None:
        """Complete the proof with the own card; SMS code and passcode were right."""
        Presence(CARD, assurance).require_enough_for(self.purpose)
        self.happen(
            self.CardShown,
            cause,
            subject_id=self.subject_id,
            **asdict(document),
            assurance=assurance,
            usable_until=cause.at + rules.presence_proof_ttl,
        )

    def require_officer(self, cause: Cause, officer_id: UUID, rules: Rules) -> None:
        """Refuse an officer who confirmed already, and any when it is too late or went wrong too often."""
        if cause.at > self.expires_at or self.usable_until is not None:
            raise Refused(Reason.PRESENCE_CODE_UNKNOWN, field="code")
        if self.refusals >= rules.presence_refusals:
            raise Refused(Reason.PRESENCE_TOO_MANY_ATTEMPTS)
        if officer_id in self.officers:
            raise Refused(Reason.SECOND_OFFICER_NEEDED)

    def confirm(self, cause: Cause, officer_id: UUID, document: ShownDocument, rules: Rules) -> None:
        """Record that an officer confirms; from the last one needed on the proof can be used."""
        self.require_officer(cause, officer_id, rules)
        is_last = len(self.officers) + 1 >= self.officers_needed
        self.happen(
            self.OfficerConfirmed,
            cause,
            subject_id=self.subject_id,
            officer_id=officer_id,
            document_kind=document.document_kind,
            document_authority=document.document_authority,
            usable_until=cause.at + rules.presence_proof_ttl if is_last else None,
        )

    def refuse(self, cause: Cause, officer_id: UUID, because: str, rules: Rules) -> None:
        """Record that an officer does not confirm; `because` is the refusal's code."""
        self.require_officer(cause, officer_id, rules)
        self.happen(
            self.OfficerRefused, cause, subject_id=self.subject_id, officer_id=officer_id, because=because
        )

    def status_at(self, at: datetime) -> Literal["waiting", "usable", "used", "expired"]:
        """`waiting` for officers, `usable`, `used` or `expired`, by the stored deadlines."""
        if self.is_used:
            return "used"
        if at > (self.usable_until or self.expires_at):
            return "expired"
        return "usable" if self.usable_until else "waiting"

    def use(self, cause: Cause, subject_id: UUID, step: str) -> Presence:
        """Use the proof up for the step it is for, and for nothing else.

        Raises:
            Refused: it is somebody else's or for another step; it is not complete, too old, or used.
        """
        if (subject_id, step) != (self.subject_id, self.purpose):
            raise Refused(Reason.PRESENCE_PROOF_UNKNOWN, field="presence_proof")
        if refusal := _REFUSALS.get(self.status_at(cause.at)):
            raise Refused(refusal, field="presence_proof")
        presence = Presence(self.method, self.assurance, self.id)
        presence.require_enough_for(step)
        self.happen(self.Used, cause, subject_id=self.subject_id)
        return presence


_REFUSALS = {
    "waiting": Reason.PRESENCE_PROOF_INCOMPLETE,
    "expired": Reason.PRESENCE_PROOF_EXPIRED,
    "used": Reason.PRESENCE_PROOF_USED,
}
