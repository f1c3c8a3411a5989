"""Enterprise search (企业信用查询): by region, code, name, brand, pinyin and pinyin initials."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed

from domain.enterprise import Enterprise
from projections.log_reader import LoggedEvent
from projections.search_keys import folded, pinyin, pinyin_initials, query_grams
from projections.tables import Table

NAME = "enterprise_directory"

ENTERPRISES = Table(
    "enterprises",
    {
        "enterprise_id": "uuid",
        "uscc": "text NOT NULL",
        "name": "text NOT NULL",
        "brand": "text NOT NULL",
        "province": "text NOT NULL",
        "city": "text NOT NULL",
        "status": "text NOT NULL",
        "written": "text NOT NULL",  # name|brand, each folded
        "spelled": "text NOT NULL",  # name|brand, each in pinyin, a space, and the initials
    },
    key=("enterprise_id",),
    owner="enterprise_id",
    indexes=(
        "CREATE INDEX IF NOT EXISTS enterprises_order ON enterprises (enterprise_id)",
        "CREATE INDEX IF NOT EXISTS enterprises_uscc ON enterprises (uscc text_pattern_ops)",
        "CREATE INDEX IF NOT EXISTS enterprises_region ON enterprises (province, city)",
        "CREATE INDEX IF NOT EXISTS enterprises_city ON enterprises (city)",
        "CREATE INDEX IF NOT EXISTS enterprises_written ON enterprises USING gin (ledger.grams(written, 2))",
        "CREATE INDEX IF NOT EXISTS enterprises_spelled ON enterprises USING gin (ledger.grams(spelled, 3))",
    ),
)
TABLES = (ENTERPRISES,)
HANDLES = (Enterprise.Created, Enterprise.Revised)


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Fold a batch: the last event of an enterprise in it decides its row."""
    rows: dict[UUID, dict[str, Any]] = {}
    codes = _known_codes(connection, events)
    for logged in events:
        event = logged.event
        if isinstance(event, Enterprise.Created):
            codes[event.originator_id] = event.uscc
        if isinstance(event, (Enterprise.Created, Enterprise.Revised)):
            rows[event.originator_id] = _row(event, codes[event.originator_id])
    ENTERPRISES.upsert(connection, rows.values())


def _known_codes(connection: Connection, events: Sequence[LoggedEvent]) -> dict[UUID, str]:
    revised = [e.event.originator_id for e in events if isinstance(e.event, Enterprise.Revised)]
    query = """
        SELECT e.enterprise_id, e.uscc FROM unnest(%s::uuid[]) AS wanted (id)
        JOIN enterprises e ON e.partition = ledger.partition_of(wanted.id) AND e.enterprise_id = wanted.id
    """
    return dict(connection.execute(query, (revised,)).fetchall()) if revised else {}


def _row(event: Enterprise.Created | Enterprise.Revised, uscc: str) -> dict[str, Any]:
    return {
        "enterprise_id": event.originator_id,
        "uscc": uscc,
        "name": event.name,
        "brand": event.brand,
        "province": event.province,
        "city": event.city,
        "status": event.status,
        "written": f"{folded(event.name)}|{folded(event.brand)}",
        "spelled": f"{_spelled(event.name)}|{_spelled(event.brand)}",
    }


def _spelled(text: str) -> str:
    return f"{pinyin(text)} {pinyin_initials(text)}"


@dataclass(frozen=True, slots=True)
class EnterpriseRow:
    """An enterprise in a result list."""

    enterprise_id: UUID
    uscc: str
    name: str
    brand: str
    province: str
    city: str
    status: str


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for; all that is given must hold.

    Attributes:
        text: part of name or brand: Chinese characters, pinyin, or pinyin initials.
        name: part of the name, likewise.
        brand: part of the brand, likewise.
        uscc: the first characters of the code.
    """

    text: str = ""
    name: str = ""
    brand: str = ""
    uscc: str = ""
    province: str = ""
    city: str = ""


BEFORE_ALL = UUID(int=0)
COLUMNS = SQL("enterprise_id, uscc, name, brand, province, city, status")
LISTED = SQL("""
    SELECT {columns} FROM views.enterprises
    WHERE enterprise_id > %s AND {held} ORDER BY enterprise_id LIMIT %s
