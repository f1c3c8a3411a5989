"""The check characters of the two Chinese numbering standards."""

from typing import Final

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z


def id_check_character(body: str) -> str:
    """The check character of 17 digits by MOD 11-2 (ISO 7064, GB 11643-1999)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def uscc_check_character(body: str) -> str:
    """The check character of 17 characters, weighted by the powers of 3 modulo 31 (GB 32100-2015)."""
    total = sum(USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return USCC_ALPHABET[-total % 31]
