"""What a worker tells about themselves (本人信息管理)."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.event import Cause
from domain.profile import Profile
from domain.profile_pages import PAGES
from domain.rejections import Reason
from domain.worker import Worker
from ledger.credit_ledger import NOTHING_APPENDED, Appended, CreditLedger, repeatable


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is now; version 0 was never saved.

    Attributes:
        missing: the fields that a complete page has and this one has not.
        asked: how many fields a complete page has.
    """

    name: str
    version: int
    content: dict[str, Any]
    missing: tuple[str, ...]
    asked: int


@repeatable
def save_page(
    ledger: CreditLedger, cause: Cause, subject: UUID, page: str, sent: Any, expected_version: int
) -> Appended:
    """Save one page of a worker's profile; the same content again appends nothing.

    Raises:
        Refused: there is no such worker, a field is wrong, another version was saved meanwhile, or there
            were too many saves today.
    """
    ledger.load(Worker, Worker.stream_for(subject), missing=Reason.WORKER_UNKNOWN)
    profile = ledger.find(Profile, Profile.stream_for(subject)) or Profile.open(cause, subject)
    profile.save_page(cause, page, sent, expected_version, ledger.rules)
    if profile.pending_events:
        return ledger.commit(cause, profile)
    return ledger.find_appended(cause.command_id) or NOTHING_APPENDED


def saved_version(ledger: CreditLedger, subject: UUID, page: str, appended: Appended) -> int:
    """The version that a save made; the present one if it appended nothing.

    Asked of the event itself: another device may have saved a later version before a retry is answered.
    """
    events = map(ledger.mapper.to_domain_event, ledger.event_log.read_at(appended.positions))
    made = [event.page_version for event in events if isinstance(event, Profile.PageSaved)]
    return made[-1] if made else page_of(ledger, subject, page).version


def pages_of(ledger: CreditLedger, subject: UUID) -> dict[str, Page]:
    """The five pages of a person."""
    profile = ledger.find(Profile, Profile.stream_for(subject))
    return {name: _page(profile, name) for name in PAGES}


def page_of(ledger: CreditLedger, subject: UUID, name: str) -> Page:
    """One page of a person."""
    return _page(ledger.find(Profile, Profile.stream_for(subject)), name)


def _page(profile: Profile | None, name: str) -> Page:
    version = profile.versions.get(name, 0) if profile else 0
    written = profile.contents.get(name) if profile else None
    content = json.loads(written) if isinstance(written, str) else {}  # not yet saved, or erased
    form = PAGES[name]
    return Page(name, version, content, form.missing(content), len(form.needed))
