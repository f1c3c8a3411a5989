"""Forms: which fields a page has, what each may hold, and which one is wrong when something is.

A form is read from JSON and gives its canonical content: known fields only, texts in one spelling, no `null`.
Reading that again gives the same. A wrong field is named by its path, such as `employers[2].until`, where `$`
is the form itself. No path holds anything that was sent.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from domain.codes.code_list import CodeList
from domain.identifiers import InvalidIdentifier, MobileNumber, PersonName
from domain.rejections import Reason, Refused

ROOT: Final = "$"
EARLIEST: Final = date(1900, 1, 1)
UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of surrogates, and breaks of lines: of these no field is made."""


class Kind(Protocol):
    """What a field may hold."""

    def read(self, value: Any, path: str, today: date) -> Any:
        """The canonical value.

        Raises:
            Refused: it is none; names the path.
        """


def _require(is_right: bool, path: str, reason: Reason = Reason.FIELD_INVALID) -> None:
    if not is_right:
        raise Refused(reason, field=path)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, without the invisible marks that keyboards add."""

    longest: int

    def read(self, value: Any, path: str, today: date) -> str:  # noqa: ARG002 - as every kind
        """The text in NFC, without spaces around it."""
        _require(isinstance(value, str) and len(value) <= 2 * self.longest, path)
        categories = {unicodedata.category(character) for character in value}
        _require(not categories & UNPRINTABLE, path)
        seen = "".join(character for character in value if unicodedata.category(character) != "Cf")
        text = unicodedata.normalize("NFC", seen).strip()
        _require(0 < len(text) <= self.longest, path)
        return text


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    least: int
    most: int

    def read(self, value: Any, path: str, today: date) -> int:  # noqa: ARG002 - as every kind
        """The number."""
        _require(type(value) is int and self.least <= value <= self.most, path)
        return int(value)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, `2026-03-02`; not in the future unless that is in its nature."""

    may_be_future: bool = False

    def read(self, value: Any, path: str, today: date) -> str:
        """The day as it was written: there is one way."""
        _require(isinstance(value, str), path)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Refused(Reason.FIELD_INVALID, field=path) from None
        _require(day.isoformat() == value, path)
        _require(day >= EARLIEST, path)
        _require(self.may_be_future or day <= today, path, Reason.DAY_IN_FUTURE)
        return day.isoformat()


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of a list."""

    codes: CodeList

    def read(self, value: Any, path: str, today: date) -> str:  # noqa: ARG002 - as every kind
        """The code."""
        _require(isinstance(value, str), path)
        _require(value in self.codes, path, Reason.CODE_UNKNOWN)
        return str(value)


@dataclass(frozen=True, slots=True)
class SomeCodes:
    """At least one code of a list, each once."""

    codes: CodeList
    most: int

    def read(self, value: Any, path: str, today: date) -> list[str]:
        """The codes, in the order given."""
        _require(isinstance(value, list) and value != [], path)
        _require(len(value) <= self.most, path, Reason.LIST_TOO_LONG)
        one = Coded(self.codes)
        found = [one.read(code, f"{path}[{nth}]", today) for nth, code in enumerate(value)]
        for nth, code in enumerate(found):
            _require(code not in found[:nth], f"{path}[{nth}]")
        return found


@dataclass(frozen=True, slots=True)
class NameOfPerson:
    """The name of a person as documents print it."""

    def read(self, value: Any, path: str, today: date) -> str:  # noqa: ARG002 - as every kind
        """The name in one spelling."""
        return _identifier(PersonName, value, path)


@dataclass(frozen=True, slots=True)
class Mobile:
    """A mainland mobile number."""

    def read(self, value: Any, path: str, today: date) -> str:  # noqa: ARG002 - as every kind
        """The number in E.164 form."""
        return _identifier(MobileNumber, value, path)


def _identifier(kind: type[PersonName | MobileNumber], value: Any, path: str) -> str:
    _require(isinstance(value, str), path)
    try:
        return str(kind.parse(value))
    except InvalidIdentifier:
        raise Refused(Reason.FIELD_INVALID, field=path) from None


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
        _require(isinstance(value, list), path)
        _require(len(value) <= self.most, path, Reason.LIST_TOO_LONG)
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
        _require(isinstance(sent, Mapping), path)
        _require(set(sent) <= {field.name for field in self.fields}, path, Reason.FIELD_UNKNOWN)
        content = dict(self._read_fields(sent, today, "" if path == ROOT else f"{path}."))
        if "since" in content and "until" in content:  # both are ISO days, which sort as they follow
            _require(content["since"] <= content["until"], f"{path}.until", Reason.PERIOD_REVERSED)
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
