"""One append: what a command saves, as the database's procedure takes it, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from psycopg import Connection

from domain.rejections import Reason, Refused
from domain.streams import partition_of
from ledger.claims import SLOTS, TAKEN, ClaimChanges

OF_SAVES, OF_EVENTS, OF_OTHERS = ["%s"] * 4, ["%b"] * 5, ["%s"] * 10
"""The events travel in binary: as text, each of them would be searched for quotes."""
CALL = f"CALL ledger.append({', '.join(OF_SAVES + OF_EVENTS + OF_OTHERS)}, NULL, NULL, NULL)"


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
    by_partition = sorted(range(len(events)), key=lambda nth: partition_of(_stream(events[nth])))
    return [number for _, number in sorted(zip(by_partition, sorted(ids), strict=True))]


def _stream(event: StoredEvent) -> UUID:
    return UUID(str(event.originator_id))


def append(connection: Connection, saves: Sequence[Save]) -> list[Outcome]:
    """Append the saves, which touch nothing in common, in one transaction; on disk when this returns."""
    row = connection.execute(CALL, _arguments(saves)).fetchone()
    verdicts, details, places = row or ([], [], {})
    return [
        Outcome((places or {}).get(str(nth), []), verdict, detail)
        for nth, (verdict, detail) in enumerate(zip(verdicts, details, strict=True), 1)
    ]


def _arguments(saves: Sequence[Save]) -> list[list[object]]:
    """The nineteen arrays of the procedure: of the saves, their events, subjects, claims and releases."""
    numbered = list(enumerate(saves, 1))
    of_saves = [(s.append_id, s.at, s.erase, s.claims.release_owner) for s in saves]
    events = [
        (nth, e.originator_id, e.originator_version, e.topic, e.state)
        for nth, s in numbered
        for e in s.events
    ]
    subjects = [(nth, subject) for nth, s in numbered for subject in s.subjects]
    claims = [
        (nth, c.kind, c.pepper_id, c.digest, c.owner, c.lapses_at)
        for nth, s in numbered
        for c in s.claims.take
    ]
    releases = [(nth, kind) for nth, s in numbered for kind in s.claims.release_kinds]
    tables: list[tuple[Sequence[tuple[object, ...]], int]] = [
        (of_saves, 4),
        (events, 5),
        (subjects, 2),
        (claims, 6),
        (releases, 2),
    ]
    return [[row[column] for row in rows] for rows, width in tables for column in range(width)]
