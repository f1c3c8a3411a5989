"""Whether a letter is in force is decided in the append itself: nothing that needs it follows its revocation.

Loading the worker and then appending to another stream would leave a gap: a revocation in between goes
unseen. Therefore a revocation takes a claim on the authorization for good, and whatever needs the letter
tries to take the same one with a claim that has lapsed already: that one is in nobody's way, and is refused
once the other is there. Both are decided under one lock, and all of a worker's streams have one order.

The claim tells that this letter has ended, not whether another one is in force: that is seen by loading anew.
"""

from contextlib import AbstractContextManager
from datetime import UTC, datetime

from domain.letter import SignedLetter
from domain.rejections import Reason
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.gates.lost_claims import decided_anew
from ledger.store.claims import Claim

LAPSED = datetime(1970, 1, 1, tzinfo=UTC)


def needs(ledger: CreditLedger, worker: Worker, letter: SignedLetter) -> Claim:
    """Refuses the append that takes it if the letter was revoked or replaced before."""
    return _claim(ledger, worker, letter, LAPSED)


def ends(ledger: CreditLedger, worker: Worker) -> tuple[Claim, ...]:
    """Ends the letter in force with the append that takes it, if there is one."""
    in_force = worker.letter_in_force
    return (_claim(ledger, worker, in_force, None),) if in_force else ()


def changing_letters() -> AbstractContextManager[None]:
    """Around an append that needs or ends a letter: if the letter ended since it was looked up, the command
    decides anew, by the one in its place or by its revocation.
    """
    return decided_anew(Reason.LETTER_NOT_IN_FORCE)


def _claim(ledger: CreditLedger, worker: Worker, letter: SignedLetter, lapses_at: datetime | None) -> Claim:
    return ledger.blind_index.claim("letter_end", str(letter.authorization), worker.subject_id, lapses_at)
