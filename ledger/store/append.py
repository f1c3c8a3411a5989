"""One append: what a command saves, as the database's procedure takes it, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from psycopg import Connection

from domain.rejections import Reason, Refused
from domain.streams import partition_of
from ledger.store.arrays import Booleans, Byteas, Instants, Smallints, Texts, TypedList, Uuids, columns
from ledger.store.claims import SLOTS, TAKEN, ClaimChanges
from ledger.store.numbering import NumberedEvents, stream_of

CALL = f"CALL ledger.append({', '.join(['%s'] * 27)}, NULL, NULL, NULL)"

PERSON = (Smallints, Uuids, Booleans)
CLAIM = (Smallints, Texts, Smallints, Byteas, Uuids, Instants, Instants)
RELEASE = (Smallints, Uuids, Texts)


class StreamConflict(IntegrityError):
    """Somebody else appended to a stream that the save also wants to continue."""


class SlotTaken(StreamConflict):
    """Somebody else took the slot that the save also wants; there may be others."""


class AlreadyAppended(Exception):
    """The append was committed before.

    A retry finds begun what the first run had to begin (a day, a month, a year), so it may have fewer events.
    """

    def __init__(self, notification_ids: list[int]) -> None:
        super().__init__()
        self.notification_ids = notification_ids


@dataclass(frozen=True)
class Save:
    """What one command saves, in one piece.

    Attributes:
        events: in order; several streams may be mixed.
        append_id: a save with an id that was committed before is not written again.
        at: the command's instant, by which older claims lapse.
        claims: what is taken and given back in the same transaction.
        subjects: the people who must not be erased for this to happen.
        erase: the person whom this save erases.
    """

    events: Sequence[StoredEvent]
    append_id: UUID
    at: datetime
    claims: ClaimChanges
    subjects: Sequence[UUID]
    erase: UUID | None

    @cached_property
    def touches(self) -> set[object]:
        """What no other save of the same batch may touch."""
        claimed = {claim.digest for claim in self.claims.take}
        people = {self.erase, self.claims.release_owner, *self.subjects} - {None}
        return {event.originator_id for event in self.events} | claimed | people | {self.append_id}


@dataclass(frozen=True)
class Outcome:
    """What became of a save: the notification ids of its events, or why it was not written."""

    ids: list[int]
    verdict: str | None
    detail: str | None

    def as_first_told(self, save: Save) -> "Outcome":
        """Of a save that was sent again after its answer was lost: committed before means committed now.

        With another number of events it was an earlier run that committed it, and that stays as it is told.
        """
        if self.verdict != "again" or len(self.ids) != len(save.events):
            return self
        return Outcome(_in_order_of(save.events, self.ids), None, None)

    def result(self) -> list[int]:
        """The ids.

        Raises:
            StreamConflict: a stream moved on, or a slot was taken; names it.
            Refused: a claim is held by somebody else, or a subject is erased.
            AlreadyAppended: the save was committed before.
        """
        match self.verdict:
            case "stream":
                msg = f"the stream moved on: {self.detail}"
                raise StreamConflict(msg)
            case "claim" if self.detail in SLOTS:
                raise SlotTaken(self.detail)
            case "claim":
                raise Refused(TAKEN[self.detail or ""])
            case "erased":
                raise Refused(Reason.SUBJECT_ERASED)
            case "again":
                raise AlreadyAppended(self.ids)
        return self.ids


def _in_order_of(events: Sequence[StoredEvent], ids: Sequence[int]) -> list[int]:
    """The ids of the events, one by one: they count by partition, within one in the order of the events."""
    by_partition = sorted(range(len(events)), key=lambda nth: partition_of(stream_of(events[nth])))
    return [number for _, number in sorted(zip(by_partition, sorted(ids), strict=True))]


def append(connection: Connection, saves: Sequence[Save]) -> list[Outcome]:
    """Append the saves, which touch nothing in common, in one transaction; on disk when this returns.

    Where a save is refused, nothing is written of those that came with it: they are sent again without it.
    """
    outcomes: dict[UUID, Outcome] = {}
    while left := [save for save in saves if save.append_id not in outcomes]:
        outcomes |= _call(connection, left)
    return [outcomes[save.append_id] for save in saves]


def _call(connection: Connection, saves: Sequence[Save]) -> dict[UUID, Outcome]:
    """Of all saves if they were appended, else of those that were refused."""
    events = NumberedEvents([(save.append_id, save.events) for save in saves])
    arguments = [*events.columns(), *_people_and_claims(saves), Smallints(events.partitions)]
    verdicts, details, heads = connection.execute(CALL, arguments).fetchone() or ([], [], [])
    if heads is not None:
        ids = events.ids_after(heads)
        return {save.append_id: Outcome(next(ids), None, None) for save in saves}
    return {
        save.append_id: Outcome(_ids_if_again(connection, save, verdict), verdict, detail)
        for save, verdict, detail in zip(saves, verdicts, details, strict=True)
        if verdict
    }


def _people_and_claims(saves: Sequence[Save]) -> list[TypedList | None]:
    numbered = list(enumerate(saves, 1))
    people = [(nth, subject, False) for nth, s in numbered for subject in s.subjects]
    people += [(nth, s.erase, True) for nth, s in numbered if s.erase]
    claims = [
        (nth, c.kind, c.pepper_id, c.digest, c.owner, c.lapses_at, s.at)
        for nth, s in numbered
        for c in s.claims.take
    ]
    releases = [
        (nth, s.claims.release_owner, kind)
        for nth, s in numbered
        if s.claims.release_owner
        for kind in s.claims.release_kinds
    ]
    return [*columns(people, PERSON), *columns(claims, CLAIM), *columns(releases, RELEASE)]


def _ids_if_again(connection: Connection, save: Save, verdict: str) -> list[int]:
    return find_append(connection, save.append_id) or [] if verdict == "again" else []


def find_append(connection: Connection, append_id: UUID) -> list[int] | None:
    """The notification ids of an append that was committed, if it was."""
    row = connection.execute("SELECT ledger.places_of(%s)", (append_id,)).fetchone()
    return row[0] if row else None
