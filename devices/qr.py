"""QR codes of certificates and of the download page."""

import io

import qrcode
import qrcode.constants
import qrcode.image.svg

# phones scan it from a scratched screen at arm's length: M mends 15 %; the four-module border is what ISO/IEC
# 18004 asks
_ERROR_CORRECTION = qrcode.constants.ERROR_CORRECT_M
_BORDER_MODULES, _PIXELS_PER_MODULE = 4, 8
MAX_CHARACTERS = 1024


def png_of(text: str) -> bytes:
    """Return a black and white PNG, 8 pixels a module. Raises ValueError unless `text` is 1 to 1024 long."""
    out = io.BytesIO()
    _symbol(text).make_image().save(out, "PNG")
    return out.getvalue()


def svg_of(text: str) -> bytes:
    """Return a standalone SVG document as UTF-8. Raises ValueError as png_of does."""
    out = io.BytesIO()
    _symbol(text).make_image(image_factory=qrcode.image.svg.SvgPathImage).save(out)
    return out.getvalue()


def _symbol(text: str) -> qrcode.QRCode:
    if not 1 <= len(text) <= MAX_CHARACTERS:
        raise ValueError("a QR code needs 1 to 1024 characters")
    symbol = qrcode.QRCode(
        error_correction=_ERROR_CORRECTION, box_size=_PIXELS_PER_MODULE, border=_BORDER_MODULES
    )
    symbol.add_data(text)
    return symbol
