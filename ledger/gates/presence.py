"""In front of a step: the person shows that it is them, by face or by a proof without."""

from dataclasses import dataclass
from uuid import UUID

from domain.assurance import FACE, Presence
from domain.event import Cause, LedgerAggregate
from domain.face import FaceEvidence
from domain.presence import PresenceProof
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.gates.face import record_attempt


@dataclass(frozen=True, slots=True)
class Shown:
    """How the person showed it, and the streams to be committed together with the step."""

    presence: Presence
    streams: tuple[LedgerAggregate, ...]


def require_presence(
    ledger: CreditLedger, cause: Cause, subject: UUID, step: str, showing: FaceEvidence | UUID
) -> Shown:
    """Let a face that was compared, or the proof of an id, lead through a step.

    Raises:
        Refused: the face was not accepted (recorded), the proof does not hold for this step, or either is
            trusted too little.
    """
    if isinstance(showing, UUID):
        proof, presence = use_proof(ledger, cause, subject, step, showing)
        return Shown(presence, (proof,))
    presence = Presence(FACE, showing.assurance)
    presence.require_enough_for(step)
    return Shown(presence, (record_attempt(ledger, cause, subject, step, showing),))


def use_proof(
    ledger: CreditLedger, cause: Cause, subject: UUID, step: str, proof_id: UUID
) -> tuple[PresenceProof, Presence]:
    """Use a proof up for a step: once, since the use is one more event in the append of the step."""
    proof = ledger.load(PresenceProof, proof_id, missing=Reason.PRESENCE_PROOF_UNKNOWN)
    return proof, proof.use(cause, subject, step)
