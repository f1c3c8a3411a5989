"""How long to wait before a crashed process is started again."""

LONGEST_SECONDS = 30.0
# one that lived this long had a new mishap, not still the old one
FORGIVEN_AFTER_SECONDS = 60.0


class Backoff:
    """Counts crashes in a row: 1, 2, 4, 8, 16, 30, 30 .. seconds."""

    def __init__(self) -> None:
        self._crashes = 0

    def after(self, alive_seconds: float) -> float:
        """Seconds to wait after a crash of a process that had been alive for `alive_seconds`."""
        if alive_seconds >= FORGIVEN_AFTER_SECONDS:
            self._crashes = 0
        self._crashes += 1
        return min(2.0 ** min(self._crashes - 1, 10), LONGEST_SECONDS)
