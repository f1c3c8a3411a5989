"""A pool of connections that gets over a restart of the server."""

import select

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool


class LastingPool(ConnectionPool[psycopg.Connection[TupleRow]]):
    """Connections in autocommit; nobody is given one that a restart of the server has closed."""

    def __init__(self, url: str, max_size: int) -> None:
        autocommit = {"autocommit": True}
        super().__init__(
            url, min_size=1, max_size=max_size, open=True, kwargs=autocommit, check=self._refuse_closed
        )

    def _refuse_closed(self, connection: psycopg.Connection[TupleRow]) -> None:
        """Refuse a connection that the server has closed, and all others that wait with it.

        This costs no round trip: a connection that nobody uses is silent, so anything to read is a farewell.
        The others go at once, since the pool would pause longer and longer between one refusal and the next.
        """
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):
            connection.close()
            self.drain()
            msg = "the server has closed the connection"
            raise psycopg.OperationalError(msg)
