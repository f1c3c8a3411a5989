"""Whether two tables hold the same rows, told in SQL and whatever the order of the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from psycopg import Connection
from psycopg.sql import SQL, Identifier


@dataclass(frozen=True, slots=True)
class Digest:
    """How many rows a table has, and a sum over two 64-bit hashes of each row."""

    rows: int
    sums: str

    def __str__(self) -> str:
        return f"{self.rows} rows ({self.sums})"


ABSENT = Digest(0, "no such table")

DIGEST = SQL("""
    SELECT count(*), concat_ws('/', sum(hashtextextended(t::text, 0)), sum(hashtextextended(t::text, 1)))
    FROM {} t
""")


def digest_of(connection: Connection, schema: str, table: str) -> Digest:
    """The digest of a table; it changes with any value, and with the order of the columns."""
    name = Identifier(schema, table)
    there = connection.execute("SELECT to_regclass(%s)", (name.as_string(connection),)).fetchone()
    if there is None or there[0] is None:
        return ABSENT
    row = connection.execute(DIGEST.format(name)).fetchone()
    return Digest(*row) if row else ABSENT


def digests_of(connection: Connection, projection: ModuleType, schema: str) -> dict[str, Digest]:
    """The digests of a read model's tables in a schema, by table."""
    return {table.name: digest_of(connection, schema, table.name) for table in projection.TABLES}


@dataclass(frozen=True, slots=True)
class Difference:
    """A table whose new rows are not those of the live one, though both stand at the same positions."""

    table: str
    live: Digest
    fresh: Digest

    def __str__(self) -> str:
        return f"{self.table}: live {self.live}, rebuilt {self.fresh}"


def differences(live: Mapping[str, Digest], fresh: Mapping[str, Digest]) -> list[Difference]:
    """The tables that differ, by name."""
    return [Difference(name, live[name], fresh[name]) for name in sorted(live) if live[name] != fresh[name]]
