"""Throws away what is kept for a while only: answers, SMS codes, ended sessions, claims of used codes."""

from datetime import datetime, timedelta

from psycopg_pool import ConnectionPool

ANSWERS_KEPT = timedelta(days=1)
"""How long a repeated request gets the same answer."""

STALE = (
    ("DELETE FROM ops.answers WHERE locked_until < %s", ANSWERS_KEPT),
    (
        "DELETE FROM ops.sms_codes WHERE sent_at < %s",
        timedelta(days=1),
    ),
    (
        """
        DELETE FROM ops.push_targets t USING ops.sessions s
        WHERE s.partition = ledger.partition_of(t.session_id) AND s.session_id = t.session_id
            AND (s.revoked_at IS NOT NULL OR s.refresh_expires_at < %s)
        """,
        timedelta(0),
    ),
    ("DELETE FROM ops.reactions_done WHERE expires_at < %s", timedelta(days=1)),
    ("DELETE FROM ops.open_disclosures WHERE readable_until < %s", timedelta(0)),
    ("DELETE FROM ops.sessions WHERE role = 'borrowed' AND access_expires_at < %s", timedelta(0)),
    ("DELETE FROM ops.sessions WHERE refresh_expires_at < %s", timedelta(days=1)),
    ("DELETE FROM ops.known_devices WHERE expires_at < %s", timedelta(0)),
    (
        """
        DELETE FROM ledger.claims
        WHERE kind IN
            ('certificate_code', 'handover_code', 'second_factor', 'worker_prompt', 'consumer_prompt',
             'identity_challenge', 'presence_code', 'refused_scan', 'unknown_presence_code')
            AND lapses_at < %s
        """,
        timedelta(minutes=1),
    ),
)
"""Each statement with how long past its instant a row is kept."""


def tidy(pool: ConnectionPool, at: datetime) -> int:
    """Throw away what is stale.

    Returns:
        how many rows went.
    """
    with pool.connection() as connection:
        return sum(connection.execute(statement, (at - kept,)).rowcount for statement, kept in STALE)
