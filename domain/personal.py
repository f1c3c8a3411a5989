"""Marks the personal fields of an event, and what such a field is when it cannot be read."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, TypeVar, get_type_hints

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PersonalOf:
    """Says which field of the event names the person whose key seals the marked field."""

    subject_field: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What a personal field reads as when its person's key was destroyed."""

    def __str__(self) -> str:
        return "erased"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A personal field that its reader has no key for; it carries the sealed text and its address."""

    address: str
    text: str

    def __str__(self) -> str:
        return f"{self.address} {self.text}"

    @classmethod
    def parse(cls, written: str) -> "Sealed":
        """Read what `str` wrote, as a view keeps it."""
        return cls(*written.split(" "))


ERASED = Erased()


def readable(value: Value | Erased | Sealed) -> Value:
    """The plain value of a personal field.

    Raises:
        LookupError: the field is erased, or sealed for this reader.
    """
    if isinstance(value, (Erased, Sealed)):
        raise LookupError(type(value).__name__.lower())
    return value


PersonalText = Annotated[str | Erased | Sealed, PersonalOf("subject_id")]
"""A text that belongs to the person named in the event's `subject_id`."""

ConsumerText = Annotated[str | Erased | Sealed, PersonalOf("consumer_id")]
"""A text that belongs to the consumer of a disclosure."""


def personal_fields(event_class: type) -> dict[str, str]:
    """The personal fields of an event class, each with the field that names its subject."""
    return _marked_fields(event_class)


@cache
def _marked_fields(event_class: type) -> dict[str, str]:
    hints = get_type_hints(event_class, include_extras=True)
    return {
        name: mark.subject_field
        for name, hint in hints.items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, PersonalOf)
    }
