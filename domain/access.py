"""Who looked at a person's data: every look is itself recorded."""

from datetime import datetime
from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.streams import local_day, stream_of


class AccessLog(LedgerAggregate):
    """The looks at one person's data in one month (Asia/Shanghai)."""

    TOPIC = "jz.access_log"

    class Created(LedgerAggregate.Created):
        """The first look of the month."""

        TOPIC = "jz.access_log.month_began"
        subject_id: UUID

    class Looked(LedgerAggregate.Event):
        """Somebody looked; the event's actor says who, `basis` on what legal basis."""

        TOPIC = "jz.access_log.looked"
        subject_id: UUID
        role: str
        what: str
        basis: str

        def apply(self, log: "AccessLog") -> None:
            """One more look."""
            log.looks += 1
            log.last_looks[self.actor, self.what] = self.timestamp

    def __init__(self, subject_id: UUID) -> None:
        self.subject_id = subject_id
        self.looks = 0
        self.last_looks: dict[tuple[str, str], datetime] = {}

    @staticmethod
    def stream_for(subject_id: UUID, cause: Cause) -> UUID:
        """The stream of the month of the cause's instant."""
        return stream_of(subject_id, "access_log", f"{local_day(cause.at):%Y-%m}")

    @classmethod
    def begin_month(cls, cause: Cause, subject_id: UUID) -> Self:
        """Begin a month."""
        return cls.begin(cause, cls.stream_for(subject_id, cause), subject_id=subject_id)

    def look(self, cause: Cause, *, role: str, what: str, basis: str) -> None:
        """Record a look."""
        self.happen(self.Looked, cause, subject_id=self.subject_id, role=role, what=what, basis=basis)

    def look_once_a_day(self, cause: Cause, *, role: str, what: str, basis: str) -> None:
        """Record the first look of a day: a list that is open all day shows the same again and again.

        Without this a month's stream would grow with every refresh of every operator's screen.
        """
        last = self.last_looks.get((cause.actor, what))
        if last is None or local_day(last) != local_day(cause.at):
            self.look(cause, role=role, what=what, basis=basis)
