"""What all identifiers share: how typed text is cleaned up, and how a wrong one is refused."""

import unicodedata
from typing import Final

LONGEST_INPUT: Final = 200  # far above any spelling of an identifier, and cheap to look through
UPPER_ASCII: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# U+FF01..U+FF5E are the full-width twins of ASCII; NFKC would also turn ² and ① into digits.
HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class InvalidIdentifier(ValueError):
    """A text is not what it claims to be.

    The message is the code alone, such as `id_number.checksum`, never the text, since it ends up in logs.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def require(is_right: bool, code: str) -> None:
    """Raise `InvalidIdentifier(code)` unless it is right."""
    if not is_right:
        raise InvalidIdentifier(code)


def visible(text: str, code: str) -> str:
    """Text of a bearable length without the invisible marks that address books and browsers add."""
    require(len(text) <= LONGEST_INPUT, code)
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def compact(text: str, code: str) -> str:
    """Half-width, upper-case text without spaces."""
    return "".join(visible(text, code).split()).translate(HALF_WIDTH).translate(UPPER_ASCII)
