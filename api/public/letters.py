"""The authorization letter (授权书): its texts, for everybody; one's own are in `api.people.own_letters`."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from api.http.act import Acting
from api.http.route import router
from api.http.schemas import PLAIN
from domain.letter import Letter, Scope

routes = router("letter")

Version = Annotated[str, Path(max_length=20, pattern=PLAIN)]


class LetterOut(BaseModel):
    """A version of the letter's text.

    It is the one to sign from `in_force_from` on. From `supersedes_at` on older letters no longer count.
    """

    version: str
    text: str
    text_sha256: Annotated[str, Field(description="of the text in UTF-8, hex; the signature names it")]
    scopes: list[Scope]
    in_force_from: datetime
    supersedes_at: Annotated[datetime | None, Field(description="`null`: older letters go on counting")]


@routes.get("/letter")
async def current_letter(act: Acting) -> LetterOut:
    """The text to sign today, with its hash and scopes."""
    return _text(act.parts.ledger.letters.current(act.cause.at))


@routes.get("/letters/{version}")
async def letter(act: Acting, version: Version) -> LetterOut:
    """Any version of the text, also one that is no longer signed, or not yet."""
    return _text(act.parts.ledger.letters.find(version))


def _text(letter: Letter) -> LetterOut:
    return LetterOut(
        version=letter.version,
        text=letter.text,
        text_sha256=letter.text_sha256,
        scopes=list(letter.scopes),
        in_force_from=letter.in_force_from,
        supersedes_at=letter.supersedes_at,
    )
