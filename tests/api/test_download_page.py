"""The download page (APP 下载): its QR code opens the public address; nothing comes from elsewhere."""

import io
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from PIL import Image

from jiazheng.demo.qr_scanner import read_qr
from tests.controls.api import Api

PAGE, PNG, SVG = "/download", "/download/qr.png", "/download/qr.svg"


def test_a_phone_reads_the_public_address_off_the_picture(api: Api) -> None:
    answer = api.get(PNG)
    assert answer.headers["content-type"] == "image/png"
    assert read_qr(answer.content) == api.url


def test_the_drawing_is_of_the_same_symbol(api: Api) -> None:
    # given the picture and the drawing, whose path has a square for each dark module
    answer = api.get(SVG)
    assert answer.headers["content-type"] == "image/svg+xml"
    # when the drawing is painted
    painted = paint(answer.text)
    # then a phone reads the same off it
    assert read_qr(painted) == api.url


def paint(drawing: str) -> bytes:
    """Paint the squares of a drawing, eight pixels for the 0.8 mm of a module."""
    size = re.search(r'viewBox="0 0 ([0-9.]+) \1"', drawing)
    assert size
    picture = Image.new("L", (pixels(size[1]),) * 2, 255)
    for square in re.findall(r"M([0-9.]+),([0-9.]+)H([0-9.]+)V([0-9.]+)H\1z", drawing):
        left, top, right, bottom = map(pixels, square)
        picture.paste(0, (left, top, right, bottom))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def pixels(millimetres: str) -> int:
    return round(10 * float(millimetres))


def test_the_page_is_in_chinese_and_says_the_address_in_words_too(api: Api) -> None:
    answer = api.get(PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="zh-CN">' in answer.text
    assert f'<a href="{api.url}">{api.url}</a>' in answer.text
    assert re.search(r'<img [^>]*alt="[^"]+"', answer.text)


def test_the_page_loads_nothing_but_the_code(api: Api) -> None:
    page = api.get(PAGE).text
    assert re.findall(r'src="([^"]*)"', page) == ["download/qr.svg"]
    assert "<script" not in page
    assert "<link" not in page


def test_the_policy_lets_in_this_style_and_our_pictures_alone(api: Api) -> None:
    answer = api.get(PAGE)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "img-src": "'self'",
        "style-src": f"'sha256-{allowed}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert "style=" not in answer.text


@pytest.mark.parametrize("path", [PAGE, PNG, SVG])
def test_page_and_pictures_are_kept_for_an_hour_and_asked_for_by_their_tag(api: Api, path: str) -> None:
    # given what was loaded once
    first = api.get(path)
    assert first.headers["cache-control"] == "public, max-age=3600"
    # when it is asked for again, then nothing is sent
    again = api.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize("path", [PAGE, PNG, SVG])
def test_nothing_is_guessed_or_told_to_others(api: Api, path: str) -> None:
    answer = api.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
