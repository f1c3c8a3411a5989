"""The application: loads aggregates, appends what happened, and replays what was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import Mapper
from eventsourcing.utils import EnvType

from domain.event import Cause, LedgerAggregate
from domain.letter import LETTERS, Letters
from domain.personal import personal_fields
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import id_of_command
from ledger.factory import LedgerFactory
from ledger.sealing.fields import SealingMapper
from ledger.sealing.subject_keys import SubjectErased
from ledger.sealing.tickets import Tickets
from ledger.store.append import AlreadyAppended, StreamConflict
from ledger.store.claims import NO_CHANGES, BlindIndex, ClaimChanges
from ledger.store.hints import POLLING, Wakeups
from ledger.store.positions import Position
from ledger.store.recorder import LedgerRecorder

Aggregate = TypeVar("Aggregate", bound=LedgerAggregate)
Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")

CONFLICT_RETRIES = 20
"""Of several commands on one stream at the same moment one goes through a round: so many may wait in line."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a command's events lie in the log."""

    positions: tuple[Position, ...]


NOTHING_APPENDED = Appended(())


class CreditLedger(Application[UUID]):
    """The event-sourced application; its commands are the functions of `ledger.use_cases`."""

    name = "jiazheng"

    def __init__(
        self, env: EnvType, rules: Rules, wakeups: Wakeups = POLLING, letters: Letters = LETTERS
    ) -> None:
        super().__init__({"PERSISTENCE_MODULE": "ledger.factory", **env})
        factory = cast("LedgerFactory", self.factory)
        self.rules = rules
        self.letters = letters
        self.pool = factory.pool
        self.keys = factory.keys
        self.keyring = factory.keyring
        self.event_log = cast("LedgerRecorder", self.recorder)
        self.event_log.wakeups = self.wakeups = wakeups
        self.blind_index = BlindIndex(1, self.keyring.pepper)
        self.tickets = Tickets(self.keyring.tickets)

    def close(self) -> None:
        """Close the connections."""
        super().close()
        self.wakeups.close()

    def find(self, kind: type[Aggregate], stream: UUID, version: int | None = None) -> Aggregate | None:
        """The aggregate of a stream, now or at a `version`, if the stream exists and is of that kind."""
        try:
            found: LedgerAggregate = self.repository.get(stream, version=version)
        except AggregateNotFoundError:
            return None
        return found if isinstance(found, kind) else None

    def load(self, kind: type[Aggregate], stream: UUID, missing: Reason = Reason.NOT_FOUND) -> Aggregate:
        """The aggregate of a stream.

        Raises:
            Refused: there is none.
        """
        found = self.find(kind, stream)
        if found is None:
            raise Refused(missing)
        return found

    def find_all(self, kind: type[Aggregate], streams: Sequence[UUID]) -> dict[UUID, Aggregate]:
        """The aggregates of those streams that exist, read in one query."""
        found: dict[UUID, LedgerAggregate | None] = {}
        for stored in self.event_log.select_streams(streams):
            event = self.mapper.to_domain_event(stored)
            stream = event.originator_id
            found[stream] = event.mutate(found.get(stream))  # type: ignore[attr-defined] # every event has it
        return {stream: one for stream, one in found.items() if isinstance(one, kind)}

    def as_of(self, kind: type[Aggregate], stream: UUID, at: datetime) -> Aggregate | None:
        """The aggregate as it was at an instant, replayed from its events."""
        found: LedgerAggregate | None = None
        for event in self.events.get(stream):
            if event.timestamp > at:  # type: ignore[attr-defined] # every event of the ledger has one
                break
            found = event.mutate(found)  # type: ignore[attr-defined] # likewise
        return found if isinstance(found, kind) else None

    def commit(
        self,
        cause: Cause,
        *aggregates: LedgerAggregate,
        claims: ClaimChanges = NO_CHANGES,
        living: Sequence[UUID] = (),
        erase: UUID | None = None,
    ) -> Appended:
        """Append what happened to the aggregates, in one transaction.

        Nobody of `living` may have been erased before, nor anybody whom the aggregates themselves need.

        Raises:
            StreamConflict: one of them moved on; load and act again.
            Refused: a claim is taken, or a person is erased.
        """
        subjects = {person for aggregate in aggregates for person in _living_subjects(aggregate)} | {*living}
        in_one_transaction = {"at": cause.at, "claims": claims, "subjects": sorted(subjects), "erase": erase}
        try:
            recordings = self.save(*aggregates, append_id=cause.command_id, **in_one_transaction)
        except AlreadyAppended as before:
            return Appended(tuple(map(Position.from_id, before.notification_ids)))
        except SubjectErased as error:
            raise Refused(Reason.SUBJECT_ERASED) from error
        return Appended(tuple(Position.from_id(recording.notification.id) for recording in recordings))

    def commit_refusal(
        self, cause: Cause, *aggregates: LedgerAggregate, claims: ClaimChanges = NO_CHANGES
    ) -> Appended:
        """Append what a refused command leaves behind (a failed face check), under an id of its own.

        So a retry of the command is never taken for one that was carried out.
        """
        refused = replace(cause, command_id=id_of_command(cause.command_id, "refusal"))
        return self.commit(refused, *aggregates, claims=claims)

    def find_appended(self, command_id: UUID) -> Appended | None:
        """What a command appended, if it was committed before."""
        ids = self.event_log.find_append(command_id)
        return None if ids is None else Appended(tuple(map(Position.from_id, ids)))

    def load_changed(self, kind: type[Aggregate], appended: Appended) -> Aggregate:
        """The one aggregate of a kind that a committed command changed, as it is now.

        A code that the command was given may have lapsed since: its events say what it was about.
        """
        changed = {UUID(str(event.originator_id)) for event in self.event_log.read_at(appended.positions)}
        (found,) = self.find_all(kind, list(changed)).values()
        return found

    def positions_of(self, stream: UUID) -> Appended:
        """Where the events of a stream lie."""
        return Appended(tuple(self.event_log.positions_of(stream)))

    def reader(self) -> Mapper[UUID]:
        """A mapper without keys: personal fields stay sealed."""
        return SealingMapper(self.construct_transcoder())


