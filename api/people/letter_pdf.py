"""A signed letter as PDF: the text, whose it is, and where its events lie in the log, with an embedded font.

The same letter gives the same bytes: all dates are those of its events, and the font is cut down to the
characters in use in one way only.

The font has 30,000 characters: to read it and to cut it down takes most of the time. So a process reads it
once, keeps the outlines it has drawn, and makes of them the small font of each document.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from threading import Lock

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fpdf import FPDF
from fpdf.fonts import TTFFont
from pylopdf_fonts_zh_cn import sans_path

from devices.qr import png_of
from domain.letter import Letter, SignedLetter
from domain.streams import SHANGHAI

FONT = "Noto Sans SC"
MISSING = "〓"
"""Stands for a character that the font has no shape for (GB/T 15834 calls it the mark of a missing sort)."""
NOTDEF = ".notdef"
KEPT_OUTLINES = 8_192
BODY_POINTS, TITLE_POINTS, LINE_MM, QR_MM, MARGIN_MM = 10.5, 15, 6.5, 38, 22


@dataclass(frozen=True, slots=True)
class PlacedLetter:
    """A signed letter with the positions of its events."""

    letter: SignedLetter
    signed_position: str
    authorized_position: str | None


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose letter it is, the ID number masked."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)


_one_at_a_time = Lock()
"""All threads read one font, and only one of them has the processor."""


def letter_pdf(text: Letter, placed: PlacedLetter, signer: Signer) -> bytes:
    """The document, A4."""
    with _one_at_a_time:
        return _letter_pdf(text, placed, signer)


def _letter_pdf(text: Letter, placed: PlacedLetter, signer: Signer) -> bytes:
    title, _, body = text.text.partition("\n")
    facts = "\n".join(f"{label}:{value}" for label, value in _facts(placed, signer))
    letter = placed.letter
    pdf = FPDF(format="A4")
    pdf.set_creation_date(letter.ended_at or letter.authorized_at or letter.signed_at)
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    pdf.set_margin(MARGIN_MM)
    _add_font(pdf, _with_shapes(text.text + facts))
    pdf.add_page()
    _write(pdf, title, TITLE_POINTS, "C")
    _write(pdf, body.strip(), BODY_POINTS)
    pdf.ln(LINE_MM)
    _write(pdf, facts, BODY_POINTS)
    pdf.ln(LINE_MM / 2)
    pdf.image(BytesIO(png_of(verification_text(placed))), w=QR_MM, h=QR_MM)
    return bytes(pdf.output())


def verification_text(placed: PlacedLetter) -> str:
    """What the QR code says: enough to find the two events and compare the text, nothing of the person."""
    letter = placed.letter
    return "\n".join(
        (
            "jiazheng-letter",
            f"version={letter.version}",
            f"text_sha256={letter.text_sha256}",
            f"signed={placed.signed_position}",
            f"authorized={placed.authorized_position or '-'}",
        )
    )


def _facts(placed: PlacedLetter, signer: Signer) -> list[tuple[str, str]]:
    letter = placed.letter
    return [
        ("姓名", signer.name),
        ("证件号码", signer.id_number),
        ("授权书版本", letter.version),
        ("文本 SHA-256", letter.text_sha256),
        ("签署时间", _local(letter.signed_at)),
        ("签署记录位置", placed.signed_position),
        ("授权时间", _local(letter.authorized_at) if letter.authorized_at else _unauthorized(letter)),
        ("授权记录位置", placed.authorized_position or "—"),
        *([("撤回时间", _local(letter.revoked_at))] if letter.revoked_at else []),
        *([("被新授权书取代时间", _local(letter.replaced_at))] if letter.replaced_at else []),
    ]


def _unauthorized(letter: SignedLetter) -> str:
    return "未授权" if letter.ended_at else "尚未授权"


def _local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} (Asia/Shanghai)"


def _write(pdf: FPDF, text: str, points: float, align: str = "L") -> None:
    pdf.set_font(FONT, size=points)
    pdf.multi_cell(0, LINE_MM, _with_shapes(text), align=align, new_x="LMARGIN", new_y="NEXT")


def _with_shapes(text: str) -> str:
    """The library would log each character that the font does not have, and names are personal."""
    shapes = _whole_font().getBestCmap()
    return "".join(one if one == "\n" or ord(one) in shapes else MISSING for one in text)


def _add_font(pdf: FPDF, text: str) -> None:
    """Add the font with the characters of a text; from memory, since a name is written to no file."""
    content = BytesIO()
    _font_of(sorted({*text} - {"\n"})).save(content)
    font = TTFFont(pdf, content, FONT.lower(), "")  # type: ignore[arg-type] # read by fontTools, which takes both
    font.ttfont.recalcBBoxes = False
    pdf.fonts[font.fontkey] = font


def _font_of(characters: list[str]) -> TTFont:
    whole = _whole_font()
    head, across = whole["head"], whole["hhea"]
    names = {NOTDEF: NOTDEF} | {one: f"u{ord(one):04X}" for one in characters}
    bounds = {side: getattr(head, side) for side in ("xMin", "yMin", "xMax", "yMax")}
    made = FontBuilder(head.unitsPerEm, isTTF=True)
    made.font.recalcBBoxes = False  # all characters lie within these; to look at each takes long
    made.setupGlyphOrder(list(names.values()))
    made.setupCharacterMap({ord(one): names[one] for one in characters})
    outlines = {name: _outline(one) for one, name in names.items()}
    made.setupGlyf(outlines, calcGlyphBounds=False)
    widths = {name: whole["hmtx"][_glyph(one)][0] for one, name in names.items()}
    made.setupHorizontalMetrics({name: (width, outlines[name].xMin) for name, width in widths.items()})
    made.setupHorizontalHeader(ascent=across.ascent, descent=across.descent)
    made.setupNameTable({"fullName": FONT, "psName": whole["name"].getDebugName(6)})
    os2 = whole["OS/2"]
    made.setupOS2(sCapHeight=os2.sCapHeight, usWeightClass=os2.usWeightClass)
    made.setupPost()
    made.updateHead(created=head.created, modified=head.modified, **bounds)
    return made.font


def _glyph(character: str) -> str:
    return NOTDEF if character == NOTDEF else _whole_font().getBestCmap()[ord(character)]


@lru_cache(KEPT_OUTLINES)
def _outline(character: str) -> Glyph:
    """Drawn anew as TrueType has it, at most one of the font's 1,000 units off."""
    pen = TTGlyphPen(None)
    _whole_font().getGlyphSet()[_glyph(character)].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
    drawn = pen.glyph()
    drawn.recalcBounds(None)
    return drawn


@cache
def _whole_font() -> TTFont:
    return TTFont(sans_path(), lazy=True)
