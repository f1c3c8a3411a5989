"""Short-lived sealed tickets: certificate codes and identity challenges, which nothing has to store.

A ticket is `<nonce><AES-256-GCM(subject id, microseconds since the epoch)>`, base64url, with its kind as the
associated data. Nobody can forge or read one, or write the same one in another way; that it is used once is a
claim on its text, taken in the append.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.rejections import Reason, Refused

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says."""

    subject_id: UUID
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class TicketKind:
    """What a ticket is for, how long it holds, and the refusals of a bad and of a late one."""

    name: str
    invalid: Reason
    expired: Reason


CERTIFICATE_CODE = TicketKind("certificate_code", Reason.CODE_INVALID, Reason.CODE_EXPIRED)
IDENTITY_CHALLENGE = TicketKind("identity_challenge", Reason.CHALLENGE_EXPIRED, Reason.CHALLENGE_EXPIRED)
SECOND_FACTOR = TicketKind("second_factor", Reason.SECOND_FACTOR_EXPIRED, Reason.SECOND_FACTOR_EXPIRED)
RECOVERY = TicketKind("recovery", Reason.RECOVERY_EXPIRED, Reason.RECOVERY_EXPIRED)
STAFF_PROPOSAL = TicketKind("staff_proposal", Reason.PASSKEY_INVALID, Reason.PASSKEY_INVALID)
STAFF_GRANT = TicketKind("staff_grant", Reason.PASSKEY_INVALID, Reason.PASSKEY_INVALID)


def face_challenge(step: str) -> TicketKind:
    """Of the movements that a face check asks for; a challenge of one step is none of another."""
    expired = Reason.FACE_CHALLENGE_EXPIRED
    return TicketKind(f"face_challenge:{step}", expired, expired)


class Tickets:
    """Issues and reads tickets."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def issue(self, kind: TicketKind, subject_id: UUID, at: datetime) -> str:
        """A fresh ticket."""
        nonce = secrets.token_bytes(12)
        says = subject_id.bytes + ((at - EPOCH) // MICROSECOND).to_bytes(8, "big")
        return urlsafe_b64encode(nonce + self._aead.encrypt(nonce, says, kind.name.encode())).decode()

    def read(self, kind: TicketKind, text: str, at: datetime, ttl: timedelta) -> Ticket:
        """Read a ticket that is not older than `ttl`.

        Raises:
            Refused: it is forged, of another kind, or too old.
        """
        ticket = self.open(kind, text)
        if not timedelta(0) <= at - ticket.issued_at <= ttl:
            raise Refused(kind.expired)
        return ticket

    def open(self, kind: TicketKind, text: str) -> Ticket:
        """Read a ticket, however old.

        Raises:
            Refused: it is forged, or of another kind.
        """
        try:
            octets = urlsafe_b64decode(text.encode())
            if urlsafe_b64encode(octets) != text.encode():  # another text would be another claim
                raise Refused(kind.invalid)
            says = self._aead.decrypt(octets[:12], octets[12:], kind.name.encode())
        except (NotBase64, InvalidTag, ValueError) as error:
            raise Refused(kind.invalid) from error
        microseconds = int.from_bytes(says[16:], "big")
        return Ticket(UUID(bytes=says[:16]), EPOCH + microseconds * MICROSECOND)
