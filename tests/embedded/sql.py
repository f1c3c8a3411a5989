"""Asking a database one thing."""

import psycopg
from psycopg.rows import scalar_row


def ask(url: str, question: str) -> list[object]:
    """The first column of the answer."""
    with psycopg.connect(url, autocommit=True, row_factory=scalar_row) as connection:
        return list(connection.execute(question))
