"""The face check in front of a step: the attempt is recorded whatever comes of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.event import Cause
from domain.face import ATTEMPT_WINDOW, FaceChecks, FaceEvidence
from domain.face_consent import FaceConsent
from domain.rejections import Reason, Refused
from domain.streams import id_of_command
from ledger.credit_ledger import CreditLedger, use_case


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
        _commit_alone(ledger, cause, attempts)
        raise Refused(evidence.refusal, field="frames")
    return attempts


@use_case
def record_refused_attempt(
    ledger: CreditLedger, cause: Cause, subject: UUID, purpose: str, evidence: FaceEvidence
) -> None:
    """Record the attempt of a face that was compared, and whose step was then refused, if nothing has yet.

    A challenge that has ended tells that something has: this very step, or another attempt at the same
    moment, and then nobody was told anything of this face.
    """
    attempts = attempts_of(ledger, cause, subject)
    with suppress(Refused):  # likewise where the hour's attempts are used up, and nobody there any more
        attempts.attempt(cause, purpose, evidence, ledger.rules)
        _commit_alone(ledger, cause, attempts)


def _commit_alone(ledger: CreditLedger, cause: Cause, attempts: FaceChecks) -> None:
    """Under an id of its own also among what a refused command leaves: the step may leave something else."""
    about = replace(cause, command_id=id_of_command(cause.command_id, "face attempt"))
    ledger.commit_refusal(about, attempts)
