"""The authorization letter (授权书): its texts for everybody; one's own, to read again or as PDF."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import BaseModel, Field

from api.act import Act, Acting
from api.documentation import NAMED_FILE
from api.letter_pdf import SignedCopy, letter_pdf
from api.route import router
from api.schemas import PLAIN
from domain.account import Account
from domain.identifiers import IdNumber
from domain.letter import Letter, Letters, Scope, SignedLetter
from domain.rejections import Reason, Refused
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger

routes = router("letter")

PDF: dict[str, Any] = {
    "headers": NAMED_FILE,
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
}
LetterStatus = Literal["signed", "in_force", "outdated", "revoked"]
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


class SignedLetterOut(BaseModel):
    """A letter that was signed; the positions are those of its events in the log.

    `status` is `signed` (waits for the face check), `in_force`, `outdated` (sign the new text) or `revoked`.
    """

    version: str
    text_sha256: str
    scopes: list[str]
    status: LetterStatus
    signed_at: datetime
    signed_position: str
    authorized_at: datetime | None
    authorized_position: str | None
    valid_until: Annotated[datetime | None, Field(description="sign the text of `GET /v1/letter` before it")]


class MyLetterOut(SignedLetterOut):
    """The letter in force, or else the last one, with whose it is.

    `to_authorize` is what the worker confirms before the face check: a letter that was signed and is not
    yet authorized.
    """

    name: str
    id_number: str
    to_authorize: SignedLetterOut | None


@routes.get("/letter")
async def current_letter(act: Acting) -> LetterOut:
    """The text to sign today, with its hash and scopes."""
    return _text(act.parts.ledger.letters.current(act.cause.at))


@routes.get("/letters/{version}")
async def letter(act: Acting, version: Version) -> LetterOut:
    """Any version of the text, also one that is no longer signed, or not yet."""
    return _text(act.parts.ledger.letters.find(version))


@routes.get("/me/letter")
async def my_letter(act: Acting) -> MyLetterOut:
    """The own letter, to read again."""
    copy, waiting = await act.read(_own_letter, act)
    letters = act.parts.ledger.letters
    return MyLetterOut(
        **_signed(copy, letters, act.cause.at).model_dump(),
        name=copy.name,
        id_number=copy.id_number,
        to_authorize=_signed(waiting, letters, act.cause.at) if waiting else None,
    )


@routes.get("/me/letter.pdf", response_class=Response, responses={200: PDF})
async def my_letter_pdf(act: Acting) -> Response:
    """The same as PDF, byte for byte the same until something happens to it."""
    content = await act.read(_own_pdf, act)
    headers = {"Content-Disposition": 'attachment; filename="letter.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _text(letter: Letter) -> LetterOut:
    return LetterOut(
        version=letter.version,
        text=letter.text,
        text_sha256=letter.text_sha256,
        scopes=list(letter.scopes),
        in_force_from=letter.in_force_from,
        supersedes_at=letter.supersedes_at,
    )


def _own_letter(ledger: CreditLedger, act: Act) -> tuple[SignedCopy, SignedCopy | None]:
    """The letter in force or else the last one, and the one that waits for its authorization."""
    account, worker = ledger.load(Account, act.caller), ledger.load(Worker, Worker.stream_for(act.caller))
    if not worker.letters:
        raise Refused(Reason.LETTER_NOT_SIGNED)
    places = ledger.positions_of(worker.id).positions

    def copy_of(letter: SignedLetter) -> SignedCopy:
        return SignedCopy(
            letter=letter,
            name=str(account.name),
            id_number=IdNumber.parse(str(account.id_number)).masked(),
            signed_position=str(places[letter.signing - 1]),
            authorized_position=str(places[letter.authorizing - 1]) if letter.authorizing else None,
        )

    waiting = worker.letter_to_authorize
    shown = worker.letter_in_force or worker.letters[-1]
    return copy_of(shown), copy_of(waiting) if waiting else None


def _own_pdf(ledger: CreditLedger, act: Act) -> bytes:
    copy, _ = _own_letter(ledger, act)
    return letter_pdf(ledger.letters.find(copy.letter.version), copy)


def _signed(copy: SignedCopy, letters: Letters, at: datetime) -> SignedLetterOut:
    letter = copy.letter
    return SignedLetterOut(
        version=letter.version,
        text_sha256=letter.text_sha256,
        scopes=list(letter.scopes),
        status=_status(letter, letters, at),
        signed_at=letter.signed_at,
        signed_position=copy.signed_position,
        authorized_at=letter.authorized_at,
        authorized_position=copy.authorized_position,
        valid_until=letters.valid_until(letter.version),
    )


def _status(letter: SignedLetter, letters: Letters, at: datetime) -> LetterStatus:
    if letter.ended_at:
        return "revoked"
    if letters.is_outdated(letter.version, at):
        return "outdated"
    return "signed" if letter.is_pending else "in_force"
