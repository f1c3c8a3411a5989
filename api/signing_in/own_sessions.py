"""A person's own sessions: where they are signed in, and ending that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from api.http.tokens import BORROWED
from domain.rejections import Reason, Refused


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that can still be refreshed; its last use is the last refresh, or the sign-in."""

    session_id: UUID
    device: str
    device_id: UUID | None
    started_at: datetime
    last_used_at: datetime


def sessions_of(
    connection: Connection, at: datetime, subject: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[OpenSession]:
    """Somebody's open sessions, the latest first, after a (start, id)."""
    started_at, session_id = after or (None, None)
    query = """
        SELECT session_id, device, device_id, started_at, coalesce(last_used_at, started_at) AS last_used_at
        FROM ops.sessions WHERE subject_id = %s AND revoked_at IS NULL AND refresh_expires_at > %s
            AND (%s::timestamptz IS NULL OR (started_at, session_id) < (%s, %s))
        ORDER BY started_at DESC, session_id DESC LIMIT %s
    """
    with connection.cursor(row_factory=class_row(OpenSession)) as cursor:
        values = (subject, at, started_at, started_at, session_id, limit)
        return cursor.execute(query, values).fetchall()


def revoke_one(connection: Connection, at: datetime, subject: UUID, session_id: UUID) -> None:
    """End one of somebody's sessions; one that was ended before stays so.

    Raises:
        Refused: it is none of theirs.
    """
    found = connection.execute(
        "UPDATE ops.sessions SET revoked_at = coalesce(revoked_at, %s)"
        " WHERE partition = ledger.partition_of(%s) AND session_id = %s AND subject_id = %s",
        (at, session_id, session_id, subject),
    ).rowcount
    if not found:
        raise Refused(Reason.NOT_FOUND)


def revoke_others(connection: Connection, at: datetime, subject: UUID, kept: UUID) -> None:
    """End every session of somebody but one."""
    connection.execute(
        "UPDATE ops.sessions SET revoked_at = %s"
        " WHERE subject_id = %s AND session_id <> %s AND revoked_at IS NULL",
        (at, subject, kept),
    )


def give_role(connection: Connection, subject: UUID, role: str) -> None:
    """Give somebody's own sessions another role; the tokens stay as they are, and so do borrowed devices."""
    connection.execute(
        "UPDATE ops.sessions SET role = %s WHERE subject_id = %s AND role <> %s", (role, subject, BORROWED)
    )
