"""Who looked at a person's data: every look is itself recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rules import Rules
from domain.streams import local_day, stream_of


@dataclass(frozen=True, slots=True)
class Look:
    """What a member of staff looks at, and why.

    Attributes:
        role: the role in which they look.
        what: the kind of look, such as `trail`.
        basis: the legal basis.
        enterprise_id: the enterprise they look for; authorities have none.
        is_delayed: whether the law asks that the person hears of it later.
    """

    role: str
    what: str
    basis: str
    enterprise_id: UUID | None = None
    is_delayed: bool = False

    def shown_at(self, at: datetime, rules: Rules) -> datetime:
        """The instant from which the person sees a look made at `at`."""
        return at + rules.delayed_look_shown_after if self.is_delayed else at


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
        class_version = 2
        subject_id: UUID
        role: str
        what: str
        basis: str
        enterprise_id: UUID | None
        shown_at: datetime

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """At first no look was delayed, and an operator's did not name the enterprise."""
            state["enterprise_id"] = None
            state["shown_at"] = state["timestamp"]

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

    def look(self, cause: Cause, look: Look, rules: Rules) -> None:
        """Record a look."""
        self.happen(
            self.Looked,
            cause,
            subject_id=self.subject_id,
            role=look.role,
            what=look.what,
            basis=look.basis,
            enterprise_id=look.enterprise_id,
            shown_at=look.shown_at(cause.at, rules),
        )

    def look_once_a_day(self, cause: Cause, look: Look, rules: Rules) -> None:
        """Record the first look of a day: a list that is open all day shows the same again and again.

        Without this a month's stream would grow with every refresh of every operator's screen.
        """
        last = self.last_looks.get((cause.actor, look.what))
        if last is None or local_day(last) != local_day(cause.at):
            self.look(cause, look, rules)
