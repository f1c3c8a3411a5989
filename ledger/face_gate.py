"""The face check in front of a step: the attempt is recorded whatever comes of it."""

from datetime import datetime
from uuid import UUID

from domain.event import Cause
from domain.face import ATTEMPT_WINDOW, FaceChecks, FaceEvidence
from domain.face_consent import FaceConsent
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger


def attempts_of(ledger: CreditLedger, cause: Cause, subject: UUID) -> FaceChecks:
    """The person's attempts of the day, begun if there are none yet."""
    today = ledger.find(FaceChecks, FaceChecks.stream_for(subject, cause.at))
    if today:
        return today
    an_hour_ago = FaceChecks.stream_for(subject, cause.at - ATTEMPT_WINDOW)
    return FaceChecks.begin_day(cause, subject, ledger.find(FaceChecks, an_hour_ago))


def has_face_consent(ledger: CreditLedger, subject: UUID) -> bool:
    """Whether faces of this person may be compared."""
    consent = ledger.find(FaceConsent, FaceConsent.stream_for(subject))
    return consent is not None and consent.is_in_force


def require_face_consent(ledger: CreditLedger, subject: UUID) -> None:
    """Refuse where no consent to face checks is in force."""
    stream = FaceConsent.stream_for(subject)
    ledger.load(FaceConsent, stream, missing=Reason.FACE_CONSENT_MISSING).require_in_force()


def require_attempt_left(ledger: CreditLedger, cause: Cause, subject: UUID, challenged_at: datetime) -> None:
    """Refuse before any picture is looked at: without consent, without an attempt left, or its challenge."""
    require_face_consent(ledger, subject)
    attempts_of(ledger, cause, subject).require_attempt_left(cause.at, challenged_at, ledger.rules)


def record_attempt(
    ledger: CreditLedger, cause: Cause, subject: UUID, purpose: str, evidence: FaceEvidence
) -> FaceChecks:
    """Record the attempt.

    Returns:
        the attempts, to be committed together with the step that the face check opens.

    Raises:
        Refused: there is no consent; or the check did not pass, and the failed attempt is committed.
    """
    require_face_consent(ledger, subject)
    attempts = attempts_of(ledger, cause, subject)
    attempts.attempt(cause, purpose, evidence, ledger.rules)
    if evidence.refusal:
        ledger.commit_refusal(cause, attempts)
        raise Refused(evidence.refusal, field="frames")
    return attempts
