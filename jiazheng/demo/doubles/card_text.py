"""Writes the text block that `devices.card_document` reads: what a personalisation line does to a card."""

from datetime import date

from devices.card_document import LAYOUTS, LONG_TERM, SEXES, CardDocument
from devices.card_ports import CardKind

_LATIN_NAME_CHARACTERS = 35  # of the first of the two fields on cards of 2023


def encode_card_text(document: CardDocument) -> bytes:
    """Return 256 bytes of UTF-16LE. Raises ValueError if a field does not fit its place on the card."""
    values = _values(document)
    block = b""
    for name, size in LAYOUTS[document.kind]:
        octets = values.get(name, "").encode("utf-16-le")
        if len(octets) > size:
            raise ValueError(f"{name} is too long for the card")
        block += octets + " ".encode("utf-16-le") * ((size - len(octets)) // 2)
    return block


def _values(document: CardDocument) -> dict[str, str]:
    split_at = _LATIN_NAME_CHARACTERS if document.kind == CardKind.FOREIGNER_2023 else None
    return {
        "kind": document.kind,
        "name": "" if document.name == document.latin_name else document.name,
        "sex": next(code for code, sex in SEXES.items() if sex == document.sex),
        "nation": document.nation,
        "birth_date": _digits(document.birth_date),
        "address": document.address,
        "id_number": document.id_number,
        "authority": document.authority,
        "valid_from": _digits(document.valid_from),
        "valid_until": LONG_TERM if document.valid_until is None else _digits(document.valid_until),
        "latin_name": document.latin_name[:split_at],
        "latin_name_2": document.latin_name[split_at:] if split_at else "",
    }


def _digits(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"
