"""The CSV of enterprises: good lines become details, bad ones are reported by line, column and reason."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from api.problems import Problem
from domain.enterprise import EnterpriseDetails
from domain.identifiers import InvalidIdentifier, Uscc

COLUMNS = ("uscc", "name", "brand", "province", "city", "status")
MAY_BE_EMPTY = frozenset({"brand"})
STATUSES = frozenset({"operating", "suspended", "struck_off"})
MAX_CHARACTERS = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""No name has such characters, and a read model that has to keep a NUL stops for good."""
BREAK = re.compile(r"\r\n|\r|\n")

Row = dict[str | None, str | list[str] | None]
"""What the reader makes of a line; values beyond the header's are a list under None."""


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """Why a line was not taken over; the value itself is not repeated.

    Attributes:
        line: where it begins, counted from 1, the header included.
    """

    line: int
    column: str
    reason: str


def parse(octets: bytes) -> Iterator[EnterpriseDetails | RejectedLine]:
    """Parse a UTF-8 file with a header line.

    Raises:
        Problem: it is no such file.
    """
    try:
        reader = csv.DictReader(io.StringIO(octets.decode("utf-8-sig"), newline=""), strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise Problem("csv-invalid", 422, "file")
        row: Row
        for row in reader:
            yield _line(reader.line_num - _inner_breaks(row), row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Problem("csv-invalid", 422, "file") from error


def _inner_breaks(row: Row) -> int:
    """The line breaks within quotes; the reader tells where a line ends, people look where it begins."""
    text = "\0".join(given if isinstance(given, str) else "\0".join(given or ()) for given in row.values())
    return len(BREAK.findall(text))


def _line(line: int, row: Row) -> EnterpriseDetails | RejectedLine:
    if None in row or None in row.values():
        return RejectedLine(line, "", "wrong-number-of-columns")
    values = {str(column): str(value).strip() for column, value in row.items()}
    wrong = _first_wrong(values)
    if wrong:
        return RejectedLine(line, *wrong)
    return EnterpriseDetails(**{**values, "uscc": str(Uscc.parse(values["uscc"]))})


def _first_wrong(values: dict[str, str]) -> tuple[str, str] | None:
    for column, value in values.items():
        if not value and column not in MAY_BE_EMPTY:
            return column, "empty"
        if len(value) > MAX_CHARACTERS:
            return column, "too-long"
        if CONTROL.search(value):
            return column, "characters"
    try:
        Uscc.parse(values["uscc"])
    except InvalidIdentifier as error:
        return "uscc", str(error).replace(".", "-")
    return ("status", "unknown") if values["status"] not in STATUSES else None
