"""A code list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class CodeList:
    """Codes with their Chinese names, in the order of a menu.

    Attributes:
        standard: where codes and names come from.
        retired: codes that no menu offers any more, but that were right in their time.
    """

    name: str
    standard: str
    names: Mapping[str, str]
    retired: frozenset[str] = frozenset()

    @classmethod
    def written(cls, name: str, standard: str, text: str) -> Self:
        """A list written as lines of a code, a space and a name."""
        lines = (line.partition(" ") for line in text.strip().splitlines())
        return cls(name, standard, {code: called for code, _, called in lines})

    def __contains__(self, code: object) -> bool:
        return code in self.names or code in self.retired
