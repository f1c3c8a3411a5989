"""What is left after the kills: the log, what was promised about it, and what was done because of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from domain.enterprise import Enterprise
from jiazheng.settings import Settings
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position
from projections.catalogue import PROJECTIONS
from projections.rebuild import rebuild
from tests.crash import journal

Rows = dict[str, list[str]]
"""Of each table its rows as text, sorted."""


@dataclass(frozen=True)
class Logged:
    """A row of the log."""

    position: Position
    stream: UUID
    version: int
    topic: str
    append_id: str


@dataclass(frozen=True)
class Aftermath:
    """Everything that the rules are held to.

    Attributes:
        log: every row, in order of partition and position.
        acknowledged: of each command that was answered, where its events lie.
        sizes: of each command on enterprises, how many of them it concerned.
        messages: what was sent to an actor, and about what.
        sms: the positions that led to an SMS, once for each SMS.
        views: the read models as the runner left them.
        rebuilt: the read models as a rebuild makes them.
        keys: the people who still have a key.
    """

    log: Sequence[Logged]
    acknowledged: dict[str, set[str]]
    sizes: dict[str, set[int]]
    messages: Sequence[tuple[str, str]]
    sms: Sequence[str]
    views: Rows
    rebuilt: Rows
    keys: set[UUID]

    def appends(self) -> dict[str, list[Logged]]:
        """The rows of each append."""
        found: dict[str, list[Logged]] = defaultdict(list)
        for row in self.log:
            found[row.append_id].append(row)
        return found

    def positions_of(self, topic: str) -> set[str]:
        """Where the events of a kind lie."""
        return {str(row.position) for row in self.log if row.topic == topic}


def examine(settings: Settings, owner_url: str, keys_owner_url: str, folder: Path) -> Aftermath:
    """Read everything; no process runs any more."""
    ledger = CreditLedger(settings.ledger_environment(), settings.rules)
    views = _views(owner_url)
    for projection in PROJECTIONS:
        rebuild(ledger, owner_url, projection, lambda *_: None)
    made = Aftermath(
        log=_log(owner_url),
        acknowledged={command: set(positions) for command, positions in journal.entries(folder, "load")},
        sizes=_sizes(ledger),
        messages=[(actor, about) for actor, about in journal.entries(folder, "schedule")],
        sms=_column(owner_url, "SELECT dedup_key FROM ops.sms_outbox"),
        views=views,
        rebuilt=_views(owner_url),
        keys=set(_column(keys_owner_url, "SELECT subject_id FROM keys.subject_keys")),
    )
    ledger.close()
    return made


def _log(owner_url: str) -> list[Logged]:
    query = """
        SELECT partition, position, stream_id, version, topic,
               max(append_id::text) OVER (PARTITION BY partition, begun)
        FROM (SELECT *, count(append_id) OVER (PARTITION BY partition ORDER BY position) AS begun
              FROM ledger.events) AS counted
        ORDER BY partition, position"""
    with psycopg.connect(owner_url) as connection:
        return [Logged(Position(p, n), *event) for p, n, *event in connection.execute(query)]


def _sizes(ledger: CreditLedger) -> dict[str, set[int]]:
    reader, found = ledger.reader(), defaultdict(set)
    for notification in ledger.event_log.select_notifications(
        0, 1 << 40, topics=[Enterprise.Created.TOPIC, Enterprise.Revised.TOPIC]
    ):
        event = reader.to_domain_event(notification)
        found[str(event.command_id)].add(int(event.brand))  # type: ignore[attr-defined] # both kinds have it
    return found


def _views(owner_url: str) -> Rows:
    names = [table.name for projection in PROJECTIONS for table in projection.TABLES]
    return {name: _column(owner_url, f"SELECT t::text FROM views.{name} t ORDER BY 1") for name in names}  # noqa: S608 - our own names


def _column(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return [value for (value,) in connection.execute(query.encode())]
