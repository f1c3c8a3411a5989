"""A signed letter as PDF: the text, whose it is, and where its events lie in the log, with an embedded font.

The same letter gives the same bytes: all dates are those of its events, and the font is cut down to the
characters in use in one way only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO

from fontTools.ttLib import TTFont
from fpdf import FPDF
from pylopdf_fonts_zh_cn import sans_path

from devices.qr import png_of
from domain.letter import Letter, SignedLetter
from domain.streams import SHANGHAI

FONT = "Noto Sans SC"
MISSING = "〓"
"""Stands for a character that the font has no shape for (GB/T 15834 calls it the mark of a missing sort)."""
BODY_POINTS, TITLE_POINTS, LINE_MM, QR_MM, MARGIN_MM = 10.5, 15, 6.5, 38, 22


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """A signed letter with whose it is, the ID number masked, and the positions of its events."""

    letter: SignedLetter
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    signed_position: str
    authorized_position: str | None


def letter_pdf(text: Letter, copy: SignedCopy) -> bytes:
    """The document, A4."""
    title, _, body = text.text.partition("\n")
    pdf = FPDF(format="A4")
    pdf.set_creation_date(copy.letter.ended_at or copy.letter.authorized_at or copy.letter.signed_at)
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    pdf.set_margin(MARGIN_MM)
    pdf.add_font(FONT, fname=sans_path())
    pdf.add_page()
    _write(pdf, title, TITLE_POINTS, "C")
    _write(pdf, body.strip(), BODY_POINTS)
    pdf.ln(LINE_MM)
    _write(pdf, "\n".join(f"{label}:{value}" for label, value in _facts(copy)), BODY_POINTS)
    pdf.ln(LINE_MM / 2)
    pdf.image(BytesIO(png_of(verification_text(copy))), w=QR_MM, h=QR_MM)
    return bytes(pdf.output())


def verification_text(copy: SignedCopy) -> str:
    """What the QR code says: enough to find the two events and compare the text, nothing of the person."""
    letter = copy.letter
    return "\n".join(
        (
            "jiazheng-letter",
            f"version={letter.version}",
            f"text_sha256={letter.text_sha256}",
            f"signed={copy.signed_position}",
            f"authorized={copy.authorized_position or '-'}",
        )
    )


def _facts(copy: SignedCopy) -> list[tuple[str, str]]:
    letter = copy.letter
    return [
        ("姓名", copy.name),
        ("证件号码", copy.id_number),
        ("授权书版本", letter.version),
        ("文本 SHA-256", letter.text_sha256),
        ("签署时间", _local(letter.signed_at)),
        ("签署记录位置", copy.signed_position),
        ("授权时间", _local(letter.authorized_at) if letter.authorized_at else "尚未授权"),
        ("授权记录位置", copy.authorized_position or "—"),
        *([("撤回时间", _local(letter.ended_at))] if letter.ended_at else []),
    ]


def _local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} (Asia/Shanghai)"


def _write(pdf: FPDF, text: str, points: float, align: str = "L") -> None:
    pdf.set_font(FONT, size=points)
    pdf.multi_cell(0, LINE_MM, _with_shapes(text), align=align, new_x="LMARGIN", new_y="NEXT")


def _with_shapes(text: str) -> str:
    """The library would log each character that the font does not have, and names are personal."""
    shapes = _shapes()
    return "".join(one if one == "\n" or ord(one) in shapes else MISSING for one in text)


@cache
def _shapes() -> frozenset[int]:
    with TTFont(sans_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())
