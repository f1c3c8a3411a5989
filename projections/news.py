"""What is public of the announcements: lists by category and full-text search, newest first; each by id."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Identifier

from domain.announcement import Announcement
from projections.log_reader import LoggedEvent
from projections.search_keys import folded, query_grams
from projections.tables import Table

NAME = "news"

NEWS = Table(
    "news",
    {
        "announcement_id": "uuid",
        "version": "integer NOT NULL",
        "category": "text NOT NULL",
        "title": "text NOT NULL",
        "body": "text NOT NULL",
        "source": "text NOT NULL",
        "effective_on": "date",
        "published_at": "timestamptz NOT NULL",
        "revised_at": "timestamptz",
        "withdrawn_at": "timestamptz",
        "folded": "text NOT NULL",  # title, body and source
    },
    key=("announcement_id",),
    owner="announcement_id",
    indexes=(
        "CREATE INDEX IF NOT EXISTS news_newest ON news (published_at, announcement_id)",
        "CREATE INDEX IF NOT EXISTS news_category ON news (category, published_at, announcement_id)",
        "CREATE INDEX IF NOT EXISTS news_grams ON news USING gin (ledger.grams(folded, 2))",
    ),
)
TABLES = (NEWS,)
HANDLES = (Announcement.Created, Announcement.Revised, Announcement.Withdrawn)

NO_TEXT: dict[str, Any] = {
    "title": "",
    "body": "",
    "source": "",
    "effective_on": None,
    "folded": "",
}
"""What is left of a withdrawn announcement."""


def handle(connection: Connection, events: Sequence[LoggedEvent]) -> None:
    """Fold a batch into the rows that are there."""
    own = [logged.event for logged in events if isinstance(logged.event, HANDLES)]
    rows = _known_rows(connection, [event.originator_id for event in own])
    for event in own:
        rows[event.originator_id] = rows.get(event.originator_id, {}) | _changes(event)
    NEWS.upsert(connection, rows.values())


def _known_rows(connection: Connection, announcement_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    columns = SQL(", ").join(map(Identifier, NEWS.columns))
    query = SQL("""
        SELECT {} FROM unnest(%s::uuid[]) AS wanted (id)
        JOIN news n ON n.partition = ledger.partition_of(wanted.id) AND n.announcement_id = wanted.id
    """)
    found = connection.execute(query.format(columns), (announcement_ids,)).fetchall()
    return {row[0]: dict(zip(NEWS.columns, row, strict=True)) for row in found}


def _changes(event: Announcement.Created | Announcement.Revised | Announcement.Withdrawn) -> dict[str, Any]:
    at = event.timestamp
    changed = {"version": event.originator_version}
    match event:
        case Announcement.Created():
            own = {"announcement_id": event.originator_id}
            times = {"published_at": at, "revised_at": None, "withdrawn_at": None}
            return changed | own | times | _text(event)
        case Announcement.Revised():
            return changed | {"revised_at": at} | _text(event)
        case Announcement.Withdrawn():
            return changed | {"withdrawn_at": at} | NO_TEXT


def _text(event: Announcement.Created | Announcement.Revised) -> dict[str, Any]:
    parts = (event.title, event.body, event.source)
    return {
        "category": event.category,
        "title": event.title,
        "body": event.body,
        "source": event.source,
        "effective_on": date.fromisoformat(event.effective_on) if event.effective_on else None,
        "folded": " ".join(map(folded, parts)),
    }


@dataclass(frozen=True, slots=True)
class Headline:
    """An announcement in a list."""

    announcement_id: UUID
    category: str
    title: str
    source: str
    effective_on: date | None
    published_at: datetime
    revised_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewsItem(Headline):
    """An announcement as a whole; of a withdrawn one only when that was."""

    body: str
    version: int
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for; all that is given must hold.

    Attributes:
        category: one of the announcement's categories, or empty.
        text: words, each part of title, body or source; Chinese characters or Latin letters.
    """

    category: str = ""
    text: str = ""


NOTHING = SQL("false")
"""A search for marks alone; without letters and digits it would be one for everything."""


def search(
    connection: Connection, wanted: Search, before: tuple[datetime, UUID] | None, limit: int
) -> list[Headline]:
    """The public announcements that match, newest first, before a (time of publication, id)."""
    conditions, arguments = _conditions(wanted)
    at, announcement_id = before or (None, None)
    query = SQL(
        "SELECT {} FROM views.news WHERE withdrawn_at IS NULL AND {}"
        " AND (%s::timestamptz IS NULL OR (published_at, announcement_id) < (%s, %s::uuid))"
        " ORDER BY published_at DESC, announcement_id DESC LIMIT %s"
    ).format(_columns(Headline), conditions)
    with connection.cursor(row_factory=class_row(Headline)) as cursor:
        return cursor.execute(query, [*arguments, at, at, announcement_id, limit]).fetchall()


def _conditions(wanted: Search) -> tuple[Composed, list[object]]:
    parts: list[tuple[SQL, list[object]]] = [(SQL("true"), [])]
    if wanted.category:
        parts.append((SQL("category = %s"), [wanted.category]))
    words = [word for word in map(folded, wanted.text.split()) if word]
    if wanted.text.strip() and not words:
        parts.append((NOTHING, []))
    held = SQL("ledger.grams(folded, 2) @> %s AND folded LIKE %s")
    parts += [(held, [query_grams(word, 2), f"%{word}%"]) for word in words]
    return SQL(" AND ").join(sql for sql, _ in parts), [a for _, given in parts for a in given]


def find(connection: Connection, announcement_id: UUID) -> NewsItem | None:
    """One announcement, also a withdrawn one."""
    query = SQL("""
        SELECT {} FROM views.news WHERE partition = ledger.partition_of(%s) AND announcement_id = %s
    """)
    with connection.cursor(row_factory=class_row(NewsItem)) as cursor:
        ids = (announcement_id, announcement_id)
        return cursor.execute(query.format(_columns(NewsItem)), ids).fetchone()


def _columns(shape: type[Headline]) -> Composed:
    return SQL(", ").join(Identifier(field.name) for field in fields(shape))
