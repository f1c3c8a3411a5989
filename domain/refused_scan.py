"""A scan that led to no prompt: of a code that was used or too old, or of a worker who cannot disclose."""

from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.streams import stream_of


class RefusedScan(LedgerAggregate):
    """Nothing was asked and nothing shown; both sides have a receipt of it all the same."""

    TOPIC = "jz.refused_scan"

    class Created(LedgerAggregate.Created):
        """A consumer scanned a real code of the worker; `because` is the refusal's code."""

        TOPIC = "jz.refused_scan.recorded"
        subject_id: UUID
        consumer_id: UUID
        because: str

    def __init__(self, subject_id: UUID, consumer_id: UUID, because: str) -> None:
        self.subject_id = subject_id
        self.consumer_id = consumer_id
        self.because = because

    @classmethod
    def record(cls, cause: Cause, *, subject_id: UUID, consumer_id: UUID, because: str) -> Self:
        """Record a scan; it lies among the worker's streams."""
        stream = stream_of(subject_id, "refused_scan", str(cause.command_id))
        return cls.begin(cause, stream, subject_id=subject_id, consumer_id=consumer_id, because=because)
