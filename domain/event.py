"""The base of every aggregate and every event of the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, Self
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.rejections import Reason, Refused


@dataclass(frozen=True, slots=True)
class Cause:
    """Who made something happen, when, and by which command.

    Attributes:
        at: the instant, UTC.
        actor: `person:<subject id>`, `staff:<id>`, `kiosk:<id>`, `provider:<id>` or `system:<process>`.
        command_id: the same for every event of one command, and for a retry of it.
    """

    at: datetime
    actor: str
    command_id: UUID


def _must_be_given(what: str) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        msg = f"{what} comes in as an argument: the library's default would read the wall clock or uuid4"
        raise TypeError(msg)

    return refuse


class LedgerAggregate(Aggregate):
    """An aggregate whose events say who caused them, by which command, and when.

    Public methods guard and then call `happen`; an event's `apply` only assigns, so that a rule
    that tightens later never breaks the replay of what was once allowed.
    """

    needs_living_subject = False
    """Whether nothing more happens to it once the person in its `subject_id` has cancelled the account."""

    create_id = staticmethod(_must_be_given("an aggregate's id"))

    class Event(Aggregate.Event):
        """Something that happened to the aggregate."""

        actor: str
        command_id: UUID
        create_timestamp = staticmethod(_must_be_given("an event's time"))

    class Created(Event, Aggregate.Created):
        """The first event of a stream."""

    @classmethod
    def begin(cls, cause: Cause, stream: UUID, **fields: Any) -> Self:
        """Start the stream with its `Created` event."""
        return cls._create(
            cls.Created,
            id=stream,
            timestamp=cause.at,
            actor=cause.actor,
            command_id=cause.command_id,
            **fields,
        )

    def require_version(self, expected: int) -> None:
        """Refuse a change that was made from another version than the present one."""
        if self.version != expected:
            raise Refused(Reason.VERSION_STALE)

    def happen(
        self, event: type[Aggregate.Event], cause: Cause, *, at: datetime | None = None, **fields: Any
    ) -> None:
        """Trigger `event`; `at` differs from the cause's time only where the event took effect earlier."""
        self.trigger_event(
            event, timestamp=at or cause.at, actor=cause.actor, command_id=cause.command_id, **fields
        )
