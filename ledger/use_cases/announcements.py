"""What editors publish, revise and withdraw."""

from uuid import UUID

from domain.announcement import Announcement, AnnouncementContent
from domain.event import Cause
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case


@use_case
def publish_announcement(
    ledger: CreditLedger, cause: Cause, content: AnnouncementContent
) -> tuple[UUID, Appended]:
    """Publish an announcement."""
    announcement = Announcement.publish(cause, content)
    return announcement.id, ledger.commit(cause, announcement)


@repeatable
def revise_announcement(
    ledger: CreditLedger,
    cause: Cause,
    announcement_id: UUID,
    content: AnnouncementContent,
    expected_version: int,
) -> Appended:
    """Replace its content, if nobody else has changed it since that version."""
    announcement = ledger.load(Announcement, announcement_id)
    announcement.revise(cause, content, expected_version)
    return ledger.commit(cause, announcement)


@repeatable
def withdraw_announcement(ledger: CreditLedger, cause: Cause, announcement_id: UUID) -> Appended:
    """Take it back."""
    announcement = ledger.load(Announcement, announcement_id)
    announcement.withdraw(cause)
    return ledger.commit(cause, announcement)
