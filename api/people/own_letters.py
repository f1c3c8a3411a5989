"""The letters that a worker signed (本人授权书): to confirm, to read again, or as PDF."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import BaseModel, Field

from api.http.act import Act, Acting
from api.http.documentation import NAMED_FILE
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.route import router
from api.people.letter_pdf import PlacedLetter, Signer, letter_pdf
from domain.account import Account
from domain.identifiers import IdNumber
from domain.letter import Letters, SignedLetter
from domain.rejections import Reason, Refused
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger

routes = router("letter")

PDF: dict[str, Any] = {
    "headers": NAMED_FILE,
    "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
}
LetterStatus = Literal["signed", "in_force", "outdated", "revoked", "replaced"]
Number = Annotated[int, Path(ge=1)]


class SignedLetterOut(BaseModel):
    """A letter that was signed; the positions are those of its events in the log.

    `status` is `signed` (waits for the face check), `in_force`, `outdated` (sign the new text), `revoked`, or
    `replaced` (another one was authorized, or signed while this one waited).
    """

    number: int
    version: str
    text_sha256: str
    scopes: list[str]
    status: LetterStatus
    signed_at: datetime
    signed_position: str
    authorized_at: datetime | None
    authorized_position: str | None
    ended_at: datetime | None
    valid_until: Annotated[datetime | None, Field(description="sign the text of `GET /v1/letter` before it")]


class MyLetterOut(SignedLetterOut):
    """The letter in force, or else the last one, with whose it is.

    `to_authorize` is what the worker confirms before the face check: a letter that was signed and is not
    yet authorized.
    """

    name: str
    id_number: str
    to_authorize: SignedLetterOut | None


@routes.get("/me/letter")
async def my_letter(act: Acting) -> MyLetterOut:
    """The own letter, to read again."""
    signer, shown, waiting = await act.read(_to_confirm, act)
    return MyLetterOut(
        **_signed(act, shown).model_dump(),
        name=signer.name,
        id_number=signer.id_number,
        to_authorize=_signed(act, waiting) if waiting else None,
    )


@routes.get("/me/letter.pdf", response_class=Response, responses={200: PDF})
async def my_letter_pdf(act: Acting) -> Response:
    """It as PDF, with the name of the signing; the same bytes until something happens to the letter."""
    return _file("letter.pdf", await act.read(_pdf, act, _last_letter))


@routes.get("/me/letters")
async def my_letters(act: Acting, cursor: CursorText = None, limit: Limit = 20) -> Page[SignedLetterOut]:
    """Every letter that one signed, the latest first; `GET /v1/letters/{version}` has the texts."""
    key = read_cursor(cursor, int)
    found = await act.read(_signed_before, act, key[0] if key else None, limit)
    items = [_signed(act, placed) for placed in found]
    return Page(items=items, next=cursor_after(items, limit, lambda last: [last.number]))


@routes.get("/me/letters/{number}.pdf", response_class=Response, responses={200: PDF})
async def one_of_my_letters_pdf(act: Acting, number: Number) -> Response:
    """One of them as PDF, byte for byte the same until something happens to it."""
    content = await act.read(_pdf, act, lambda worker: worker.find_letter(number))
    return _file(f"letter-{number}.pdf", content)


def _to_confirm(ledger: CreditLedger, act: Act) -> tuple[Signer, PlacedLetter, PlacedLetter | None]:
    """Who it is, the letter in force or else the last one, and the one that waits for its authorization."""
    worker = _worker(ledger, act)
    shown, waiting = _last_letter(worker), worker.letter_to_authorize
    placed = _placed(ledger, worker)
    account = ledger.load(Account, act.caller)
    return _signer(account), placed[shown.number - 1], placed[waiting.number - 1] if waiting else None


def _signed_before(ledger: CreditLedger, act: Act, number: int | None, limit: int) -> list[PlacedLetter]:
    """The letters that were signed before the one of this number, or all, the latest first."""
    placed = _placed(ledger, _worker(ledger, act))
    return [one for one in reversed(placed) if number is None or one.letter.number < number][:limit]


def _pdf(ledger: CreditLedger, act: Act, choose: Callable[[Worker], SignedLetter]) -> bytes:
    """It bears the name under which it was signed, whatever a later card says."""
    worker = _worker(ledger, act)
    letter = choose(worker)
    account = ledger.as_of(Account, act.caller, letter.signed_at)
    if account is None:
        raise Refused(Reason.NOT_FOUND)
    placed = _placed(ledger, worker)[letter.number - 1]
    return letter_pdf(ledger.letters.find(letter.version), placed, _signer(account))


def _worker(ledger: CreditLedger, act: Act) -> Worker:
    return ledger.load(Worker, Worker.stream_for(act.caller))


def _last_letter(worker: Worker) -> SignedLetter:
    """The letter in force, or else the last one."""
    if not worker.letters:
        raise Refused(Reason.LETTER_NOT_SIGNED)
    return worker.letter_in_force or worker.letters[-1]


def _placed(ledger: CreditLedger, worker: Worker) -> list[PlacedLetter]:
    """All letters, by their numbers."""
    places = ledger.positions_of(worker.id).positions
    return [
        PlacedLetter(
            letter=letter,
            signed_position=str(places[letter.signing - 1]),
            authorized_position=str(places[letter.authorizing - 1]) if letter.authorizing else None,
        )
        for letter in worker.letters
    ]


def _signer(account: Account) -> Signer:
    return Signer(name=str(account.name), id_number=IdNumber.parse(str(account.id_number)).masked())


def _file(name: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _signed(act: Act, placed: PlacedLetter) -> SignedLetterOut:
    letter, letters = placed.letter, act.parts.ledger.letters
    return SignedLetterOut(
        number=letter.number,
        version=letter.version,
        text_sha256=letter.text_sha256,
        scopes=list(letter.scopes),
        status=_status(letter, letters, act.cause.at),
        signed_at=letter.signed_at,
        signed_position=placed.signed_position,
        authorized_at=letter.authorized_at,
        authorized_position=placed.authorized_position,
        ended_at=letter.ended_at,
        valid_until=letters.valid_until(letter.version),
    )


def _status(letter: SignedLetter, letters: Letters, at: datetime) -> LetterStatus:
    if letter.ended_at:
        return "revoked" if letter.revoked_at else "replaced"
    if letters.is_outdated(letter.version, at):
        return "outdated"
    return "signed" if letter.is_pending else "in_force"
