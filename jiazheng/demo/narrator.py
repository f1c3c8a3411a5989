"""Tells the story: a line a step, the events it appended with their positions, the time it took."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import psycopg
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Column, Table

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

    def explain(self) -> None:
        """Say how to read what follows."""
        self._console.print(
            "The story begins a month ago and ends now. Below a step stand the events that it left in the "
            "log, as name@partition.number, or how many of each.",
            highlight=False,
        )

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
        line = Table.grid("", Column(overflow="fold"), "", padding=(0, 1))
        line.add_row(
            "  [green]✓[/]", escape(f"{what}: {more}" if more else what), f"[dim]{seconds * 1000:.0f} ms[/]"
        )
        self._console.print(line)
        self._show(self._fresh())

    def _show(self, events: Sequence[AppendedEvent]) -> None:
        self.events += len(events)
        if not events:
            return
        if len(events) <= MAX_SHOWN:
            words = ", ".join(map(str, events))
        else:
            counted = Counter(event.topic.removeprefix("jz.") for event in events)
            words = ", ".join(
                topic if count == 1 else f"{count} x {topic}" for topic, count in counted.items()
            )
        self._console.print(Padding(f"[dim]{escape(words)}[/]", (0, 0, 0, 6), expand=False))

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
