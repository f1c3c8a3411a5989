"""A read model whose handler fails on everything."""

from collections.abc import Sequence

from psycopg import Connection

from projections.log_reader import LoggedEvent

NAME = "failing"
HANDLES = None


def handle(_: Connection, events: Sequence[LoggedEvent]) -> None:
    """Fail."""
    raise ValueError(len(events))
