"""The separate consent to face checks: given, withdrawn, and what a withdrawal deletes."""

from uuid import UUID

from domain.event import Cause
from domain.face_consent import FaceConsent
from domain.rejections import Reason
from ledger.credit_ledger import Appended, CreditLedger, repeatable
from ledger.gates.face import has_face_consent
from ledger.vault.face_templates import delete_template


@repeatable
def give_face_consent(
    ledger: CreditLedger, cause: Cause, subject: UUID, version: str, text_sha256: str
) -> Appended:
    """Consent to a version of the text, named with the hash of what was shown."""
    consent = ledger.find(FaceConsent, FaceConsent.stream_for(subject)) or FaceConsent.open(cause, subject)
    consent.give(cause, version, text_sha256)
    delete_template(ledger, subject)  # of a consent before, should the process that withdrew it have died
    return ledger.commit(cause, consent)


@repeatable
def withdraw_face_consent(ledger: CreditLedger, cause: Cause, subject: UUID) -> Appended:
    """Take the consent back; the template goes at once, and again by the reaction to the event."""
    stream = FaceConsent.stream_for(subject)
    consent = ledger.load(FaceConsent, stream, missing=Reason.FACE_CONSENT_MISSING)
    consent.withdraw(cause)
    appended = ledger.commit(cause, consent)
    delete_template(ledger, subject)
    return appended


def forget_face_without_consent(ledger: CreditLedger, subject: UUID) -> None:
    """Delete a template that no consent covers (any more); may be done again."""
    if not has_face_consent(ledger, subject):
        delete_template(ledger, subject)
