"""One upsert a batch and table: rows go in as arrays, so that a batch costs one round trip."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier

from ledger.store.arrays import (
    Bigints,
    Booleans,
    Byteas,
    Days,
    Instants,
    Integers,
    Smallints,
    Texts,
    TypedList,
    Uuids,
)

_DELETE = """
    DELETE FROM {} t USING unnest(%s::uuid[]) AS gone (id)
    WHERE t.partition = ledger.partition_of(gone.id) AND t.{} = gone.id
"""


@dataclass(frozen=True)
class Table:
    """A table of a read model.

    Attributes:
        name: without a schema.
        columns: name and type of each column, in order.
        key: the columns of the primary key; without an owner, `partition` is among them.
        indexes: statements that create them; a unique one contains `partition`.
        owner: the column with the id that a row's partition follows from. The table then has that `partition`
            as its first column and first in its key, and the upsert fills it.
    """

    name: LiteralString
    columns: Mapping[LiteralString, LiteralString]
    key: tuple[LiteralString, ...]
    indexes: tuple[LiteralString, ...] = ()
    owner: LiteralString | None = None

    def create(self, connection: Connection) -> None:
        """Create the table in the current schema, if it is not there, without its indexes."""
        partition = [SQL("partition smallint NOT NULL")] if self.owner else []
        columns = [SQL("{} {}").format(Identifier(name), SQL(kind)) for name, kind in self.columns.items()]
        connection.execute(
            SQL("CREATE TABLE IF NOT EXISTS {} ({}, PRIMARY KEY ({}))").format(
                Identifier(self.name), SQL(", ").join([*partition, *columns]), self._key()
            )
        )

    def index(self, connection: Connection) -> None:
        """Create the indexes that are not there; much faster after a table was filled than before."""
        for index in self.indexes:
            connection.execute(SQL(index))

    def upsert(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert or replace the rows; each names every column."""
        batch = list(rows)
        if not batch:
            return
        connection.execute(self._upsert(), [self._array(name, batch) for name in self.columns])

    def delete(self, connection: Connection, owners: Sequence[UUID]) -> None:
        """Delete every row of these owners."""
        if self.owner is None:
            msg = f"the rows of {self.name} have no owner"
            raise TypeError(msg)
        if owners:
            connection.execute(
                SQL(_DELETE).format(Identifier(self.name), Identifier(self.owner)), (list(owners),)
            )

    def _upsert(self) -> Composed:
        changed = [name for name in self.columns if name not in self.key]
        replaced = SQL(", ").join(SQL("{0} = excluded.{0}").format(Identifier(name)) for name in changed)
        partition = [SQL("ledger.partition_of({})").format(Identifier(self.owner))] if self.owner else []
        values = [SQL("{}::{}").format(Identifier(n), SQL(self._type(n))) for n in self.columns]
        return SQL("INSERT INTO {} SELECT {} FROM unnest({}) AS fresh ({}) ON CONFLICT ({}) DO {}").format(
            Identifier(self.name),
            SQL(", ").join([*partition, *values]),
            SQL(", ").join(SQL("%s::{}[]").format(SQL(self._sent_as(name))) for name in self.columns),
            SQL(", ").join(map(Identifier, self.columns)),
            self._key(),
            SQL("UPDATE SET {}").format(replaced) if changed else SQL("NOTHING"),
        )

    def _key(self) -> Composed:
        partition = ("partition",) if self.owner else ()
        return SQL(", ").join(map(Identifier, (*partition, *self.key)))

    def _type(self, name: str) -> LiteralString:
        return self.columns[name].partition(" ")[0]

    def _sent_as(self, name: str) -> LiteralString:
        """Arrays travel as text, since `unnest` would flatten an array of arrays."""
        kind = self._type(name)
        return "text" if kind.endswith("[]") else kind

    def _array(self, name: str, rows: Iterable[Mapping[str, Any]]) -> TypedList:
        if self._type(name).endswith("[]"):
            return Texts(_array_text(row[name]) for row in rows)
        return ARRAYS[self._type(name)](row[name] for row in rows)


ARRAYS: dict[str, type[TypedList]] = {
    "boolean": Booleans,
    "bigint": Bigints,
    "bytea": Byteas,
    "date": Days,
    "integer": Integers,
    "smallint": Smallints,
    "text": Texts,
    "timestamptz": Instants,
    "uuid": Uuids,
}
"""How the columns of each type travel."""


def _array_text(values: Iterable[object]) -> str:
    """A list as Postgres writes an array."""
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
