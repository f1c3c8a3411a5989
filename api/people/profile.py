"""My information (本人信息管理): five pages, each read and saved alone."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Header
from pydantic import BaseModel, ConfigDict, Field, RootModel

from api.http.act import Acting
from api.http.etags import etag_of, expected_version
from api.http.route import router
from api.people.profile_schema import schema_of
from domain.account import Account
from domain.codes.catalogue import CODE_LISTS
from domain.identifiers import IdNumber
from domain.profile_pages import PAGES
from ledger.credit_ledger import CreditLedger
from ledger.use_cases import profiles
from ledger.use_cases.profiles import Page

routes = router("profile")

PageName = Literal["basic", "services", "insurance", "employment", "training"]


class PageIn(RootModel[dict[str, Any]]):
    """The fields of the page; what is left out is empty from now on."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [schema_of(form) for form in PAGES.values()]})


class PageOut(BaseModel):
    """A page; `etag` is what `If-Match` names when it is saved, `null` for one that never was."""

    page: PageName
    etag: str | None
    content: dict[str, Any]
    missing: Annotated[list[str], Field(description="the fields still to be filled in")]


class IdNumberTells(BaseModel):
    """What nobody has to type, since the ID number tells it."""

    sex: str
    birth_date: str


class ProfileOut(BaseModel):
    """All pages, and how far they are filled in."""

    percent: Annotated[int, Field(ge=0, le=100)]
    from_id_number: IdNumberTells
    pages: list[PageOut]


class PageSaved(BaseModel):
    """The version that the page has now."""

    page: PageName
    etag: str


class CodeListOut(BaseModel):
    """A menu: codes with their Chinese names, in order."""

    standard: str
    names: dict[str, str]


def seen_version(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description="the `ETag` of the page that was changed")
    ] = None,
    if_none_match: Annotated[
        str | None,
        Header(
            alias="If-None-Match", description="`*` instead of `If-Match` for a page that was never saved"
        ),
    ] = None,
) -> int:
    """The version of the page that the client saw; 0 if it saw none."""
    if if_match is None and (if_none_match or "").strip() == "*":
        return 0
    return expected_version(if_match)


@routes.get("/code-lists")
async def code_lists() -> dict[str, CodeListOut]:
    """The menus of the profile's pages, by name; a code once chosen stays valid when its list moves on."""
    return {
        name: CodeListOut(standard=codes.standard, names=dict(codes.names))
        for name, codes in CODE_LISTS.items()
    }


@routes.get("/me/profile")
async def my_profile(act: Acting) -> ProfileOut:
    """The own five pages, what is missing, and how complete they are in percent."""
    account = await act.read(CreditLedger.load, Account, act.caller)
    id_number = IdNumber.parse(str(account.id_number))
    pages = (await act.read(profiles.pages_of, act.caller)).values()
    asked = sum(page.asked for page in pages)
    filled = asked - sum(len(page.missing) for page in pages)
    return ProfileOut(
        percent=100 * filled // asked,
        from_id_number=IdNumberTells(sex=id_number.sex, birth_date=id_number.birth_date.isoformat()),
        pages=[_out(page) for page in pages],
    )


@routes.get("/me/profile/{page}")
async def my_page(act: Acting, page: PageName) -> PageOut:
    """One of the own pages, with its `ETag`; a page that was never saved is empty."""
    found = _out(await act.read(profiles.page_of, act.caller, page))
    if found.etag:
        act.response.headers["ETag"] = found.etag
    return found


@routes.put("/me/profile/{page}")
async def save_page(
    act: Acting, page: PageName, seen: Annotated[int, Depends(seen_version)], sent: PageIn
) -> PageSaved:
    """Save one page as a whole; the same content again changes nothing and is answered the same."""
    appended = await act.run(profiles.save_page, act.caller, page, sent.root, seen)
    version = await act.read(profiles.saved_version, act.caller, page, appended)
    act.response.headers["ETag"] = etag_of(version)
    return PageSaved(page=page, etag=etag_of(version))


def _out(page: Page) -> PageOut:
    etag = etag_of(page.version) if page.version else None
    return PageOut(page=page.name, etag=etag, content=page.content, missing=list(page.missing))
