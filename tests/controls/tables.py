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


def indexes(connection: Connection, projection: ModuleType) -> list[str]:
    """The definitions of the live tables' indexes."""
    query = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'views' AND tablename = ANY (%s) ORDER BY 1"
    names = [table.name for table in projection.TABLES]
    return [row[0] for row in connection.execute(query, (names,))]


def rights(connection: Connection, projection: ModuleType) -> list[str]:
    """Who may do what with the live tables."""
    query = """
        SELECT relname || ' ' || relacl::text FROM pg_class
        WHERE relnamespace = 'views'::regnamespace AND relname = ANY (%s) ORDER BY 1
    """
    names = [table.name for table in projection.TABLES]
    return [row[0] for row in connection.execute(query, (names,))]
