"""The regulator's desk: the trail from the event log, and what was authorized as of any instant.

Identifiers travel in bodies, never in URLs. Every look is recorded before it is answered.
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from api.http.act import Act, Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, plain, read_cursor
from api.http.route import router
from api.http.schemas import PLAIN, ShortText
from domain.access_log import Look
from domain.identifiers import IdNumber
from domain.rejections import Reason, Refused
from domain.streams import local_day
from ledger.event_reader import read_events
from ledger.store.positions import Position
from ledger.use_cases.regulation import (
    authorization_as_of,
    find_subject,
    is_known,
    record_failed_lookup,
    record_look,
)
from projections import statistics, trail

routes = router("regulator")


class Subject(BaseModel):
    """Whose trail; a cancelled account is found by its subject id only."""

    id_number: Annotated[str | None, Field(max_length=32)] = None
    subject_id: UUID | None = None
    basis: Annotated[ShortText, Field(description="the legal basis of the look; the person sees it")]
    delayed: Annotated[
        bool, Field(description="the law asks that the person sees this look later: after 90 days")
    ] = False

    @model_validator(mode="after")
    def one_of_them(self) -> "Subject":
        """Exactly one way of naming the subject."""
        if (self.id_number is None) == (self.subject_id is None):
            msg = "name the subject by id_number or by subject_id"
            raise ValueError(msg)
        return self


class TrailSearch(Subject):
    """A page of somebody's trail."""

    cursor: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class ReplayIn(Subject):
    """The instants to replay."""

    instants: Annotated[list[AwareDatetime], Field(min_length=1, max_length=20)]


class TrailEntryOut(BaseModel):
    """An event; personal fields read `erased` once their person is, and `withheld` where they are others'."""

    position: str
    at: datetime
    topic: str
    actor: str
    fields: dict[str, Any]


class AuthorizationOut(BaseModel):
    """What the worker had authorized at an instant."""

    at: datetime
    identity_assurance: str | None
    signed_scopes: list[str]
    authorized_scopes: list[str]
    employments: dict[UUID, str]


class ReplayOut(BaseModel):
    """The states, in the order of the instants."""

    subject_id: UUID
    states: list[AuthorizationOut]


@routes.post("/trail-searches")
async def search_trail(act: Acting, wanted: TrailSearch) -> Page[TrailEntryOut]:
    """The events that concern a person, oldest first, up to this search, from the event log."""
    key = read_cursor(wanted.cursor, datetime.fromisoformat, Position.parse, Position.parse)
    subject_id, own_look = await _looked_up(act, wanted, "trail")
    after = (key[0], key[1].partition, key[1].number) if key else None
    first_look = key[2] if key else own_look
    entries = await act.query(trail.trail_of, subject_id, after, wanted.limit, first_look)
    events = await act.read(read_events, [entry.place for entry in entries], subject_id)
    items = [
        TrailEntryOut(
            position=str(entry.place), at=entry.at, topic=entry.topic, actor=entry.actor, fields=fields
        )
        for entry, fields in zip(entries, events, strict=True)
    ]
    following = cursor_after(entries, wanted.limit, lambda last: [last.at, last.place, first_look])
    return Page(items=items, next=following)


@routes.post("/authorization-replays")
async def replay(act: Acting, wanted: ReplayIn) -> ReplayOut:
    """The authorization state as of each instant, replayed from the event log."""
    subject_id, _ = await _looked_up(act, wanted, "authorization")
    states = [await act.read(authorization_as_of, subject_id, at) for at in wanted.instants]
    return ReplayOut(
        subject_id=subject_id,
        states=[
            AuthorizationOut(
                at=state.at,
                identity_assurance=state.identity_assurance,
                signed_scopes=list(state.signed_scopes),
                authorized_scopes=list(state.authorized_scopes),
                employments=state.employments,
            )
            for state in states
        ],
    )


async def _looked_up(act: Act, wanted: Subject, what: str) -> tuple[UUID, Position]:
    """The subject, and where the look begins in the log: it was recorded, as is one that finds nobody."""
    look = Look(act.signed_in.role, what, wanted.basis, is_delayed=wanted.delayed)
    subject_id = await _found(act, wanted)
    if subject_id is None:
        named_by = "id_number" if wanted.id_number is not None else "subject_id"
        await act.run(record_failed_lookup, act.caller, look, named_by)
        raise Refused(Reason.NOT_FOUND, field=named_by)
    appended = await act.run(record_look, subject_id, look)
    return subject_id, appended.positions[0]


async def _found(act: Act, wanted: Subject) -> UUID | None:
    if wanted.id_number is not None:
        return await act.read(find_subject, str(IdNumber.parse(wanted.id_number)))
    if wanted.subject_id is not None and await act.read(is_known, wanted.subject_id):
        return wanted.subject_id
    return None


Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-03"])]
Province = Annotated[str, Query(max_length=50, pattern=PLAIN)]


class RegionOut(BaseModel):
    """A city at the end of a month; numbers below ten are not told (null).

    Workers are those whom an enterprise of the city confirmed; whoever works for two counts at each. Of them
    are 在职 (`employed`) and 离职 (`left`). Disclosures are those that were approved in the month.
    """

    province: str
    city: str
    workers: int | None
    employed: int | None
    left: int | None
    enterprises: int | None
    disclosures: int | None


@routes.get("/statistics")
async def numbers(
    act: Acting, month: Month, province: Province = "", cursor: CursorText = None, limit: Limit = 20
) -> Page[RegionOut]:
    """The numbers of each city at the end of a month; of the running one, up to now."""
    key = read_cursor(cursor, plain, plain)
    after = (key[0], key[1]) if key else None
    first_day = date.fromisoformat(f"{month}-01")
    if first_day > local_day(act.cause.at):
        raise Refused(Reason.DAY_IN_FUTURE, field="month")
    rows = await act.query(statistics.by_region, first_day, province, after, limit)
    shown_from = act.parts.ledger.rules.statistics_shown_from
    following = cursor_after(rows, limit, lambda last: [last.province, last.city])
    return Page(items=[_region(row, shown_from) for row in rows], next=following)


def _region(row: statistics.RegionRow, shown_from: int) -> RegionOut:
    def shown(number: int) -> int | None:
        return number if number >= shown_from else None

    return RegionOut(
        province=row.province,
        city=row.city,
        workers=shown(row.workers),
        employed=shown(row.employed),
        left=shown(row.left),
        enterprises=shown(row.enterprises),
        disclosures=shown(row.disclosures),
    )
