"""The one clock of the system; a demo's clock can be moved, nobody else's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]
"""Returns the present instant, UTC."""


def system_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class DemoClock:
    """The machine's clock, set back by an offset that lies in a file, so that all processes agree."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        """The demo's present."""
        return system_clock() + timedelta(seconds=float(self._path.read_text()))

    def move_to(self, instant: datetime) -> None:
        """Make `instant` the demo's present; processes see the old or the new offset, never half of one."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str((instant - system_clock()).total_seconds()))
        fresh.replace(self._path)
