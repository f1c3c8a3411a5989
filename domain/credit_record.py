"""A credit record that a data provider submitted about a worker, signed; a correction supersedes it."""

from typing import Literal, Self, get_args
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.personal import PersonalText
from domain.rejections import Reason, Refused
from domain.streams import stream_of

RecordType = Literal["tax", "bank_credit", "identity", "criminal_record", "insurance", "health"]
RECORD_TYPES: tuple[RecordType, ...] = get_args(RecordType)


class CreditRecord(LedgerAggregate):
    """One reference of one provider; what it says is sealed, with the signature that proves it."""

    TOPIC = "jz.credit_record"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """The provider submitted the record; `jws` is the compact JWS as received."""

        TOPIC = "jz.credit_record.submitted"
        subject_id: UUID
        provider_id: UUID
        record_type: str
        jws: PersonalText

    class Superseded(LedgerAggregate.Event):
        """The provider corrected it by another record; both stay, the other one is shown."""

        TOPIC = "jz.credit_record.superseded"
        subject_id: UUID
        correction_id: UUID

        def apply(self, record: "CreditRecord") -> None:
            """The correction counts in its place, until that is corrected in turn."""
            record.superseded_by = self.correction_id

    def __init__(
        self, subject_id: UUID, provider_id: UUID, record_type: str, jws: PersonalText, command_id: UUID
    ) -> None:
        self.subject_id = subject_id
        self.provider_id = provider_id
        self.record_type = record_type
        self.jws = jws
        self.submitted_by_command = command_id
        self.superseded_by: UUID | None = None

    @staticmethod
    def stream_for(subject_id: UUID, provider_id: UUID, reference_mac: str) -> UUID:
        """The stream of a provider's reference; it lies among the worker's streams.

        `reference_mac` is keyed: ids lie in the open, and a reference might be guessed.
        """
        return stream_of(subject_id, "credit_record", str(provider_id), reference_mac)

    @classmethod
    def submit(
        cls,
        cause: Cause,
        *,
        subject_id: UUID,
        provider_id: UUID,
        record_type: str,
        reference_mac: str,
        jws: str,
    ) -> Self:
        """Take over a submission whose signature was verified."""
        return cls.begin(
            cause,
            cls.stream_for(subject_id, provider_id, reference_mac),
            subject_id=subject_id,
            provider_id=provider_id,
            record_type=record_type,
            jws=jws,
        )

    def supersede(self, cause: Cause, correction: "CreditRecord") -> None:
        """Let a correction of the same type take the record's place; it happens once to each record."""
        if self.superseded_by:
            raise Refused(Reason.RECORD_CORRECTED, field="corrects")
        if correction.record_type != self.record_type:
            raise Refused(Reason.SUBMISSION_INVALID, field="type")
        self.happen(self.Superseded, cause, subject_id=self.subject_id, correction_id=correction.id)

    def require_same(self, payload: str) -> None:
        """Refuse another payload (base64url, as signed) under the same reference.

        Neither header nor signature counts: the key may be another, and ECDSA signs differently each time.
        """
        if str(self.jws).split(".")[1:2] != [payload]:
            raise Refused(Reason.REFERENCE_REUSED, field="reference")
