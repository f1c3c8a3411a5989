"""Who looked at one's own data, when and why (个人中心 · 查看记录)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.http.act import Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.route import router
from api.people.receipts import masked_names
from ledger.credit_ledger import CreditLedger
from ledger.store.positions import Position
from projections.looks import LookRow, looks_at

routes = router("personal centre")


class LookerOut(BaseModel):
    """Who looked; never which member of staff."""

    kind: Literal["consumer", "enterprise", "regulator", "officer"]
    name: Annotated[
        str | None,
        Field(description="a consumer's, masked or `erased`; an enterprise's; of an authority none is kept"),
    ]


class LookOut(BaseModel):
    """A look at one's data, and where the log holds it.

    Of a disclosure `disclosure_id` and `scopes` tell what one had approved; of any other look `basis` is the
    legal basis. A look that was delayed by law has a `shown_at` later than `at`.
    """

    at: datetime
    shown_at: datetime
    who: LookerOut
    what: Annotated[
        str,
        Field(
            description="`disclosure`; `employments`: an operator's list; `trail`, `authorization`: a"
            " regulator's search and replay; `presence`: an officer at the counter"
        ),
    ]
    basis: str | None
    disclosure_id: UUID | None
    scopes: list[str]
    position: str


@routes.get("/me/looks")
async def my_looks(act: Acting, cursor: CursorText = None, limit: Limit = 20) -> Page[LookOut]:
    """Who looked at one's data, newest first; a look that the law delays shows when the delay is over."""
    key = read_cursor(cursor, datetime.fromisoformat, Position.parse)
    after = (key[0], key[1].number) if key else None
    found = await act.query(looks_at, act.caller, act.cause.at, after, limit)
    following = cursor_after(found, limit, lambda last: [last.at, last.place])
    return Page(items=await act.read(_looks_out, found), next=following)


def _looks_out(ledger: CreditLedger, looks: Sequence[LookRow]) -> list[LookOut]:
    consumers = {look.party_id for look in looks if look.kind == "consumer" and look.party_id}
    names = masked_names(ledger, consumers)
    return [_look_out(look, names) for look in looks]


def _look_out(look: LookRow, names: dict[UUID, str]) -> LookOut:
    name = names[look.party_id] if look.kind == "consumer" and look.party_id else look.enterprise_name
    return LookOut(
        at=look.at,
        shown_at=look.shown_at,
        who=LookerOut.model_validate({"kind": look.kind, "name": name or None}),
        what=look.what,
        basis=look.basis or None,
        disclosure_id=look.disclosure_id,
        scopes=look.scopes,
        position=str(look.place),
    )
