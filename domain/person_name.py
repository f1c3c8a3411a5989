"""The name of a person as Chinese documents print it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Self

from domain.identifier_text import UPPER_ASCII, require, visible

SHORTEST: Final = 2
LONGEST: Final = 60  # the chip of a foreigner's card holds 120 bytes of UTF-16

# Unified ideographs with their extensions, 〇, and the twelve that only look like compatibility ones.
HAN: Final = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e-\ufa29\U00020000-\U000323af"
# What keyboards, fonts and card readers put between the parts of 阿依古丽·买买提; NFKC would spoil two.
DOTS: Final = re.compile(r" *[·•・･‧∙⋅˙ㆍ\u0387]+ *")
# One word, then words joined by a dot, or in Latin names by what passports print.
SHAPE: Final = re.compile(rf"[{HAN}A-Z]+(?:(?:·|, |[ '.-]|\. )[{HAN}A-Z]+)*\.?")


@dataclass(frozen=True, slots=True, repr=False)
class PersonName:
    """Name in one spelling: NFKC, `·` between parts, Latin letters in upper case as cards print them.

    Raises `InvalidIdentifier` with `person_name.length` or `person_name.characters`. Latin letters with
    accents are refused, since no card carries them.
    """

    value: str

    def __post_init__(self) -> None:
        require(SHORTEST <= len(self.value) <= LONGEST, "person_name.length")
        is_canonical = self.value == _canonical(self.value)
        require(is_canonical and SHAPE.fullmatch(self.value) is not None, "person_name.characters")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name as typed: 王　芳, 阿依古丽•买买提 and full-width or lower-case Latin are fine."""
        return cls(_canonical(visible(text, "person_name.length")))

    def masked(self) -> str:
        """First and last character, 王*芳, or 王* for two: one star, so that it does not tell the length."""
        return self.value[0] + "*" + (self.value[-1] if len(self.value) > SHORTEST else "")

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"PersonName({self.masked()})"


def _canonical(text: str) -> str:
    text = unicodedata.normalize("NFKC", DOTS.sub("·", text.strip())).translate(UPPER_ASCII)
    text = re.sub(rf"(?<=[{HAN}])\.(?=[{HAN}])", "·", text)
    # Cards and forms space out short names; between ideographs a space means nothing.
    text = re.sub(rf"(?<=[{HAN}]) +(?=[{HAN}])", "", text)
    return re.sub(" +", " ", DOTS.sub("·", text)).strip(" ·")
