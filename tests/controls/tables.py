"""What the tables of a read model hold, to compare one way of filling them with another."""

from types import ModuleType

from psycopg import Connection
from psycopg.sql import SQL, Identifier

ALL_ROWS = SQL("SELECT t::text FROM views.{} t ORDER BY 1")


def dump(connection: Connection, projection: ModuleType) -> dict[str, list[str]]:
    """Every row of each table as text, in one order."""
    return {
        table.name: [row[0] for row in connection.execute(ALL_ROWS.format(Identifier(table.name)))]
        for table in projection.TABLES
    }
