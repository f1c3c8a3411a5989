"""Look-ups that found nobody: who tries numbers leaves a trace, the numbers do not."""

from typing import Self
from uuid import UUID

from domain.access_log import Look
from domain.event import Cause, LedgerAggregate
from domain.streams import local_day, stream_of


class FailedLookups(LedgerAggregate):
    """The failed look-ups of one member of staff in one month (Asia/Shanghai).

    No event holds what was looked for, nor anything that follows from it: whoever owns the number may
    register tomorrow.
    """

    TOPIC = "jz.failed_lookups"

    class Created(LedgerAggregate.Created):
        """The first one of the month."""

        TOPIC = "jz.failed_lookups.month_began"
        staff_id: UUID

    class NobodyFound(LedgerAggregate.Event):
        """There was nobody; `named_by` tells what was given: `id_number`, `subject_id` or `presence_code`."""

        TOPIC = "jz.failed_lookups.nobody_found"
        staff_id: UUID
        role: str
        what: str
        basis: str
        named_by: str

        def apply(self, log: "FailedLookups") -> None:
            """One more."""
            log.count += 1

    def __init__(self, staff_id: UUID) -> None:
        self.staff_id = staff_id
        self.count = 0

    @staticmethod
    def stream_for(staff_id: UUID, cause: Cause) -> UUID:
        """The stream of the month of the cause's instant."""
        return stream_of(staff_id, "failed_lookups", f"{local_day(cause.at):%Y-%m}")

    @classmethod
    def begin_month(cls, cause: Cause, staff_id: UUID) -> Self:
        """Begin a month."""
        return cls.begin(cause, cls.stream_for(staff_id, cause), staff_id=staff_id)

    def find_nobody(self, cause: Cause, look: Look, named_by: str) -> None:
        """Record that nobody was found."""
        self.happen(
            self.NobodyFound,
            cause,
            staff_id=self.staff_id,
            role=look.role,
            what=look.what,
            basis=look.basis,
            named_by=named_by,
        )
