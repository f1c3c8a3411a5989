"""The download page (APP 下载): a QR code that opens the public address of the system."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse

from api.http.etags import etag_of_content
from api.http.route import router
from api.parts import parts_of
from devices import qr

routes = router("public", prefix="")  # pages that people open have no version

STYLE = """
:root { color-scheme: light dark; }
body { margin: 2rem auto; max-width: 32rem; padding: 0 1rem; text-align: center; }
body { font: 1.125rem/1.6 sans-serif; }
img { width: 100%; max-width: 17rem; height: auto; background: #fff; }
a { overflow-wrap: anywhere; }
"""
STYLE_SHA256 = b64encode(sha256(STYLE.encode()).digest()).decode()
PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>扫码打开 · 家政服务信用账本</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>家政服务信用账本</h1>
<p>用手机扫描二维码,打开本平台的网址:</p>
<img src="download/qr.svg" width="272" height="272" alt="二维码,内容是本平台的网址 {url}">
<p><a href="{url}">{url}</a></p>
<p><a href="download/qr.png" download="qr.png">下载二维码图片(PNG)</a></p>
<p>手机应用尚未发布,现在还不能安装;该网址目前只提供数据接口。</p>
</main>
</body>
</html>
"""
"""It says what is true now; there is no app to install yet."""
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_POLICY = f"default-src 'none'; img-src 'self'; style-src 'sha256-{STYLE_SHA256}'; {NOTHING_ELSE}"
PICTURE_POLICY = f"default-src 'none'; {NOTHING_ELSE}"


class Png(Response):
    """A picture."""

    media_type = "image/png"


class Svg(Response):
    """A drawing."""

    media_type = "image/svg+xml"


def _public_url(request: Request) -> str:
    return parts_of(request).public_url


PublicUrl = Annotated[str, Depends(_public_url)]


@routes.get("/download", response_class=HTMLResponse)
async def download_page(public_url: PublicUrl) -> HTMLResponse:
    """The page in Chinese: the QR code, and the address as a link for those who cannot scan."""
    page = PAGE.format(style=STYLE, url=escape(public_url))
    return HTMLResponse(page, headers=_headers(page.encode(), PAGE_POLICY))


@routes.get("/download/qr.png", response_class=Png)
async def download_png(public_url: PublicUrl) -> Png:
    """The QR code of the public address as PNG."""
    picture = _png(public_url)
    return Png(picture, headers=_headers(picture, PICTURE_POLICY))


@routes.get("/download/qr.svg", response_class=Svg)
async def download_svg(public_url: PublicUrl) -> Svg:
    """The QR code of the public address as SVG."""
    drawing = _svg(public_url)
    return Svg(drawing, headers=_headers(drawing, PICTURE_POLICY))


_png, _svg = lru_cache(1)(qr.png_of), lru_cache(1)(qr.svg_of)
"""Drawn once: a process has one public address."""


def _headers(content: bytes, policy: str) -> dict[str, str]:
    return HEADERS | {"ETag": etag_of_content(content), "Content-Security-Policy": policy}
