"""What is kept of people beside the log asks here first, so that an erasure leaves nothing behind."""

from uuid import UUID

from psycopg import Connection


def is_erased(connection: Connection, subject: UUID) -> bool:
    """Whether the person is erased; until the caller's transaction ends they cannot become it.

    The lock is the one of `ledger.append`: an erasure that waits for it deletes afterwards what was kept.
    """
    connection.execute(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('subject:' || %s, 0))", (str(subject),)
    )
    query = """
        SELECT FROM ledger.erased_subjects WHERE partition = ledger.partition_of(%s) AND subject_id = %s
    """
    return connection.execute(query, (subject, subject)).fetchone() is not None
