"""What only one person may hold (ID number, phone, certificate code), taken in the append itself."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from psycopg import Connection

from domain.rejections import Reason
from domain.streams import partition_of_digest

TAKEN = {
    "phone": Reason.PHONE_TAKEN,
    "id_number": Reason.ID_NUMBER_TAKEN,
    "certificate_code": Reason.CODE_ALREADY_USED,
    "second_factor": Reason.SECOND_FACTOR_EXPIRED,
    "handover_code": Reason.HANDOVER_CODE_WRONG,
    "letter_end": Reason.LETTER_NOT_IN_FORCE,
    "identity_challenge": Reason.CHALLENGE_EXPIRED,
    "presence_code": Reason.PRESENCE_CODE_TAKEN,
    "officer_id_number": Reason.OFFICER_EXISTS,
}
"""The refusal when somebody else holds a claim of this kind."""

WORKER_PROMPT, CONSUMER_PROMPT, REFUSED_SCAN = "worker_prompt", "consumer_prompt", "refused_scan"
UNKNOWN_PRESENCE_CODE = "unknown_presence_code"
SLOTS = frozenset({WORKER_PROMPT, CONSUMER_PROMPT, REFUSED_SCAN, UNKNOWN_PRESENCE_CODE})
"""One of several (`ledger.store.slots`): who loses one at the last moment looks for another."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A value, known only by its keyed digest, that belongs to one owner."""

    kind: str
    pepper_id: int
    digest: bytes
    owner: UUID
    lapses_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a value, and until when if the claim is provisional."""

    owner: UUID
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimChanges:
    """The claims that an append takes, and those of an owner that it gives back."""

    take: tuple[Claim, ...] = ()
    release_owner: UUID | None = None
    release_kinds: tuple[str, ...] = ()


NO_CHANGES = ClaimChanges()


@dataclass(frozen=True, slots=True)
class BlindIndex:
    """HMAC-SHA256 under a secret pepper: equal values meet, nothing can be guessed from the digest."""

    pepper_id: int
    pepper: bytes = field(repr=False)

    def digest(self, kind: str, value: str) -> bytes:
        """The digest of a normalised value, 32 bytes."""
        return hmac.digest(self.pepper, f"{kind}\x1f{value}".encode(), sha256)

    def claim(self, kind: str, value: str, owner: UUID, lapses_at: datetime | None = None) -> Claim:
        """The claim of `owner` on a normalised value."""
        return Claim(kind, self.pepper_id, self.digest(kind, value), owner, lapses_at)

    def find_owner(self, connection: Connection, kind: str, value: str) -> UUID | None:
        """Whose value it is, if it is anybody's."""
        holder = self.find_holder(connection, kind, value)
        return holder.owner if holder else None

    def find_holder(self, connection: Connection, kind: str, value: str) -> Holder | None:
        """Who holds the value, if anybody does, be it by a claim that has lapsed and was not taken yet."""
        digest = self.digest(kind, value)
        row = connection.execute(
            "SELECT owner, lapses_at FROM ledger.claims"
            " WHERE partition = %s AND kind = %s AND pepper_id = %s AND digest = %s",
            (partition_of_digest(digest), kind, self.pepper_id, digest),
        ).fetchone()
        return Holder(*row) if row else None
