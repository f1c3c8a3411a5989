import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.qr import png_of, svg_of
from jiazheng.demo.qr_scanner import NoQrCode, read_qr

CODE = "https://ledger.example/c/Zm9vYmFyYmF6cXV4"


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_a_phone_reads_what_was_written(code: str) -> None:
    assert read_qr(png_of(code)) == code


def test_the_svg_is_a_drawing_of_the_same_symbol() -> None:
    root = ET.fromstring(svg_of(CODE))  # noqa: S314 - our own output
    assert root.tag.endswith("svg")
    assert root.find(".//{*}path") is not None


@pytest.mark.parametrize("code", ["", "x" * 1025])
def test_what_no_symbol_can_hold_is_refused(code: str) -> None:
    for draw in (png_of, svg_of):
        with pytest.raises(ValueError, match="1 to 1024"):
            draw(code)


def test_a_picture_without_a_code_has_none(portrait: bytes) -> None:
    with pytest.raises(NoQrCode):
        read_qr(portrait)
