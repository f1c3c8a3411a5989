"""The passcode in front of a step: the try is recorded whatever comes of it."""

from datetime import timedelta
from uuid import UUID

from domain.event import Cause
from domain.passcode import PasscodeTries
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.vault.passcodes import passcode_matches

A_DAY = timedelta(days=1)


def verify_passcode(
    ledger: CreditLedger, cause: Cause, subject: UUID, passcode: str, purpose: str
) -> PasscodeTries:
    """Compare a passcode with the person's own; call it from a use case.

    Returns:
        the tries, to be committed together with the step that the passcode opens: of several tries at once
        those that would exceed the limit are not committed, so nobody learns whether they were right.

    Raises:
        Refused: it is wrong (the try is committed), there were too many wrong ones, or there is none.
    """
    tries = _tries_of(ledger, cause, subject)
    tries.require_unlocked(cause.at)
    is_right = passcode_matches(ledger, subject, passcode)
    tries.attempt(cause, purpose, ledger.rules, is_right=is_right)
    if not is_right:
        ledger.commit_refusal(cause, tries)
        raise Refused(Reason.PASSCODE_WRONG, field="passcode")
    return tries


def _tries_of(ledger: CreditLedger, cause: Cause, subject: UUID) -> PasscodeTries:
    """The person's tries of the day, begun if there are none yet."""
    today = ledger.find(PasscodeTries, PasscodeTries.stream_for(subject, cause.at))
    if today:
        return today
    yesterday = PasscodeTries.stream_for(subject, cause.at - A_DAY)
    return PasscodeTries.begin_day(cause, subject, ledger.find(PasscodeTries, yesterday))
