"""Who watches a rebuild."""


def unwatched(_done: int, _of: int) -> None:
    """Nobody does."""


class Watcher:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def __call__(self, done: int, of: int) -> None:
        self.told.append((done, of))
