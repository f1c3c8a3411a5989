"""Forms: which fields a page has, what each may hold, and which one is wrong when something is.

A form is read from JSON and gives its canonical content: known fields only, texts in one spelling, no `null`.
Reading that again gives the same. A wrong field is named by its path, such as `employers[2].until`, where `$`
is the form itself. No path holds anything that was sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from domain.form_fields import Kind, require
from domain.rejections import Reason, Refused

ROOT: Final = "$"


@dataclass(frozen=True, slots=True)
class Field:
    """A field.

    Attributes:
        title: what screens call it.
        is_needed: a page is incomplete without it; a record is refused without it.
    """

    name: str
    title: str
    kind: Kind
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class Records:
    """A list of records; an empty one says that there are none."""

    form: "Form"
    most: int

    def read(self, value: Any, path: str, today: date) -> list[dict[str, Any]]:
        """The records, in the order given."""
        require(isinstance(value, list), path)
        require(len(value) <= self.most, path, Reason.LIST_TOO_LONG)
        return [self._record(record, f"{path}[{nth}]", today) for nth, record in enumerate(value)]

    def _record(self, record: Any, path: str, today: date) -> dict[str, Any]:
        content = self.form.read(record, today, path)
        for name in self.form.missing(content):
            raise Refused(Reason.FIELD_MISSING, field=f"{path}.{name}")
        return content


@dataclass(frozen=True, slots=True)
class Form:
    """Fields by their names; where both are there, `since` and `until` are a period."""

    fields: tuple[Field, ...]

    def read(self, sent: Any, today: date, path: str = ROOT) -> dict[str, Any]:
        """The canonical content of what was sent; `null` says the same as an absent field.

        Raises:
            Refused: a field is unknown or wrong.
        """
        require(isinstance(sent, Mapping), path)
        require(set(sent) <= {field.name for field in self.fields}, path, Reason.FIELD_UNKNOWN)
        content = dict(self._read_fields(sent, today, "" if path == ROOT else f"{path}."))
        if "since" in content and "until" in content:  # both are ISO days, which sort as they follow
            require(content["since"] <= content["until"], f"{path}.until", Reason.PERIOD_REVERSED)
        return content

    def _read_fields(self, sent: Mapping[str, Any], today: date, prefix: str) -> Iterator[tuple[str, Any]]:
        for field in self.fields:
            if sent.get(field.name) is not None:
                yield field.name, field.kind.read(sent[field.name], prefix + field.name, today)

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that a complete form has."""
        return tuple(field.name for field in self.fields if field.is_needed)

    def missing(self, content: Mapping[str, Any]) -> tuple[str, ...]:
        """The needed fields that are not there."""
        return tuple(name for name in self.needed if name not in content)
