"""What a field of a form may hold: each kind reads a value of JSON and gives its canonical spelling."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from domain.codes.code_list import CodeList
from domain.identifiers import InvalidIdentifier, MobileNumber, PersonName
from domain.rejections import Reason, Refused

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


def require(is_right: bool, path: str, reason: Reason = Reason.FIELD_INVALID) -> None:
    """Refuse what is at the path unless it is right."""
    if not is_right:
        raise Refused(reason, field=path)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, without the invisible marks that keyboards add."""

    longest: int

    def read(self, value: Any, path: str, today: date) -> str:  # noqa: ARG002 - as every kind
        """The text in NFC, without spaces around it."""
        require(isinstance(value, str) and len(value) <= 2 * self.longest, path)
        categories = {unicodedata.category(character) for character in value}
        require(not categories & UNPRINTABLE, path)
        seen = "".join(character for character in value if unicodedata.category(character) != "Cf")
        text = unicodedata.normalize("NFC", seen).strip()
        require(0 < len(text) <= self.longest, path)
        return text


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    least: int
    most: int

    def read(self, value: Any, path: str, today: date) -> int:  # noqa: ARG002 - as every kind
        """The number."""
        require(type(value) is int and self.least <= value <= self.most, path)
        return int(value)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, `2026-03-02`; not in the future unless that is in its nature."""

    may_be_future: bool = False

    def read(self, value: Any, path: str, today: date) -> str:
        """The day as it was written: there is one way."""
        require(isinstance(value, str), path)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Refused(Reason.FIELD_INVALID, field=path) from None
        require(day.isoformat() == value, path)
        require(day >= EARLIEST, path)
        require(self.may_be_future or day <= today, path, Reason.DAY_IN_FUTURE)
        return day.isoformat()


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of a list."""

    codes: CodeList

    def read(self, value: Any, path: str, today: date) -> str:  # noqa: ARG002 - as every kind
        """The code."""
        require(isinstance(value, str), path)
        require(value in self.codes, path, Reason.CODE_UNKNOWN)
        return str(value)


@dataclass(frozen=True, slots=True)
class SomeCodes:
    """At least one code of a list, each once."""

    codes: CodeList
    most: int

    def read(self, value: Any, path: str, today: date) -> list[str]:
        """The codes, in the order given."""
        require(isinstance(value, list) and value != [], path)
        require(len(value) <= self.most, path, Reason.LIST_TOO_LONG)
        one = Coded(self.codes)
        found = [one.read(code, f"{path}[{nth}]", today) for nth, code in enumerate(value)]
        for nth, code in enumerate(found):
            require(code not in found[:nth], f"{path}[{nth}]")
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
    require(isinstance(value, str), path)
    try:
        return str(kind.parse(value))
    except InvalidIdentifier:
        raise Refused(Reason.FIELD_INVALID, field=path) from None
