"""Answers to repeated requests (`Idempotency-Key`): kept sealed, given again, never twice worked for."""

import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from fastapi import Response
from psycopg.sql import SQL
from psycopg_pool import ConnectionPool

from api.http.problems import Problem
from ledger.sealing.fields import fresh_nonce, seal, unseal

ATTEMPT = timedelta(seconds=60)
"""How long an attempt may take before a repeated request takes over from a process that died."""
SHOW_PEOPLE = frozenset(
    {
        "POST /v1/disclosures/{disclosure_id}/views",
        "POST /v1/trail-searches",
        "POST /v1/handover-sessions",
        "POST /v1/card-relays/{relay_id}/answers",
    }
)
"""Answers with people's data are never kept: they would outlive an erasure. A repetition reads anew.

Nor is the token of a borrowed device, of which nothing shall be left, or the portrait that a card reading
holds; a relay itself gives a repetition the same.

Later than a client repeats for want of an answer it is another look, so that none goes unrecorded.
"""
NEVER = datetime(1, 1, 1, tzinfo=UTC)
_BY_KEY = SQL("partition = ledger.partition_of_text(%s) AND actor = %s AND request_key = %s")
KEPT_HEADERS = ("content-type", "etag", "ledger-position", "location", "retry-after")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may be repeated.

    Attributes:
        actor: who sends it; another actor's key is another key.
        key: the Idempotency-Key.
        mac: keyed digest of path, media type, body and `If-Match`.
    """

    actor: str
    key: str
    mac: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """A request to be served now.

    Attributes:
        command_id: the id to serve it under, the same again after a crash.
        is_retry: an attempt before this one gave no answer; what it appended is in the log.
    """

    command_id: UUID
    is_retry: bool


class Answers:
    """Remembers what was answered to whom."""

    def __init__(self, pool: ConnectionPool, platform_key: bytes) -> None:
        self._pool = pool
        self._key = platform_key

    def digest(self, *parts: bytes) -> bytes:
        """The keyed digest of a request's parts."""
        return hmac.digest(self._key, b"\x1f".join(parts), "sha256")

    def begin(self, request: Request, at: datetime, *, is_kept: bool = True) -> Begun | Response:
        """Begin to serve a request; `is_kept` says whether its answer will be kept.

        Returns:
            that it is to be served, or the answer given before.

        Raises:
            Problem: the key was used for another request, or the same one is being served.
        """
        taken = """
            INSERT INTO ops.answers AS a
                (partition, actor, request_key, request_mac, command_id, locked_until)
            VALUES (ledger.partition_of_text(%s), %s, %s, %s, %s, %s)
            ON CONFLICT (partition, actor, request_key) DO UPDATE SET locked_until = excluded.locked_until,
                command_id = CASE WHEN a.locked_until < %s THEN excluded.command_id ELSE a.command_id END
            WHERE a.status IS NULL AND a.locked_until <= %s AND a.request_mac = excluded.request_mac
            RETURNING command_id
        """
        fresh = uuid4()
        begun_anew = NEVER if is_kept else at - ATTEMPT
        values = (*_key(request), request.mac, fresh, at + ATTEMPT, begun_anew, at)
        with self._pool.connection() as connection:
            row = connection.execute(taken, values).fetchone()
        return Begun(row[0], is_retry=row[0] != fresh) if row else self._given_before(request)

    def _given_before(self, request: Request) -> Response:
        query = SQL("SELECT request_mac, status, sealed FROM ops.answers WHERE {}").format(_BY_KEY)
        with self._pool.connection() as connection:
            row = connection.execute(query, _key(request)).fetchone()
        mac, status, sealed = row or (request.mac, None, None)
        if mac != request.mac:
            raise Problem("idempotency-key-reused", 422)
        if status is None:
            raise Problem("request-in-progress", 409)
        kept = json.loads(unseal(self._key, sealed, _address(request)))
        return Response(b64decode(kept["body"]), status, kept["headers"])

    def keep(self, request: Request, answer: Response) -> None:
        """Keep an answer."""
        headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        kept = json.dumps({"headers": headers, "body": b64encode(answer.body).decode()})
        sealed = seal(self._key, kept, _address(request), fresh_nonce())
        with self._pool.connection() as connection:
            connection.execute(
                SQL("UPDATE ops.answers SET status = %s, sealed = %s WHERE {}").format(_BY_KEY),
                (answer.status_code, sealed, *_key(request)),
            )

    def give_up(self, request: Request, at: datetime) -> None:
        """Let a repeated request try again, under the same command id."""
        with self._pool.connection() as connection:
            connection.execute(
                SQL("UPDATE ops.answers SET locked_until = %s WHERE {}").format(_BY_KEY),
                (at, *_key(request)),
            )


def _key(request: Request) -> tuple[str, str, str]:
    return request.actor, request.actor, request.key


def _address(request: Request) -> str:
    return f"answer/{request.actor}/{request.key}"
