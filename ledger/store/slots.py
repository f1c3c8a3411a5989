"""At most so many an hour: numbered claims that lapse, so that the database counts, under any race."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import Connection

from domain.rejections import Reason, Refused
from domain.streams import partition_of_digest
from ledger.store.claims import BlindIndex, Claim

HOUR = timedelta(hours=1)
_HELD = """
    SELECT c.digest, c.lapses_at FROM ledger.claims c
    JOIN unnest(%s::smallint[], %s::bytea[]) AS w (partition, digest)
        ON c.partition = w.partition AND c.digest = w.digest
    WHERE c.kind = %s AND c.pepper_id = %s AND c.lapses_at > %s AND c.owner <> %s
"""


@dataclass(frozen=True, slots=True)
class Slots:
    """A limit of somebody's.

    Attributes:
        kind: of the claims; a claim that is lost to somebody else at the last moment is tried again.
        whose: the id of the person who is limited; of two, where the limit is for what one does to the other.
        limit: how many there are; each is free again after an hour.
        refusal: what is said when none is free.
    """

    kind: str
    whose: tuple[UUID, ...]
    limit: int
    refusal: Reason

    def take(self, connection: Connection, index: BlindIndex, holder: UUID, at: datetime) -> Claim:
        """A claim on a free slot, to be taken with the append of what it is for.

        Args:
            connection: to the ledger's database.
            index: makes the claims.
            holder: what takes it; the same takes it again when its command is repeated.
            at: the command's instant, UTC.

        Raises:
            Refused: none is free.
        """
        whose = "/".join(map(str, self.whose))
        numbered = [f"{whose}/{number}" for number in range(self.limit)]
        slots = [index.claim(self.kind, slot, holder, at + HOUR) for slot in numbered]
        held = self._held(connection, index, slots, at)
        free = [slot for slot in slots if slot.digest not in held]
        if not free:
            raise Refused(self.refusal, again_at=min(held.values()))
        return free[holder.int % len(free)]  # not the first: those who come at once should not meet there

    def _held(
        self, connection: Connection, index: BlindIndex, slots: list[Claim], at: datetime
    ) -> dict[bytes, datetime]:
        """By digest, when those lapse that others hold."""
        digests = [slot.digest for slot in slots]
        places = list(map(partition_of_digest, digests))
        arguments = (places, digests, self.kind, index.pepper_id, at, slots[0].owner)
        return dict(connection.execute(_HELD, arguments).fetchall())
