"""Stored events and streams for tests of the recorder alone: no aggregate, no sealing."""

from uuid import UUID

from eventsourcing.persistence import StoredEvent

from ledger.store.claims import Claim


def stream_in(partition: int, number: int = 1) -> UUID:
    """A stream of a partition."""
    return UUID(bytes=bytes([0, partition]) + number.to_bytes(14, "big"))


def stored(stream: UUID, version: int = 1, state: bytes = b"{}") -> StoredEvent:
    """An event of a stream."""
    return StoredEvent(stream, version, "jz.test.happened", state)


def claim_on(value: str, owner: UUID, kind: str = "phone") -> Claim:
    """A claim for good; the digest is made up."""
    return Claim(kind, 1, value.encode().ljust(32, b"."), owner)