""")
NEAR = SQL("""
    SELECT {columns}
    FROM (SELECT * FROM views.enterprises WHERE enterprise_id > %s ORDER BY enterprise_id LIMIT 1000) near
    WHERE {held} ORDER BY enterprise_id LIMIT %s
""")
FOUND = SQL("""
    WITH found AS MATERIALIZED (SELECT {columns} FROM views.enterprises WHERE enterprise_id > %s AND {held})
    SELECT * FROM found ORDER BY enterprise_id LIMIT %s
""")

Condition = tuple[SQL | Composed, list[object]]


def search(connection: Connection, wanted: Search, after: UUID | None, limit: int) -> list[EnterpriseRow]:
    """The enterprises that match, in order of id, after `after`.

    No statistics tell how many have some words: the pairs of 家政服务有限公司 come together or not at all.
    But ids follow nothing that is searched for, so the next thousand enterprises are a fair sample: words
    that many have fill a page from it, and others are had by few enough to find by grams and to sort.
    """
    start, held, grams = after or BEFORE_ALL, _conditions(wanted), _grams(wanted)
    if not grams:
        return _page(connection, LISTED, start, held, limit)
    near = _page(connection, NEAR, start, held, limit)
    return near if len(near) == limit else _page(connection, FOUND, start, [*held, *grams], limit)


def _page(
    connection: Connection, query: SQL, start: UUID, conditions: Sequence[Condition], limit: int
) -> list[EnterpriseRow]:
    held = SQL(" AND ").join([SQL("true"), *(sql for sql, _ in conditions)])
    values = [value for _, given in conditions for value in given]
    with connection.cursor(row_factory=class_row(EnterpriseRow)) as cursor:
        return cursor.execute(query.format(columns=COLUMNS, held=held), [start, *values, limit]).fetchall()


NOTHING: Condition = (SQL("false"), [])
"""A search for marks alone; without letters and digits it would be one for everything."""

PLACES = {
    "text": SQL("{}"),
    "name": SQL("split_part({}, '|', 1)"),
    "brand": SQL("split_part({}, '|', 2)"),
}
"""The part of the columns `written` and `spelled` in which words are looked for."""


def _words(wanted: Search) -> dict[str, str]:
    """What is looked for in which place, folded; empty of marks alone."""
    return {place: folded(given) for place in PLACES if (given := getattr(wanted, place).strip())}


def _conditions(wanted: Search) -> list[Condition]:
    """All that must hold."""
    parts = [_stands_in(PLACES[place], text) for place, text in _words(wanted).items()]
    if wanted.uscc.strip():
        code = folded(wanted.uscc).upper()
        parts.append((SQL("uscc LIKE %s"), [f"{code}%"]) if code else NOTHING)
    if wanted.province:
        parts.append((SQL("province = %s"), [wanted.province]))
    if wanted.city:
        parts.append((SQL("city = %s"), [wanted.city]))
    return parts


def _stands_in(place: SQL, text: str) -> Condition:
    """That a place holds the text: as it is written, or, of Latin letters, as it is spelled."""
    if not text:
        return NOTHING
    written, spelled = (place.format(SQL(column)) for column in ("written", "spelled"))
    if not text.isascii():
        return SQL("{} LIKE %s").format(written), [f"%{text}%"]
    return SQL("({} LIKE %s OR {} LIKE %s)").format(spelled, written), [f"%{text}%"] * 2


def _grams(wanted: Search) -> list[Condition]:
    """What the indexes answer of the words, wherever they stand: true of all that match, and of others."""
    written, spelled = SQL("ledger.grams(written, 2) @> %s"), SQL("ledger.grams(spelled, 3) @> %s")
    either = SQL("({} OR {})").format(spelled, written)
    return [
        (either, [query_grams(text, 3), query_grams(text, 2)])
        if text.isascii()
        else (written, [query_grams(text, 2)])
        for text in _words(wanted).values()
    ]


def find(connection: Connection, enterprise_id: UUID) -> EnterpriseRow | None:
    """One enterprise."""
    query = """
        SELECT enterprise_id, uscc, name, brand, province, city, status
        FROM views.enterprises WHERE partition = ledger.partition_of(%s) AND enterprise_id = %s
    """
    with connection.cursor(row_factory=class_row(EnterpriseRow)) as cursor:
        return cursor.execute(query, (enterprise_id, enterprise_id)).fetchone()
