"""What a worker tells about themselves (本人信息管理): five pages, each saved alone."""

import json
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.personal import PersonalText
from domain.profile_pages import PAGES
from domain.rejections import Reason, Refused
from domain.rules import Rules
from domain.streams import end_of_local_day, local_day, stream_of


class Profile(LedgerAggregate):
    """The pages of one person; what they say is sealed, how much is filled in is not."""

    TOPIC = "jz.profile"
    needs_living_subject = True

    class Created(LedgerAggregate.Created):
        """The person saved a page for the first time; the page follows in the same append."""

        TOPIC = "jz.profile.opened"
        subject_id: UUID

    class PageSaved(LedgerAggregate.Event):
        """The person saved a page; `content` is its canonical JSON, `filled` counts the `asked` fields."""

        TOPIC = "jz.profile.page_saved"
        subject_id: UUID
        page: str
        page_version: int
        filled: int
        asked: int
        content: PersonalText

        def apply(self, profile: "Profile") -> None:
            """This is the page now."""
            profile.versions[self.page] = self.page_version
            profile.contents[self.page] = self.content
            profile.saved_at.append(self.timestamp)

    def __init__(self, subject_id: UUID) -> None:
        self.subject_id = subject_id
        self.versions: dict[str, int] = {}
        self.contents: dict[str, PersonalText] = {}
        self.saved_at: list[datetime] = []

    @staticmethod
    def stream_for(subject_id: UUID) -> UUID:
        """The stream of a person's profile."""
        return stream_of(subject_id, "profile")

    @classmethod
    def open(cls, cause: Cause, subject_id: UUID) -> Self:
        """Begin a person's profile."""
        return cls.begin(cause, cls.stream_for(subject_id), subject_id=subject_id)

    def save_page(self, cause: Cause, page: str, sent: Any, expected_version: int, rules: Rules) -> None:
        """Save a page as it was sent; one that says what is there already changes nothing.

        That is so for an old `expected_version` too: the save has then succeeded before (RFC 9110, 13.1.1).

        Raises:
            Refused: a field is wrong, the page was saved since by somebody who saw another version, or there
                were too many saves today.
        """
        form = PAGES[page]
        today = local_day(cause.at)
        content = form.read(sent, today)
        written = canonical_json(content)
        if self.contents.get(page) == written:
            return
        if self.versions.get(page, 0) != expected_version:
            raise Refused(Reason.VERSION_STALE)
        if sum(local_day(at) == today for at in self.saved_at) >= rules.profile_saves_per_day:
            raise Refused(Reason.PROFILE_TOO_MANY_SAVES, again_at=end_of_local_day(cause.at))
        self.happen(
            self.PageSaved,
            cause,
            subject_id=self.subject_id,
            page=page,
            page_version=expected_version + 1,
            filled=len(form.needed) - len(form.missing(content)),
            asked=len(form.needed),
            content=written,
        )


def canonical_json(content: dict[str, Any]) -> str:
    """One text for one content, so that the same content is known when it comes again."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
