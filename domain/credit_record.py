"""A credit record that a data provider submitted about a worker, signed."""

from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.personal import PersonalText
from domain.rejections import Reason, Refused
from domain.streams import stream_of

RECORD_TYPES = ("tax", "bank_credit", "identity", "criminal_record", "insurance", "health")


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

    def __init__(self, subject_id: UUID, provider_id: UUID, record_type: str, jws: PersonalText) -> None:
        self.subject_id = subject_id
        self.provider_id = provider_id
        self.record_type = record_type
        self.jws = jws

    @staticmethod
    def stream_for(subject_id: UUID, provider_id: UUID, reference: str) -> UUID:
        """The stream of a provider's reference; it lies among the worker's streams."""
        return stream_of(subject_id, "credit_record", str(provider_id), reference)

    @classmethod
    def submit(
        cls,
        cause: Cause,
        *,
        subject_id: UUID,
        provider_id: UUID,
        record_type: str,
        reference: str,
        jws: str,
    ) -> Self:
        """Take over a submission whose signature was verified."""
        return cls.begin(
            cause,
            cls.stream_for(subject_id, provider_id, reference),
            subject_id=subject_id,
            provider_id=provider_id,
            record_type=record_type,
            jws=jws,
        )

    def require_same(self, signed_part: str) -> None:
        """Refuse another content under the same reference.

        The header and payload count, not the signature: an ECDSA signature differs each time.
        """
        if str(self.jws).rpartition(".")[0] != signed_part:
            raise Refused(Reason.REFERENCE_REUSED, field="reference")
