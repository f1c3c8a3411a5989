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
from projections.search_keys import folded, grams, pinyin, pinyin_initials, query_grams
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
        "folded": "text NOT NULL",  # name, a space, brand: for the recheck of a search by grams
        "grams": "text[] NOT NULL",
        "pinyin_grams": "text[] NOT NULL",  # of the full pinyin and of the initials, name and brand apart
        "pinyin": "text[] NOT NULL",  # name in full, name's initials, brand in full, brand's initials
    },
    key=("enterprise_id",),
    owner="enterprise_id",
    indexes=(
        "CREATE INDEX IF NOT EXISTS enterprises_order ON enterprises (enterprise_id)",
        "CREATE INDEX IF NOT EXISTS enterprises_uscc ON enterprises (uscc text_pattern_ops)",
        "CREATE INDEX IF NOT EXISTS enterprises_region ON enterprises (province, city)",
        "CREATE INDEX IF NOT EXISTS enterprises_grams ON enterprises USING gin (grams)",
        "CREATE INDEX IF NOT EXISTS enterprises_pinyin ON enterprises USING gin (pinyin_grams)",
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
    spellings = [spell(text) for text in (event.name, event.brand) for spell in (pinyin, pinyin_initials)]
    return {
        "enterprise_id": event.originator_id,
        "uscc": uscc,
        "name": event.name,
        "brand": event.brand,
        "province": event.province,
        "city": event.city,
        "status": event.status,
        "folded": f"{folded(event.name)} {folded(event.brand)}",
        "grams": sorted({*grams(event.name), *grams(event.brand)}),
        "pinyin_grams": sorted({gram for spelling in spellings for gram in grams(spelling)}),
        "pinyin": spellings,
    }


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


NOTHING = SQL("false")
"""A search for marks alone; without letters and digits it would be one for everything."""


def search(connection: Connection, wanted: Search, after: UUID | None, limit: int) -> list[EnterpriseRow]:
    """The enterprises that match, in order of id, after `after`."""
    conditions, arguments = _conditions(wanted)
    query = SQL(
        "SELECT enterprise_id, uscc, name, brand, province, city, status FROM views.enterprises"
        " WHERE {} AND (%s::uuid IS NULL OR enterprise_id > %s) ORDER BY enterprise_id LIMIT %s"
    ).format(conditions)
    with connection.cursor(row_factory=class_row(EnterpriseRow)) as cursor:
        return cursor.execute(query, [*arguments, after, after, limit]).fetchall()


Condition = tuple[SQL | Composed, list[object]]

PLACES = {
    "text": (SQL("folded"), SQL("pinyin")),
    "name": (SQL("split_part(folded, ' ', 1)"), SQL("pinyin[1:2]")),
    "brand": (SQL("split_part(folded, ' ', 2)"), SQL("pinyin[3:4]")),
}
"""Where what the index found is looked for once more; the index keeps name and brand together."""


def _conditions(wanted: Search) -> tuple[Composed, list[object]]:
    parts: list[Condition] = [(SQL("true"), [])]
    parts += [_part_of(place, given) for place in PLACES if (given := getattr(wanted, place).strip())]
    if wanted.uscc.strip():
        code = folded(wanted.uscc).upper()
        parts.append((SQL("uscc LIKE %s"), [f"{code}%"]) if code else (NOTHING, []))
    if wanted.province:
        parts.append((SQL("province = %s"), [wanted.province]))
    if wanted.city:
        parts.append((SQL("city = %s"), [wanted.city]))
    return SQL(" AND ").join(sql for sql, _ in parts), [a for _, given in parts for a in given]


def _part_of(place: str, given: str) -> Condition:
    """That a place holds the text: as it is written, or, of Latin letters, as it is spelled."""
    text = folded(given)
    if not text:
        return NOTHING, []
    written, spelled = PLACES[place]
    named = SQL("grams @> %s AND {} LIKE %s").format(written)
    found: list[object] = [query_grams(text), f"%{text}%"]
    if not text.isascii():
        return named, found
    sounds = SQL("pinyin_grams @> %s AND EXISTS (SELECT FROM unnest({}) p WHERE p LIKE %s)").format(spelled)
    return SQL("({} OR {})").format(sounds, named), [*found, *found]


def find(connection: Connection, enterprise_id: UUID) -> EnterpriseRow | None:
    """One enterprise."""
    query = """
        SELECT enterprise_id, uscc, name, brand, province, city, status
        FROM views.enterprises WHERE partition = ledger.partition_of(%s) AND enterprise_id = %s
    """
    with connection.cursor(row_factory=class_row(EnterpriseRow)) as cursor:
        return cursor.execute(query, (enterprise_id, enterprise_id)).fetchone()
