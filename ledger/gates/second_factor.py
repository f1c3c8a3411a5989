"""In front of a step that a phone alone must not open: whoever has a second factor proves one."""

from uuid import UUID

from domain.assurance import FACE, OFFICERS, PASSCODE
from domain.event import Cause, LedgerAggregate
from domain.face import FaceEvidence
from domain.rejections import Reason, Refused
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.gates.face import has_face_consent
from ledger.gates.passcode import verify_passcode
from ledger.gates.presence import require_presence
from ledger.vault.face_templates import has_template
from ledger.vault.passcodes import has_passcode

Factor = str | FaceEvidence | UUID
"""The passcode, a face that was compared, or the id of a proof by officers."""


def factors_of(ledger: CreditLedger, subject: UUID) -> list[str]:
    """What the person could prove besides the phone: `passcode`, `face` and `officers`, or nothing.

    A face without consent counts for nothing. An officer helps whoever has either, or a verified identity:
    there is something to protect.
    """
    has_face = has_template(ledger, subject) and has_face_consent(ledger, subject)
    found = {PASSCODE: has_passcode(ledger, subject), FACE: has_face}
    own = [factor for factor, is_there in found.items() if is_there]
    worker = ledger.find(Worker, Worker.stream_for(subject))
    is_verified = worker is not None and worker.identity_assurance is not None
    return [*own, OFFICERS] if own or is_verified else []


def require_second_factor(
    ledger: CreditLedger, cause: Cause, subject: UUID, step: str, factor: Factor | None
) -> tuple[LedgerAggregate, ...]:
    """Let a factor lead through a step; call it from a use case.

    Returns:
        the streams to be committed together with the step; none where the person has no factor to prove.

    Raises:
        Refused: the person has one and it is not given; or it is wrong (recorded), or leads through another
            step.
    """
    if isinstance(factor, str):
        return (verify_passcode(ledger, cause, subject, factor, step),)
    if factor is not None:
        return require_presence(ledger, cause, subject, step, factor).streams
    if factors_of(ledger, subject):
        raise Refused(Reason.SECOND_FACTOR_MISSING)
    return ()
