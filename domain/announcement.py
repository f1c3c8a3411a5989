"""What editors tell the public: news (最新动态), policy (政策措施) and notices (通知公告).

Title, body and source are plain text: nothing in them is markup, line breaks in the body are kept. HTML is
refused, so that what was pasted from a page is noticed by the editor and not by the readers.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Final, Self

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused
from domain.streams import id_of_command

CATEGORIES: Final = ("news", "policy", "notice")
LONGEST: Final = {"title": 100, "body": 20_000, "source": 100}
"""Characters; a body fills about twenty pages."""
_TAG: Final = re.compile(r"<[a-zA-Z/!?]")
_UNPRINTABLE: Final = frozenset({"Cc", "Cs"})


@dataclass(frozen=True, slots=True)
class AnnouncementContent:
    """What an announcement says.

    Attributes:
        category: one of `CATEGORIES`.
        title: one line.
        body: lines, told apart by a line feed.
        source: who issued it, may be empty.
        effective_on: from which day it holds, ISO 8601, or empty.
    """

    category: str
    title: str
    body: str
    source: str = ""
    effective_on: str = ""

    def cleaned(self) -> Self:
        """The content in one spelling.

        Raises:
            Refused: a field is missing, too long, or holds what it may not; names the field.
        """
        one_spelling = replace(
            self,
            title=" ".join(self.title.split()),
            body="\n".join(line.rstrip() for line in self.body.splitlines()).strip("\n"),
            source=" ".join(self.source.split()),
        )
        one_spelling._check()
        return one_spelling

    def _check(self) -> None:
        if self.category not in CATEGORIES:
            raise Refused(Reason.FIELD_INVALID, field="category")
        for field in ("title", "body"):
            if not any(map(str.isalnum, getattr(self, field))):
                raise Refused(Reason.FIELD_MISSING, field=field)
        for field in LONGEST:
            _check_text(field, getattr(self, field))
        if self.effective_on and not _is_day(self.effective_on):
            raise Refused(Reason.FIELD_INVALID, field="effective_on")


def _check_text(field: str, text: str) -> None:
    if len(text) > LONGEST[field]:
        raise Refused(Reason.FIELD_TOO_LONG, field=field)
    if _UNPRINTABLE & set(map(unicodedata.category, re.sub(r"[\n\t]", "", text))):
        raise Refused(Reason.FIELD_INVALID, field=field)
    if _TAG.search(text):
        raise Refused(Reason.FIELD_MARKUP, field=field)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class Announcement(LedgerAggregate):
    """An announcement; it belongs to nobody but itself, and is public from the first word."""

    TOPIC = "jz.announcement"

    class Created(LedgerAggregate.Created):
        """An editor published it."""

        TOPIC = "jz.announcement.published"
        category: str
        title: str
        body: str
        source: str
        effective_on: str

    class Revised(LedgerAggregate.Event):
        """An editor replaced the content."""

        TOPIC = "jz.announcement.revised"
        category: str
        title: str
        body: str
        source: str
        effective_on: str

        def apply(self, announcement: "Announcement") -> None:
            """The new content holds."""
            announcement.content = AnnouncementContent(
                self.category, self.title, self.body, self.source, self.effective_on
            )

    class Withdrawn(LedgerAggregate.Event):
        """An editor took it back."""

        TOPIC = "jz.announcement.withdrawn"

        def apply(self, announcement: "Announcement") -> None:
            """It is shown no more; what it said stays in the log."""
            announcement.is_withdrawn = True

    def __init__(self, category: str, title: str, body: str, source: str, effective_on: str) -> None:
        self.content = AnnouncementContent(category, title, body, source, effective_on)
        self.is_withdrawn = False

    @classmethod
    def publish(cls, cause: Cause, content: AnnouncementContent) -> Self:
        """Publish an announcement under an id that follows from the command."""
        stream = id_of_command(cause.command_id, "announcement")
        return cls.begin(cause, stream, **asdict(content.cleaned()))

    def revise(self, cause: Cause, content: AnnouncementContent, expected_version: int) -> None:
        """Replace the content of the version that the editor saw; the same content changes nothing."""
        self._require_public()
        self.require_version(expected_version)
        cleaned = content.cleaned()
        if cleaned != self.content:
            self.happen(self.Revised, cause, **asdict(cleaned))

    def withdraw(self, cause: Cause) -> None:
        """Take it back for good, in whatever version it is."""
        self._require_public()
        self.happen(self.Withdrawn, cause)

    def _require_public(self) -> None:
        if self.is_withdrawn:
            raise Refused(Reason.ANNOUNCEMENT_WITHDRAWN)
