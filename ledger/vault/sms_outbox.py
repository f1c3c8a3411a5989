"""SMS that wait for their delivery: sealed rows, deleted when they are delivered or expire."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from ledger.sealing.fields import fresh_nonce, seal, unseal
from ledger.vault.erased_subjects import is_erased

_OLDEST = """
    SELECT partition, message_id, sealed, queued_at, expires_at FROM ops.sms_outbox
    WHERE expires_at > %s ORDER BY message_id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_INSERT = """
    INSERT INTO ops.sms_outbox (partition, dedup_key, sealed, queued_at, expires_at, subject_id)
    VALUES (coalesce(ledger.partition_of_text(%s), floor(random() * 16)), %s, %s, %s, %s, %s)
    ON CONFLICT (partition, dedup_key) DO NOTHING
"""
"""Equal keys meet in one partition; a message without one may lie anywhere."""


@dataclass(frozen=True, slots=True)
class Message:
    """An SMS in the outbox; its phone and text are not shown by `repr`."""

    message_id: int
    phone: str = field(repr=False)
    text: str = field(repr=False)
    queued_at: datetime
    expires_at: datetime


class SmsOutbox:
    """Rows of `ops.sms_outbox`; the platform's key seals them, since a phone may belong to no account yet."""

    def __init__(self, pool: ConnectionPool, platform_key: bytes) -> None:
        self._pool = pool
        self._key = platform_key

    def queue(
        self,
        connection: Connection,
        phone: str,
        text: str,
        at: datetime,
        expires_at: datetime,
        dedup_key: str | None = None,
        *,
        subject: UUID | None = None,
    ) -> bool:
        """Queue an SMS in the caller's transaction.

        Args:
            connection: of the caller; what it commits is sent.
            phone: E.164.
            text: what to send.
            at: now.
            expires_at: after this instant it is of no use and never sent.
            dedup_key: while a row with the same key waits, nothing is queued.
            subject: whose phone it is; somebody who is erased gets none.

        Returns:
            whether it was queued.
        """
        if subject is not None and is_erased(connection, subject):
            return False
        content = json.dumps({"phone": phone, "text": text}, ensure_ascii=False)
        sealed = seal(self._key, content, _address(expires_at), fresh_nonce())
        return (
            connection.execute(_INSERT, (dedup_key, dedup_key, sealed, at, expires_at, subject)).rowcount == 1
        )

    @contextmanager
    def take(self, at: datetime) -> Iterator[Message | None]:
        """The oldest message that nobody else is sending, if there is one.

        It is deleted at the end of the block; an error that leaves the block keeps it.
        """
        with self._pool.connection() as connection, connection.transaction():
            row = connection.execute(_OLDEST, (at,)).fetchone()
            yield self._message(row[1:]) if row else None
            if row:
                connection.execute(
                    "DELETE FROM ops.sms_outbox WHERE partition = %s AND message_id = %s", row[:2]
                )

    def drop_expired(self, at: datetime) -> int:
        """Delete what has expired.

        Returns:
            how many messages were never sent.
        """
        with self._pool.connection() as connection:
            return connection.execute("DELETE FROM ops.sms_outbox WHERE expires_at <= %s", (at,)).rowcount

    def show(self, at: datetime) -> list[Message]:
        """What waits, in order; for a demo, which has no gateway."""
        self.drop_expired(at)
        query = "SELECT message_id, sealed, queued_at, expires_at FROM ops.sms_outbox ORDER BY message_id"
        with self._pool.connection() as connection:
            return [self._message(row) for row in connection.execute(query)]

    def _message(self, row: tuple[Any, ...]) -> Message:
        message_id, sealed, queued_at, expires_at = row
        content = json.loads(unseal(self._key, sealed, _address(expires_at)))
        return Message(message_id, content["phone"], content["text"], queued_at, expires_at)


def _address(expires_at: datetime) -> str:
    """Binds the seal to the expiry, so that nobody can prolong a message."""
    return f"sms_outbox/{expires_at.astimezone(UTC).isoformat()}"
