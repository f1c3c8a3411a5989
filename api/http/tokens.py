"""Sessions: a short-lived access token and a rotating refresh token, both void at once when revoked.

A token is `jza_` or `jzr_` and base64url of session id (16 bytes), generation (4), subject id (16) and
HMAC-SHA256 (32). It names its subject, so that a row that was rewritten to somebody else's opens nothing. The
database keeps the generation only. A refresh token of an older generation was stolen or copied: the session
ends. A session of staff ends half a day after the sign-in, by the rule `staff_session_ttl`.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL
from psycopg_pool import ConnectionPool

from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.staff import STAFF_ROLES

ACCESS, REFRESH = "jza_", "jzr_"
BORROWED = "borrowed"
"""The role of a session on somebody else's device; its id is that of its handover."""

_BY_ID = SQL("partition = ledger.partition_of(%s) AND session_id = %s")

_BY_TOKEN = SQL("{} AND generation = %s AND subject_id = %s").format(_BY_ID)

_IN_FORCE = SQL("""
    revoked_at IS NULL AND NOT EXISTS (
        SELECT FROM ledger.erased_subjects e
        WHERE e.partition = ledger.partition_of(s.subject_id) AND e.subject_id = s.subject_id)
""")
"""Not revoked, and of nobody erased: a process that dies may have had no time to delete the sessions."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    session_id: UUID
    subject_id: UUID
    role: str
    enterprise_id: UUID | None
    generation: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client keeps of its session."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


class Sessions:
    """Opens, checks, refreshes and revokes sessions."""

    def __init__(self, pool: ConnectionPool, key: bytes, rules: Rules) -> None:
        self._pool = pool
        self._key = key
        self._rules = rules

    def open(
        self,
        at: datetime,
        subject_id: UUID,
        role: str,
        device: str,
        enterprise_id: UUID | None = None,
        *,
        device_id: UUID | None = None,
    ) -> Tokens:
        """Sign somebody in on a device."""
        session_id = uuid4()
        tokens = self._tokens(at, session_id, 1, subject_id, self._end(at, role))
        instants = (at, at, tokens.access_expires_at, tokens.refresh_expires_at)
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO ops.sessions (partition, session_id, subject_id, role, enterprise_id, device,"
                " device_id, started_at, last_used_at, access_expires_at, refresh_expires_at)"
                " VALUES (ledger.partition_of(%s), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (session_id, session_id, subject_id, role, enterprise_id, device, device_id, *instants),
            )
        return tokens

    def open_borrowed(self, at: datetime, handover_id: UUID, subject_id: UUID, ends_at: datetime) -> str:
        """The access token of a session on a borrowed device, the same again for the same handover.

        It has no refresh token, and the row names no device, since that belongs to somebody else.
        """
        row = (handover_id, handover_id, subject_id, BORROWED, BORROWED, at, ends_at, ends_at)
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO ops.sessions (partition, session_id, subject_id, role, device, started_at,"
                " access_expires_at, refresh_expires_at)"
                " VALUES (ledger.partition_of(%s), %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                row,
            )
        return self._write(ACCESS, handover_id, 1, subject_id)

    def forget(self, session_id: UUID) -> None:
        """Delete a session that is over."""
        with self._pool.connection() as connection:
            connection.execute(
                SQL("DELETE FROM ops.sessions WHERE {}").format(_BY_ID), (session_id, session_id)
            )

    def authenticate(self, at: datetime, access_token: str) -> Session:
        """The session of an access token.

        Raises:
            Refused: the token is forged, expired, revoked, or was replaced by a refresh.
        """
        session_id, *named = self._read(ACCESS, access_token)
        query = SQL("""
            SELECT session_id, subject_id, role, enterprise_id, generation FROM ops.sessions s
            WHERE {} AND access_expires_at > %s AND {}
        """).format(_BY_TOKEN, _IN_FORCE)
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Session)) as cursor,
        ):
            session = cursor.execute(query, (session_id, session_id, *named, at)).fetchone()
        if session is None:
            raise Refused(Reason.TOKEN_INVALID)
        return session

    def refresh(self, at: datetime, refresh_token: str) -> Tokens:
        """Fresh tokens; the old ones are void from here on.

        Raises:
            Refused: the token is not valid; one that was used before ends the session.
        """
        session_id, generation, subject_id = self._read(REFRESH, refresh_token)
        query = SQL("""
            UPDATE ops.sessions s
            SET generation = %s, last_used_at = %s, access_expires_at = %s, refresh_expires_at = %s
            WHERE {} AND refresh_expires_at > %s AND {}
        """).format(_BY_TOKEN, _IN_FORCE)
        with self._pool.connection() as connection:
            end = self._end_of(connection, session_id)
            tokens = self._tokens(at, session_id, generation + 1, subject_id, end)
            fresh = (generation + 1, at, tokens.access_expires_at, tokens.refresh_expires_at)
            named = (session_id, session_id, generation, subject_id)
            refreshed = connection.execute(query, (*fresh, *named, at)).rowcount
        if not refreshed or tokens.refresh_expires_at <= at:
            self.revoke(at, session_id)
            raise Refused(Reason.TOKEN_INVALID)
        return tokens

    def revoke(self, at: datetime, session_id: UUID) -> None:
        """End a session; its tokens are refused from now on."""
        with self._pool.connection() as connection:
            connection.execute(
                SQL("UPDATE ops.sessions SET revoked_at = %s WHERE {} AND revoked_at IS NULL").format(_BY_ID),
                (at, session_id, session_id),
            )

    def revoke_all(self, at: datetime, subject_id: UUID) -> None:
        """End every session of somebody."""
        with self._pool.connection() as connection:
            connection.execute(
                "UPDATE ops.sessions SET revoked_at = %s WHERE subject_id = %s AND revoked_at IS NULL",
                (at, subject_id),
            )

    def living(self, at: datetime, sessions: set[UUID]) -> set[UUID]:
        """Those of the sessions whose access token still holds; open streams of the others are closed."""
        query = SQL("""
            SELECT s.session_id FROM unnest(%s::uuid[]) AS asked (id)
            JOIN ops.sessions s ON s.partition = ledger.partition_of(asked.id) AND s.session_id = asked.id
            WHERE access_expires_at > %s AND {}
        """).format(_IN_FORCE)
        with self._pool.connection() as connection:
            return {row[0] for row in connection.execute(query, (list(sessions), at))}

    def _end_of(self, connection: Connection, session_id: UUID) -> datetime | None:
        query = SQL("SELECT started_at, role FROM ops.sessions WHERE {}").format(_BY_ID)
        row = connection.execute(query, (session_id, session_id)).fetchone()
        return self._end(*row) if row else None

    def _end(self, started_at: datetime, role: str) -> datetime | None:
        """When a session of staff ends, however often it is refreshed: the passkey signs in again."""
        return started_at + self._rules.staff_session_ttl if role in STAFF_ROLES else None

    def _tokens(
        self, at: datetime, session_id: UUID, generation: int, subject_id: UUID, end: datetime | None = None
    ) -> Tokens:
        """Nothing of a session outlasts its end."""
        expiries = (at + self._rules.access_token_ttl, at + self._rules.refresh_token_ttl)
        access, refresh = (min(expiry, end) if end else expiry for expiry in expiries)
        return Tokens(
            self._write(ACCESS, session_id, generation, subject_id),
            access,
            self._write(REFRESH, session_id, generation, subject_id),
            refresh,
        )

    def _write(self, kind: str, session_id: UUID, generation: int, subject_id: UUID) -> str:
        says = session_id.bytes + generation.to_bytes(4, "big") + subject_id.bytes
        return kind + urlsafe_b64encode(says + self._mac(kind, says)).decode().rstrip("=")

    def _read(self, kind: str, token: str) -> tuple[UUID, int, UUID]:
        body = token.removeprefix(kind)
        try:
            octets = urlsafe_b64decode(body.encode() + b"=" * (-len(body) % 4))
        except (NotBase64, ValueError) as error:
            raise Refused(Reason.TOKEN_INVALID) from error
        says, mac = octets[:36], octets[36:]
        if not (token.startswith(kind) and hmac.compare_digest(mac, self._mac(kind, says))):
            raise Refused(Reason.TOKEN_INVALID)
        return UUID(bytes=says[:16]), int.from_bytes(says[16:20], "big"), UUID(bytes=says[20:])

    def _mac(self, kind: str, says: bytes) -> bytes:
        return hmac.digest(self._key, kind.encode() + says, "sha256")
