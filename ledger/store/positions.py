"""A place in the log: partition and number, an opaque string everywhere outside the ledger."""

from collections.abc import Iterable
from typing import NamedTuple, Self

from domain.streams import PARTITIONS

NUMBER_BITS = 48
"""The library wants one integer per event: partition above, number below."""
NUMBER_DIGITS = len(str(2**NUMBER_BITS))


class InvalidPosition(ValueError):
    """The text is no position of this log."""


class Position(NamedTuple):
    """The place of one event."""

    partition: int
    number: int

    @classmethod
    def from_id(cls, notification_id: int) -> Self:
        """The position behind the library's notification id."""
        return cls(notification_id >> NUMBER_BITS, notification_id & (1 << NUMBER_BITS) - 1)

    @property
    def notification_id(self) -> int:
        """The library's notification id of this position."""
        return self.partition << NUMBER_BITS | self.number

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote.

        Raises:
            InvalidPosition: it is something else.
        """
        partition, dot, number = text.partition(".")
        if not (dot and _is_number(partition) and _is_number(number) and int(partition) < PARTITIONS):
            raise InvalidPosition
        return cls(int(partition), int(number))

    def __str__(self) -> str:
        return f"{self.partition}.{self.number}"


def _is_number(text: str) -> bool:
    """Digits, and no more of them than an event's number can have: what is read here goes into queries."""
    return text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS


def latest(positions: Iterable[Position]) -> list[Position]:
    """The last position of each partition, in order of partition."""
    heads: dict[int, Position] = {}
    for position in positions:
        heads[position.partition] = max(position, heads.get(position.partition, position))
    return sorted(heads.values())


def parse_positions(text: str) -> list[Position]:
    """Read several positions, separated by commas.

    Raises:
        InvalidPosition: one is something else.
    """
    return [Position.parse(part.strip()) for part in text.split(",")]
