"""Where a person's phones are reached by their platforms' push services; sealed with the person's key."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.account import Account
from domain.rejections import Reason, Refused
from domain.streams import partition_of
from ledger.credit_ledger import CreditLedger
from ledger.sealing.fields import fresh_nonce, seal, unseal
from ledger.sealing.subject_keys import SubjectErased
from ledger.vault.erased_subjects import is_erased

_LIVING = """
    SELECT t.session_id, t.platform, t.sealed FROM ops.push_targets t
    JOIN ops.sessions s ON s.partition = ledger.partition_of(t.session_id) AND s.session_id = t.session_id
    WHERE t.partition = %s AND t.subject_id = %s AND s.revoked_at IS NULL AND s.refresh_expires_at > %s
    ORDER BY t.session_id
"""


@dataclass(frozen=True, slots=True)
class PushTarget:
    """A phone: the platform that reaches it, and the token that the platform gave the app."""

    session_id: UUID
    platform: str
    token: str = field(repr=False)


def store_target(ledger: CreditLedger, subject: UUID, target: PushTarget) -> None:
    """Keep where the phone of a session is reached, instead of what was kept for it before.

    Raises:
        Refused: the person has no account, or was erased meanwhile.
    """
    ledger.load(Account, subject)
    with ledger.pool.connection() as connection, connection.transaction():
        if is_erased(connection, subject):
            raise Refused(Reason.SUBJECT_ERASED)
        sealed = seal(ledger.keys.get(subject), target.token, _address(subject, target), fresh_nonce())
        connection.execute(
            "INSERT INTO ops.push_targets VALUES (%s, %s, %s, %s, %s) ON CONFLICT (partition, session_id)"
            " DO UPDATE SET platform = excluded.platform, sealed = excluded.sealed",
            (partition_of(subject), target.session_id, subject, target.platform, sealed),
        )


def targets_of(ledger: CreditLedger, subject: UUID, at: datetime) -> list[PushTarget]:
    """The phones on which a person is signed in; none of somebody erased."""
    with ledger.pool.connection() as connection:
        rows = connection.execute(_LIVING, (partition_of(subject), subject, at)).fetchall()
    try:
        key = ledger.keys.get(subject) if rows else b""
    except SubjectErased:
        return []
    found = []
    for session_id, platform, sealed in rows:
        target = PushTarget(session_id, platform, "")
        token = unseal(key, sealed, _address(subject, target))
        found.append(PushTarget(session_id, platform, token))
    return found


def drop_target(ledger: CreditLedger, subject: UUID, session_id: UUID) -> None:
    """Forget where the phone of a session is reached."""
    with ledger.pool.connection() as connection:
        connection.execute(
            "DELETE FROM ops.push_targets WHERE partition = %s AND session_id = %s",
            (partition_of(subject), session_id),
        )


def _address(subject: UUID, target: PushTarget) -> str:
    return f"push_target/{target.session_id}/{target.platform}/{subject}"
