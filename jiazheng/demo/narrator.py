"""Tells the story: a line a step, the events it appended with their positions, the time it took."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import psycopg
from rich.console import Console
from rich.markup import escape

MAX_SHOWN = 6


@dataclass(frozen=True, slots=True)
class AppendedEvent:
    """An event that a step left in the log."""

    partition: int
    number: int
    topic: str

    def __str__(self) -> str:
        return f"{self.topic.removeprefix('jz.')}@{self.partition}.{self.number}"


class Narrator:
    """Prints what happens; reads the log beside the API to show what each step appended."""

    def __init__(self, console: Console, database_url: str) -> None:
        self._console = console
        self._database = psycopg.connect(database_url, autocommit=True)
        self._seen = self._heads()
        self.steps = 0
        self.events = 0

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self._console.print(f"\n[bold cyan]{escape(title)}[/]")

    def step(self, what: str, act: Callable[[], str | None]) -> None:
        """Act, then print what happened; `act` may return more words for the line."""
        started = perf_counter()
        try:
            more = act()
        except Exception:
            self._console.print(f"  [red]✗[/] {escape(what)}")
            raise
        seconds = perf_counter() - started
        self.steps += 1
        line = f"{what}: {more}" if more else what
        self._console.print(f"  [green]✓[/] {escape(line)} [dim]{seconds * 1000:.0f} ms[/]")
        self._show(self._fresh())

    def _show(self, events: Sequence[AppendedEvent]) -> None:
        self.events += len(events)
        if not events:
            return
        if len(events) <= MAX_SHOWN:
            words = ", ".join(map(str, events))
        else:
            counted = Counter(event.topic.removeprefix("jz.") for event in events)
            words = ", ".join(f"{count} x {topic}" for topic, count in counted.items())
            words += (
                f" ({events[0].partition}.{events[0].number} … {events[-1].partition}.{events[-1].number})"
            )
        self._console.print(f"      [dim]{escape(words)}[/]", soft_wrap=not self._console.record)

    def _heads(self) -> dict[int, int]:
        return dict(self._database.execute("SELECT partition, head FROM ledger.partitions").fetchall())

    def _fresh(self) -> list[AppendedEvent]:
        query = """
            SELECT e.partition, e.position, e.topic
            FROM unnest(%s::smallint[], %s::bigint[]) AS seen (partition, number)
            JOIN ledger.events e ON e.partition = seen.partition AND e.position > seen.number
            ORDER BY e.partition, e.position
        """
        rows = self._database.execute(query, (list(self._seen), list(self._seen.values()))).fetchall()
        for partition, number, _ in rows:
            self._seen[partition] = number
        return [AppendedEvent(*row) for row in rows]

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
