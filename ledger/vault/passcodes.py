"""People's passcodes: a slow hash (Argon2id, RFC 9106), sealed with the person's key, beside the log."""

import secrets
from unicodedata import normalize
from uuid import UUID

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from domain.rejections import Reason, Refused
from domain.streams import partition_of
from ledger.credit_ledger import CreditLedger
from ledger.sealing.fields import fresh_nonce, seal, unseal
from ledger.vault.erased_subjects import is_erased

MEMORY_KIB, ITERATIONS = 19 * 1024, 2
"""The least that OWASP's Password Storage Cheat Sheet asks for: many people may sign in at once."""


def store_passcode(ledger: CreditLedger, subject: UUID, passcode: str) -> None:
    """Keep the hash of a passcode in place of the one before.

    Raises:
        Refused: the person was erased meanwhile.
    """
    hashed = Argon2id(
        salt=secrets.token_bytes(16), length=32, iterations=ITERATIONS, lanes=1, memory_cost=MEMORY_KIB
    ).derive_phc_encoded(_octets(passcode))
    with ledger.pool.connection() as connection, connection.transaction():
        if is_erased(connection, subject):
            raise Refused(Reason.SUBJECT_ERASED)
        sealed = seal(ledger.keys.get(subject), hashed, _address(subject), fresh_nonce())
        connection.execute(
            "INSERT INTO ops.passcodes VALUES (%s, %s, %s)"
            " ON CONFLICT (partition, subject_id) DO UPDATE SET sealed = excluded.sealed",
            (partition_of(subject), subject, sealed),
        )


def has_passcode(ledger: CreditLedger, subject: UUID) -> bool:
    """Whether the person has set one."""
    return _sealed_hash(ledger, subject) is not None


def passcode_matches(ledger: CreditLedger, subject: UUID, passcode: str) -> bool:
    """Whether it is the person's passcode.

    Raises:
        Refused: the person has none.
    """
    sealed = _sealed_hash(ledger, subject)
    if sealed is None:
        raise Refused(Reason.PASSCODE_MISSING, field="passcode")
    hashed = unseal(ledger.keys.get(subject), sealed, _address(subject))
    try:
        Argon2id.verify_phc_encoded(_octets(passcode), hashed)
    except InvalidKey:
        return False
    return True


def _sealed_hash(ledger: CreditLedger, subject: UUID) -> str | None:
    query = "SELECT sealed FROM ops.passcodes WHERE partition = %s AND subject_id = %s"
    with ledger.pool.connection() as connection:
        row = connection.execute(query, (partition_of(subject), subject)).fetchone()
    return row[0] if row else None


def _octets(passcode: str) -> bytes:
    """Keyboards write the same characters in several ways (full width, composed)."""
    return normalize("NFKC", passcode).encode()


def _address(subject: UUID) -> str:
    return f"passcode/{subject}"
