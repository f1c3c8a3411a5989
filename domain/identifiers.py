"""The numbers that identify people and enterprises in China, each checked by its own standard.

Whoever holds one of these values knows that it passed: `parse` cleans up what people type, the constructor
takes canonical text only, and both raise `InvalidIdentifier`. Well-known libraries refuse real numbers
(abolished or new regions, residence permits, authorities with a letter), so the checks are written out here.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Self

import phonenumbers

from domain.check_characters import USCC_ALPHABET, id_check_character, uscc_check_character
from domain.identifier_text import InvalidIdentifier, compact, require
from domain.person_name import PersonName
from domain.regions import is_region

__all__ = ["IdKind", "IdNumber", "InvalidIdentifier", "MobileNumber", "PersonName", "Sex", "Uscc"]

EARLIEST_BIRTH: Final = date(1880, 1, 1)  # the oldest birth among the examples of GB 11643-1999
LATEST_BIRTH: Final = date(2099, 12, 31)


class Sex(StrEnum):
    """Sex as a number states it (GB/T 2261.1)."""

    FEMALE = "female"
    MALE = "male"


class IdKind(StrEnum):
    """Which document an identity number stands on."""

    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT = "residence_permit"
    PERMANENT_RESIDENCE = "permanent_residence"


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """Citizen identity number of 18 characters (GB 11643-1999), and the numbers built like it.

    Those are residence permits of Hong Kong (81), Macau (82) and Taiwan (83) residents, and the foreigners'
    permanent residence number of 2023: 9, province, numeric country code (ISO 3166-1). Country codes are not
    checked, since cards outlive countries.

    Raises `InvalidIdentifier` with `id_number.format`, `.region`, `.birth_date` or `.checksum`.
    """

    value: str

    def __post_init__(self) -> None:
        require(re.fullmatch(r"[0-9]{17}[0-9X]", self.value) is not None, "id_number.format")
        require(is_region(self._issuer), "id_number.region")
        require(EARLIEST_BIRTH <= self.birth_date <= LATEST_BIRTH, "id_number.birth_date")
        require(self.value[17] == id_check_character(self.value[:17]), "id_number.checksum")

    @classmethod
    def parse(cls, text: str, *, today: date | None = None) -> Self:
        """Read a number as typed: spaces, full-width characters and a lower-case x are fine.

        With `today`, a birth after that day is refused as `id_number.birth_date`; the domain has no clock.
        """
        number = cls(compact(text, "id_number.format"))
        require(today is None or number.birth_date <= today, "id_number.birth_date")
        return number

    @property
    def kind(self) -> IdKind:
        """The document that carries such numbers."""
        if self.value[0] == "9":
            return IdKind.PERMANENT_RESIDENCE
        return IdKind.RESIDENCE_PERMIT if self.value[0] == "8" else IdKind.RESIDENT_ID

    @property
    def birth_date(self) -> date:
        """The date of birth in positions 7 to 14."""
        try:
            return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))
        except ValueError:
            raise InvalidIdentifier("id_number.birth_date") from None

    @property
    def sex(self) -> Sex:
        """Sex by the parity of position 17: odd numbers are for males."""
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    @property
    def _issuer(self) -> str:
        """The GB/T 2260 code of the place of issue; a foreigner's number names the province only."""
        return self.value[1:3] + "0000" if self.value[0] == "9" else self.value[:6]

    def masked(self) -> str:
        """First and last character alone: `1****************X`."""
        return self.value[0] + "*" * 16 + self.value[17]

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"IdNumber({self.masked()})"


@dataclass(frozen=True, slots=True)
class Uscc:
    """Unified social credit code of an organisation, 18 characters (GB 32100-2015).

    Positions: authority, category, six digits of region, nine of organisation code, check character. The list
    of authorities grew several times (A, N and Y are letters) and is not checked. Public, so never masked.

    Raises `InvalidIdentifier` with `uscc.format` or `uscc.checksum`.
    """

    value: str

    def __post_init__(self) -> None:
        shape = rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}"
        require(re.fullmatch(shape, self.value) is not None, "uscc.format")
        require(self.value[17] == uscc_check_character(self.value[:17]), "uscc.checksum")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code as typed: spaces, full-width characters and lower case are fine."""
        return cls(compact(text, "uscc.format"))

    @property
    def region(self) -> str:
        """The GB/T 2260 code of the registering authority's region, as it was then."""
        return self.value[2:8]

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, repr=False)
class MobileNumber:
    """Mobile number of mainland China in E.164 form, `+8613800138000`.

    Raises `InvalidIdentifier` with `mobile_number.format`, or `.range` when no operator has such numbers.
    """

    value: str

    def __post_init__(self) -> None:
        require(re.fullmatch(r"\+861[0-9]{10}", self.value) is not None, "mobile_number.format")
        number = phonenumbers.PhoneNumber(country_code=86, national_number=int(self.national))
        is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        require(is_mobile, "mobile_number.range")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number as typed: with or without +86, 0086 or 86, with spaces, dashes or brackets."""
        digits = re.sub(r"[-‐‑‒–—−()]", "", compact(text, "mobile_number.format"))
        return cls("+86" + re.sub(r"^(?:(?:\+|00)?86)(?=1)", "", digits))

    @property
    def national(self) -> str:
        """The eleven digits that are dialled at home."""
        return self.value[3:]

    def masked(self) -> str:
        """As shown to other people: `138****8000`."""
        return f"{self.national[:3]}****{self.national[7:]}"

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"MobileNumber({self.masked()})"
