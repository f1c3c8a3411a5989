"""Ids of subjects and streams, and the log partition a stream belongs to.

A stream id starts with the first two bytes of its owner's id, so all streams of one person (or of one
enterprise) lie in one partition and have one order.
"""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

PARTITIONS = 16
"""Fixed when a database is created: every unique key contains the partition."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _uuid8(octets: bytes) -> UUID:
    """RFC 9562 version 8: our own bits, with version and variant set."""
    shaped = bytearray(octets[:16])
    shaped[6] = shaped[6] & 0x0F | 0x80
    shaped[8] = shaped[8] & 0x3F | 0x80
    return UUID(bytes=bytes(shaped))


def _digest(*parts: str) -> bytes:
    return sha256("\x1f".join(parts).encode()).digest()


def id_of_command(command_id: UUID, kind: str) -> UUID:
    """The id of what a command creates: a retry of the command creates the same thing.

    `command_id` is random, so nothing can be inferred from the result.
    """
    return _uuid8(_digest("command", str(command_id), kind))


def stream_of(owner: UUID, kind: str, *parts: str) -> UUID:
    """The stream of `kind` that belongs to `owner`, told apart by `parts` where there are several."""
    return _uuid8(owner.bytes[:2] + _digest(kind, str(owner), *parts))


def enterprise_stream(uscc: str) -> UUID:
    """The stream of an enterprise: its code (统一社会信用代码) decides it, so an import is idempotent."""
    return _uuid8(_digest("enterprise", uscc))


def partition_of(stream: UUID) -> int:
    """The log partition, 0 to 15, of a stream or of its owner."""
    return (stream.int >> 112) % PARTITIONS  # its first two bytes


def partition_of_digest(digest: bytes) -> int:
    """The partition of what is known by its digest only."""
    return digest[0] % PARTITIONS


def local_day(at: datetime) -> date:
    """The day of an instant in Asia/Shanghai."""
    return at.astimezone(SHANGHAI).date()


def end_of_local_day(at: datetime) -> datetime:
    """The instant at which the day in Asia/Shanghai ends that `at` falls on, UTC."""
    return datetime.combine(local_day(at) + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
