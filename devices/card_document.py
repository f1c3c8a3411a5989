"""The 256-byte text block of an ID card, parsed; four layouts of fixed UTF-16LE fields."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from devices.card_ports import CardKind, ProtocolError, RawDocument

TEXT_BYTES = 256
LONG_TERM = "长期"

Layout = tuple[tuple[str, int], ...]  # field and its size in bytes, in order; "-" is reserved

_RESIDENT_HEAD: Layout = (
    ("name", 30),
    ("sex", 2),
    ("nation", 4),
    ("birth_date", 16),
    ("address", 70),
    ("id_number", 36),
    ("authority", 30),
    ("valid_from", 16),
    ("valid_until", 16),
)
LAYOUTS: dict[CardKind, Layout] = {
    CardKind.RESIDENT: (*_RESIDENT_HEAD, ("-", 28), ("kind", 2), ("-", 6)),
    CardKind.HONG_KONG_MACAU_TAIWAN: (
        *_RESIDENT_HEAD,
        *(("pass_number", 18), ("issue_count", 4), ("-", 6), ("kind", 2), ("-", 6)),
    ),
    CardKind.FOREIGNER_2017: (
        *(("latin_name", 120), ("sex", 2), ("id_number", 30), ("nation", 6), ("name", 30)),
        *(("valid_from", 16), ("valid_until", 16), ("birth_date", 16), ("version", 4), ("authority", 8)),
        *(("kind", 2), ("-", 6)),
    ),
    CardKind.FOREIGNER_2023: (
        *(("name", 30), ("sex", 2), ("issue_count", 4), ("birth_date", 16), ("latin_name", 70)),
        *(("id_number", 36), ("-", 30), ("valid_from", 16), ("valid_until", 16), ("latin_name_2", 22)),
        *(("nation", 6), ("kind", 2), ("previous", 6)),
    ),
}

Sex = Literal["male", "female", "unknown"]
SEXES: dict[str, Sex] = {"1": "male", "2": "female", "0": "unknown", "9": "unknown"}  # GB/T 2261.1

# the shape only: checksum and region are the domain's to judge, which also knows the exceptions
_ID_SHAPES = {
    CardKind.RESIDENT: re.compile(r"[1-9][0-9]{16}[0-9X]"),
    CardKind.HONG_KONG_MACAU_TAIWAN: re.compile(r"8[1-3][0-9]{15}[0-9X]"),
    CardKind.FOREIGNER_2017: re.compile(r"[A-Z]{3}[0-9]{12}"),
    CardKind.FOREIGNER_2023: re.compile(r"9[0-9]{16}[0-9X]"),
}


@dataclass(frozen=True)
class CardDocument:
    """What is printed on the card. `repr` shows the kind only, so that it may end up in a log.

    `nation` is a two-digit GB/T 3304 code for residents, an ISO 3166 alpha-3 code for foreigners, empty on J
    cards. `address` is empty on foreigners' cards, `authority` on those of 2023 and a four-digit code on
    those of 2017. `valid_until` is None for 长期. `latin_name` is empty but for foreigners, whose `name` is
    the Chinese one if the card has one, else the Latin one.
    """

    kind: CardKind
    name: str = field(repr=False)
    sex: Sex = field(repr=False)
    nation: str = field(repr=False)
    birth_date: date = field(repr=False)
    address: str = field(repr=False)
    id_number: str = field(repr=False)
    authority: str = field(repr=False)
    valid_from: date = field(repr=False)
    valid_until: date | None = field(repr=False)
    latin_name: str = field(default="", repr=False)


def parse_card_document(raw: RawDocument) -> CardDocument:
    """Parse what a decoder returned; see parse_card_text."""
    return parse_card_text(raw.kind, raw.text256)


def parse_card_text(kind: CardKind, text256: bytes) -> CardDocument:
    """Parse a text block of the given kind.

    Raises ProtocolError, whose message names the field and never holds its value.
    """
    fields = _split(kind, text256)
    if fields["kind"] != kind.strip():
        raise ProtocolError("card text: the type flag does not match")
    latin_name = (fields.get("latin_name", "") + fields.get("latin_name_2", "")).strip()
    valid_from, valid_until = _validity(fields)
    return CardDocument(
        kind=kind,
        name=_required("name", fields["name"] or latin_name),
        sex=_sex(fields["sex"]),
        nation=fields["nation"],
        birth_date=_date("birth_date", fields["birth_date"]),
        address=fields.get("address", ""),
        id_number=_id_number(kind, fields["id_number"]),
        authority=fields.get("authority", ""),
        valid_from=valid_from,
        valid_until=valid_until,
        latin_name=latin_name,
    )


def _split(kind: CardKind, text256: bytes) -> dict[str, str]:
    if len(text256) != TEXT_BYTES:
        raise ProtocolError("card text: not 256 bytes")
    fields, at = {}, 0
    for name, size in LAYOUTS[kind]:
        if name != "-":
            text = _text(name, text256[at : at + size])
            # a long Latin name goes on in a second field, and a blank at the seam belongs to it
            fields[name] = text if name == "latin_name" else text.rstrip()
        at += size
    return fields


def _text(name: str, octets: bytes) -> str:
    try:
        text = octets.decode("utf-16-le")
    except UnicodeDecodeError:
        raise ProtocolError(f"card text: {name} is not UTF-16") from None
    text = text.replace("\0", " ")  # fields are filled up with blanks, on some cards with zeros
    # private-use characters stay: rare names on older cards are written with them
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ProtocolError(f"card text: {name} holds control characters")
    return text


def _required(name: str, text: str) -> str:
    if not text.strip():
        raise ProtocolError(f"card text: {name} is empty")
    return text


def _sex(code: str) -> Sex:
    if code not in SEXES:
        raise ProtocolError("card text: sex is not a GB/T 2261.1 code")
    return SEXES[code]


def _date(name: str, digits: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{8}", digits):
            raise ValueError
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise ProtocolError(f"card text: {name} is not a date") from None


def _validity(fields: dict[str, str]) -> tuple[date, date | None]:
    start, end = _date("valid_from", fields["valid_from"]), fields["valid_until"]
    if end == LONG_TERM:
        return start, None
    until = _date("valid_until", end)
    if until < start:
        raise ProtocolError("card text: valid_until is before valid_from")
    return start, until


def _id_number(kind: CardKind, number: str) -> str:
    if not _ID_SHAPES[kind].fullmatch(number):
        raise ProtocolError("card text: id_number has a wrong shape")
    return number
