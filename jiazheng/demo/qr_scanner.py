"""Reads QR codes as a phone would, for the demo and the tests."""

import io

import zxingcpp
from PIL import Image

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class NoQrCode(Exception):
    """The picture shows no readable QR code, or several."""


def read_qr(image: bytes) -> str:
    """Return the text of the one QR code in an encoded image. Raises NoQrCode."""
    with Image.open(io.BytesIO(image)) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"), formats=_QR)
    if len(found) != 1:
        raise NoQrCode(f"{len(found)} QR codes instead of one")
    return str(found[0].text)
