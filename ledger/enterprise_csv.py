"""The CSV of enterprises: good lines become details, bad ones are reported by line, column and reason.

A line of the file is a record, so that reading can go on at any line: no value of ours has a line break.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from domain.enterprise import EnterpriseDetails
from domain.identifiers import InvalidIdentifier, Uscc

COLUMNS = ("uscc", "name", "brand", "province", "city", "status")
CHINESE_COLUMNS = {
    "统一社会信用代码": "uscc",
    "企业名称": "name",
    "品牌": "brand",
    "省份": "province",
    "城市": "city",
    "经营状态": "status",
}
STATUSES = {
    **{status: status for status in ("operating", "suspended", "struck_off")},
    "在营": "operating",
    "停业": "suspended",
    "注销": "struck_off",
}
ENCODINGS = ("utf-8", "gb18030")
"""In both a byte that looks like a line break, a quote or a comma is one."""

REASONS = (
    "empty",
    "too-long",
    "characters",
    "uscc-format",
    "uscc-checksum",
    "unknown",
    "twice-in-the-file",
    "wrong-number-of-columns",
    "malformed",
)
"""Why a line is rejected; stable, for whoever reads the report by machine."""

MAY_BE_EMPTY = frozenset({"brand"})
MAX_CHARACTERS = 200
MAX_LINE_BYTES = 64 * 1024
BLOCK_BYTES = 1024 * 1024
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""No name has such characters, and a read model that has to keep a NUL stops for good."""


class NoEnterpriseList(ValueError):
    """The file is no CSV with the expected columns, or in no encoding that is read here."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file is before any of its lines is read.

    Attributes:
        encoding: one of `ENCODINGS`.
        columns: of the file, in its order, by their English names.
        header_bytes: where the first line after the header begins.
        lines: of the whole file.
    """

    encoding: str
    columns: Sequence[str]
    header_bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """Why a line was not taken over; the value itself is not repeated.

    Attributes:
        line: counted from 1, the header included.
        column: empty where the line as a whole is meant.
    """

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A good line."""

    line: int
    details: EnterpriseDetails


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of a file, and where the next ones begin."""

    listed: Sequence[ListedLine]
    rejected: Sequence[RejectedLine]
    read_bytes: int
    read_lines: int
    is_last: bool


def examine(path: Path) -> Sheet:
    """Tell encoding, columns and length of a file, in one pass for each encoding.

    Raises:
        NoEnterpriseList: it is no such file.
    """
    for encoding in ENCODINGS:
        if _is_in(path, encoding):
            return _sheet(path, encoding)
    raise NoEnterpriseList


def _is_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sheet(path: Path, encoding: str) -> Sheet:
    breaks, last = 0, b"\n"
    for block in _blocks(path):
        breaks, last = breaks + block.count(b"\n"), block[-1:]
    with path.open("rb") as file:
        header = file.readline(MAX_LINE_BYTES)
    names = _values(header.removeprefix(codecs.BOM_UTF8).decode(encoding, errors="replace"))
    columns = [CHINESE_COLUMNS.get(name.strip(), name.strip()) for name in names or ()]
    if sorted(columns) != sorted(COLUMNS):
        raise NoEnterpriseList
    return Sheet(encoding, columns, len(header), breaks + (last != b"\n"))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def read_chunk(path: Path, sheet: Sheet, read_bytes: int, read_lines: int, at_most: int) -> Chunk:
    """The next lines of a file after so many bytes and lines."""
    listed: list[ListedLine] = []
    rejected: list[RejectedLine] = []
    with path.open("rb") as file:
        file.seek(read_bytes)
        line = read_lines
        while line < read_lines + at_most and (octets := file.readline(MAX_LINE_BYTES)):
            line += 1
            found = _line(line, _rest_of(file, octets), sheet)
            if isinstance(found, ListedLine):
                listed.append(found)
            elif found is not None:
                rejected.append(found)
        reached = file.tell()
        is_last = not file.read(1)
    return Chunk(listed, rejected, reached, line, is_last)


def _rest_of(file: BinaryIO, octets: bytes) -> bytes | None:
    """The line, or nothing once the rest of one that is too long was passed over."""
    is_whole = len(octets) < MAX_LINE_BYTES or octets.endswith(b"\n")
    while len(octets) == MAX_LINE_BYTES and not octets.endswith(b"\n"):
        octets = file.readline(MAX_LINE_BYTES)
    return octets if is_whole else None


def _line(line: int, octets: bytes | None, sheet: Sheet) -> ListedLine | RejectedLine | None:
    """A line as what it is; nothing for a blank one."""
    if octets is None:
        return RejectedLine(line, "", "too-long")
    text = octets.decode(sheet.encoding).rstrip("\r\n")
    if not text:
        return None
    given = _values(text)
    if given is None:
        return RejectedLine(line, "", "malformed")
    if len(given) != len(sheet.columns):
        return RejectedLine(line, "", "wrong-number-of-columns")
    values = {column: value.strip() for column, value in zip(sheet.columns, given, strict=True)}
    wrong = _first_wrong(values)
    if wrong:
        return RejectedLine(line, *wrong)
    checked = {"uscc": str(Uscc.parse(values["uscc"])), "status": STATUSES[values["status"]]}
    return ListedLine(line, EnterpriseDetails(**{**values, **checked}))


def _values(text: str) -> list[str] | None:
    """The values of a line; nothing where its quotes do not fit."""
    try:
        return next(csv.reader([text.rstrip("\r\n")], strict=True), [])
    except csv.Error:
        return None


def _first_wrong(values: dict[str, str]) -> tuple[str, str] | None:
    for column in COLUMNS:
        if not values[column] and column not in MAY_BE_EMPTY:
            return column, "empty"
        if len(values[column]) > MAX_CHARACTERS:
            return column, "too-long"
        if CONTROL.search(values[column]):
            return column, "characters"
    try:
        Uscc.parse(values["uscc"])
    except InvalidIdentifier as error:
        return "uscc", str(error).replace(".", "-")
    return ("status", "unknown") if values["status"] not in STATUSES else None