def _living_subjects(aggregate: LedgerAggregate) -> set[UUID]:
    """The people who must not be erased for this to happen."""
    sealed = {
        getattr(event, subject_field)
        for event in aggregate.pending_events
        for subject_field in personal_fields(type(event)).values()
    }
    if aggregate.needs_living_subject and aggregate.pending_events:
        sealed.add(getattr(aggregate, "subject_id"))  # noqa: B009 - only such aggregates have one
    return sealed


def use_case(
    command: Callable[Concatenate[CreditLedger, Cause, Arguments], Result],
) -> Callable[Concatenate[CreditLedger, Cause, Arguments], Result]:
    """Marks a command: load, act, commit; done again when a stream moved on in between."""

    @wraps(command)
    def run(
        ledger: CreditLedger, cause: Cause, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        for _ in range(CONFLICT_RETRIES):
            try:
                return command(ledger, cause, *args, **kwargs)
            except StreamConflict as conflict:
                last = conflict
        raise last

    return run


def repeatable(
    command: Callable[Concatenate[CreditLedger, Cause, Arguments], Appended],
) -> Callable[Concatenate[CreditLedger, Cause, Arguments], Appended]:
    """A use case that, when its guards refuse because it was committed before, answers as it did then."""

    @wraps(command)
    def run(
        ledger: CreditLedger, cause: Cause, /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Appended:
        try:
            return use_case(command)(ledger, cause, *args, **kwargs)
        except Refused:
            before = ledger.find_appended(cause.command_id)
            if before is None:
                raise
            return before

    return run
