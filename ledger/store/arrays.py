"""Lists of one type, which travel as arrays in binary; None is NULL.

Of a plain list psycopg guesses the type from its values and looks up how to write each: that takes five times
as long, and each guess makes another statement to prepare, say once a version has passed 32,767.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

HEAD = Struct("!iiIii").pack
"""Dimensions, whether any value is null, type of the values, their number, number of the first."""
NULL = b"\xff\xff\xff\xff"
"""The length of a value that is not there."""

SMALLINT, INTEGER, BIGINT, BOOLEAN, LENGTH = (Struct(f"!i{form}").pack for form in ("h", "i", "q", "?", ""))
"""Each value follows its length in bytes."""

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
"""Postgres counts instants in microseconds from there, and days."""


class TypedList(list[Any]):
    """Of one of the types below."""


class Smallints(TypedList):
    """smallint[]."""


class Integers(TypedList):
    """integer[]."""


class Bigints(TypedList):
    """bigint[]."""


class Booleans(TypedList):
    """boolean[]."""


class Texts(TypedList):
    """text[]."""


class Byteas(TypedList):
    """bytea[]."""


class Uuids(TypedList):
    """uuid[]."""


class Instants(TypedList):
    """timestamptz[]."""


class Days(TypedList):
    """date[]."""


Write = Callable[[Any], bytes]


def _bytea(value: bytes) -> bytes:
    return LENGTH(len(value)) + value


TYPES: dict[type[TypedList], tuple[str, Write]] = {
    Smallints: ("int2", lambda value: SMALLINT(2, value)),
    Integers: ("int4", lambda value: INTEGER(4, value)),
    Bigints: ("int8", lambda value: BIGINT(8, value)),
    Booleans: ("bool", lambda value: BOOLEAN(1, value)),
    Texts: ("text", lambda value: _bytea(value.encode())),
    Byteas: ("bytea", _bytea),
    Uuids: ("uuid", lambda value: _bytea(value.bytes)),
    Instants: ("timestamptz", lambda value: BIGINT(8, (value - BEGINNING) // MICROSECOND)),
    Days: ("date", lambda value: INTEGER(4, value.toordinal() - BEGINNING.toordinal())),
}
"""The name of each type, and how a value of it is written."""


def _dumper(array_oid: int, element_oid: int, write: Write) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = array_oid

        def dump(self, obj: TypedList) -> bytes:
            values = [NULL if value is None else write(value) for value in obj]
            return HEAD(1, 1, element_oid, len(values), 1) + b"".join(values)

    return ArrayDumper


for _kind, (_name, _write) in TYPES.items():
    _type = psycopg.adapters.types[_name]
    psycopg.adapters.register_dumper(_kind, _dumper(_type.array_oid, _type.oid, _write))


def columns(rows: Sequence[tuple[object, ...]], kinds: Sequence[type[TypedList]]) -> list[TypedList | None]:
    """The columns of some rows, each of its kind; nothing of no rows."""
    if not rows:
        return [None] * len(kinds)
    return [kind(column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
