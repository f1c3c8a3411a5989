"""One key a person, in a database of its own, wrapped by an epoch key that lies outside Postgres."""

import secrets
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from psycopg_pool import ConnectionPool

from ledger.sealing.erasures import ErasureList
from ledger.sealing.keyring import Keyring

KEY_BYTES = 32
KEY_VERSION = 1


class SubjectErased(LookupError):
    """The person's key was destroyed at their wish."""


class SubjectKeyMissing(RuntimeError):
    """A key is gone and nobody asked for it: an error, never silence."""


class SubjectKeys:
    """Creates, finds and destroys the keys of people; RFC 3394 wraps them."""

    def __init__(self, pool: ConnectionPool, keyring: Keyring, erasures: ErasureList) -> None:
        self._pool = pool
        self._keyring = keyring
        self.erasures = erasures
        self._cache: dict[UUID, bytes] = {}

    def create(self, subject_id: UUID) -> None:
        """Create the person's key; a retry keeps the one that is there."""
        wrapped = aes_key_wrap(self._epoch_key(self._keyring.epoch), secrets.token_bytes(KEY_BYTES))
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO keys.subject_keys VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (subject_id, KEY_VERSION, self._keyring.epoch, wrapped),
            )

    def get(self, subject_id: UUID) -> bytes:
        """The person's key, 32 bytes.

        Raises:
            SubjectErased: it was destroyed.
            SubjectKeyMissing: it is not there and not on the list of erasures.
        """
        if subject_id in self.erasures:
            self._cache.pop(subject_id, None)
            raise SubjectErased
        if subject_id not in self._cache:
            self._remember(subject_id, self._load(subject_id))
        return self._cache[subject_id]

    def drop_unused(self, subject_id: UUID) -> None:
        """Drop the key of a registration that was refused; nothing was sealed with it."""
        self._cache.pop(subject_id, None)
        self._delete(subject_id)

    def destroy(self, subject_id: UUID) -> None:
        """Destroy the person's key: first the list, so that a restored row stays unusable."""
        self.erasures.add(subject_id)
        self.drop_unused(subject_id)

    def _delete(self, subject_id: UUID) -> None:
        with self._pool.connection() as connection:
            connection.execute("DELETE FROM keys.subject_keys WHERE subject_id = %s", (subject_id,))

    def replay_erasures(self) -> int:
        """Destroy again what a restored database brought back; run before anything is served."""
        listed = list(self.erasures.subjects())
        with self._pool.connection() as connection:
            return connection.execute(
                "DELETE FROM keys.subject_keys WHERE subject_id = ANY (%s)", (listed,)
            ).rowcount

    def _load(self, subject_id: UUID) -> bytes:
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT epoch, wrapped FROM keys.subject_keys WHERE subject_id = %s AND version = %s",
                (subject_id, KEY_VERSION),
            ).fetchone()
        if row is None:
            msg = f"the key of subject {subject_id} is missing and no erasure is on the list"
            raise SubjectKeyMissing(msg)
        return aes_key_unwrap(self._epoch_key(row[0]), row[1])

    def _remember(self, subject_id: UUID, key: bytes) -> None:
        if (
            len(self._cache) >= 10_000
        ):  # about 1 MB; dropping all of it is simpler than an order and rarely happens
            self._cache.clear()
        self._cache[subject_id] = key

    def _epoch_key(self, epoch: int) -> bytes:
        return self._keyring.epoch_keys[epoch]
