"""Devices on which somebody signed in before: each keeps a random token, the database its keyed digest.

A token is `jzd_` and base64url of device id (16 bytes) and a secret (32 bytes). The digest names the person,
so that a row that was rewritten to somebody else's makes nobody known.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import partition_of
from ledger.vault.erased_subjects import is_erased

PREFIX = "jzd_"
NO_DEVICE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of somebody's."""

    device_id: UUID
    name: str
    registered_at: datetime
    last_used_at: datetime


class KnownDevices:
    """Registers, recognises and forgets devices."""

    def __init__(self, pool: ConnectionPool, key: bytes, rules: Rules) -> None:
        self._pool = pool
        self._key = key
        self._rules = rules

    def register(self, at: datetime, subject: UUID, name: str) -> tuple[UUID, str]:
        """Register a device on which somebody has just proven who they are.

        Returns:
            its id, and its token, which nobody can tell again.

        Raises:
            Refused: the person is erased.
        """
        device_id = uuid4()
        token = PREFIX + urlsafe_b64encode(device_id.bytes + secrets.token_bytes(32)).decode()
        mac, until = self._mac(subject, token), self._until(at)
        row = (partition_of(subject), device_id, subject, mac, name, at, at, until)
        with self._pool.connection() as connection, connection.transaction():
            if is_erased(connection, subject):
                raise Refused(Reason.SUBJECT_ERASED)
            connection.execute("INSERT INTO ops.known_devices VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", row)
        return device_id, token

    def recognise(self, at: datetime, subject: UUID, token: str | None) -> UUID | None:
        """The device whose token it is, if it is one of this person's; it is known for another while."""
        if token is None:
            return None
        query = """
            UPDATE ops.known_devices SET last_used_at = %s, expires_at = %s
            WHERE partition = %s AND device_id = %s AND subject_id = %s AND token_mac = %s AND expires_at > %s
        """
        device_id = _id_in(token)
        named = (partition_of(subject), device_id, subject, self._mac(subject, token))
        with self._pool.connection() as connection:
            found = connection.execute(query, (at, self._until(at), *named, at)).rowcount
        return device_id if found else None

    def of(self, at: datetime, subject: UUID, after: UUID | None, limit: int) -> list[KnownDevice]:
        """Somebody's devices, by id."""
        query = """
            SELECT device_id, name, registered_at, last_used_at FROM ops.known_devices
            WHERE partition = %s AND subject_id = %s AND expires_at > %s AND device_id > %s
            ORDER BY device_id LIMIT %s
        """
        values = (partition_of(subject), subject, at, after or NO_DEVICE, limit)
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(KnownDevice)) as cursor,
        ):
            return cursor.execute(query, values).fetchall()

    def forget(self, at: datetime, subject: UUID, device_id: UUID) -> None:
        """Forget a device and end its sessions.

        Raises:
            Refused: it is none of this person's.
        """
        with self._pool.connection() as connection, connection.transaction():
            gone = connection.execute(
                "DELETE FROM ops.known_devices WHERE partition = %s AND device_id = %s AND subject_id = %s",
                (partition_of(subject), device_id, subject),
            ).rowcount
            if not gone:
                raise Refused(Reason.NOT_FOUND)
            connection.execute(
                "UPDATE ops.sessions SET revoked_at = %s"
                " WHERE subject_id = %s AND device_id = %s AND revoked_at IS NULL",
                (at, subject, device_id),
            )

    def _until(self, at: datetime) -> datetime:
        return at + self._rules.known_device_ttl

    def _mac(self, subject: UUID, token: str) -> bytes:
        return hmac.digest(self._key, subject.bytes + token.encode(), "sha256")


def _id_in(token: str) -> UUID:
    """The device id in a token; that of no device in anything else."""
    try:
        octets = urlsafe_b64decode(token.removeprefix(PREFIX).encode())
    except (NotBase64, ValueError):
        return NO_DEVICE
    return UUID(bytes=octets[:16]) if len(octets) == 48 else NO_DEVICE
