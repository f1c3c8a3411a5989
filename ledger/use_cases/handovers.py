"""Borrowed devices (借用他人手机): a short code for one session that can do verification and letter only."""

from datetime import datetime
from uuid import UUID

from domain.account import Account
from domain.event import Cause
from domain.handover import Handover
from domain.rejections import Reason, Refused
from domain.streams import id_of_command
from ledger import drawn
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case
from ledger.store.claims import ClaimChanges

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like a digit or like another one."""
CODE_LENGTH = 8
"""Forty bits: in the ten minutes of a code nobody guesses one of the few that are open."""
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
CODE = "handover_code"


@use_case
def open_handover(ledger: CreditLedger, cause: Cause, subject: UUID) -> tuple[str, Handover, Appended]:
    """Open a handover.

    Returns:
        the code, the same again for a retry of the command; the handover; the positions.
    """
    code = _code(ledger, cause)
    handover = Handover.open(cause, subject, id_of_command(cause.command_id, "handover"), ledger.rules)
    claim = ledger.blind_index.claim(CODE, code, handover.id, handover.expires_at)
    appended = ledger.commit(cause, handover, claims=ClaimChanges(take=(claim,)))
    return code, ledger.load(Handover, handover.id), appended  # a retry's own would expire later than it does


def _code(ledger: CreditLedger, cause: Cause) -> str:
    octets = drawn.octets(ledger, cause, "handover")[:CODE_LENGTH]
    return "".join(LETTERS[octet % len(LETTERS)] for octet in octets)


@use_case
def redeem(ledger: CreditLedger, cause: Cause, code: str) -> tuple[Handover, Appended]:
    """Use a code: it is given back in the same transaction, and works no second time.

    Raises:
        Refused: it is wrong, too old or used; nobody is told which.
    """
    handover = _handover_of(ledger, code)
    _require_phone_of_then(ledger, handover, Refused(Reason.HANDOVER_CODE_WRONG, field="code"))
    handover.redeem(cause, ledger.rules)
    given_back = ClaimChanges(release_owner=handover.id, release_kinds=(CODE,))
    return handover, ledger.commit(cause, handover, claims=given_back)


def _handover_of(ledger: CreditLedger, code: str) -> Handover:
    with ledger.pool.connection() as connection:
        found = ledger.blind_index.find_owner(connection, CODE, code.upper().translate(READ_AS))
    handover = ledger.find(Handover, found) if found else None
    if handover is None:
        raise Refused(Reason.HANDOVER_CODE_WRONG, field="code")
    return handover


def running_handover(ledger: CreditLedger, at: datetime, handover_id: UUID) -> Handover:
    """The handover behind a session on a borrowed device.

    Raises:
        Refused: it is over, whatever became of the session's row.
    """
    handover = ledger.load(Handover, handover_id, missing=Reason.TOKEN_INVALID)
    handover.require_running(at)
    _require_phone_of_then(ledger, handover, Refused(Reason.TOKEN_INVALID))
    return handover


def _require_phone_of_then(ledger: CreditLedger, handover: Handover, over: Refused) -> None:
    """A handover ends with the phone on which it was opened: whoever has that may not be the person."""
    account = ledger.find(Account, handover.subject_id)
    changed_at = account.phone_changed_at if account else None
    if changed_at is not None and handover.created_on <= changed_at:
        raise over


@repeatable
def end_handover(ledger: CreditLedger, cause: Cause, handover_id: UUID, because: str) -> Appended:
    """End the session on the borrowed device."""
    handover = ledger.load(Handover, handover_id)
    handover.end(cause, because)
    return ledger.commit(cause, handover)
