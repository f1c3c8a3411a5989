"""What a worker does with the letter at a running API: sign a new text, download and read the PDF."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from pypdf import PdfReader

from domain.letter import Letter, Letters
from jiazheng.demo.camera import shown
from tests.controls.api import Api
from tests.controls.letters import FIRST_TEXT, WITHOUT_NEW_TEXT
from tests.controls.visitors import SAME_FACE, Visitor

A_WEEK: Final = timedelta(days=7)


@contextmanager
def published(api: Api) -> Iterator[Letter]:
    """A text that is signed from now on; in a week older letters no longer count."""
    now = api.clock()
    letter = Letter("2026-99", ("basic", "tax"), "授权书(新版)\n\n本人授权。\n", now, now + A_WEEK)
    api.parts.ledger.letters = Letters.of([FIRST_TEXT, letter])
    try:
        yield letter
    finally:
        api.parts.ledger.letters = WITHOUT_NEW_TEXT


def sign(worker: Visitor, letter: Letter) -> None:
    """Sign a text."""
    signed = {"version": letter.version, "text_sha256": letter.text_sha256}
    worker.client.post("/v1/letter-signatures", json=signed)


def authorize(worker: Visitor) -> None:
    """Authorize what was signed, with the face."""
    worker.client.post("/v1/letter-authorizations", **shown(worker.client, "authorization", SAME_FACE))


def text_of(pdf: bytes) -> str:
    """What a reader of the document finds, without what pypdf puts between the characters of such a font."""
    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return found.replace("\x00", "").replace(" ", "")


def pdf_of(api: Api, worker: Visitor, path: str = "/v1/me/letter.pdf") -> bytes:
    """The own letter, or one of them, as PDF."""
    answer = api.get(path, worker.token)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    return answer.content
