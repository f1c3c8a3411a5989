"""The credit certificate (信用证书) and what is disclosed after its scan (经授权查看)."""

from collections.abc import Sequence
from uuid import UUID

from domain.account import Account
from domain.disclosure import Disclosure
from domain.event import Cause
from domain.face import FaceEvidence
from domain.identifiers import PersonName
from domain.letter import SignedLetter
from domain.refused_scan import RefusedScan
from domain.rejections import Reason, Refused
from domain.streams import id_of_command, stream_of
from domain.worker import Worker
from ledger import drawn
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case
from ledger.gates import letter as letter_gate
from ledger.gates.presence import require_presence
from ledger.sealing.tickets import CERTIFICATE_CODE
from ledger.store.claims import CONSUMER_PROMPT, REFUSED_SCAN, WORKER_PROMPT, Claim, ClaimChanges
from ledger.store.slots import Slots
from ledger.use_cases.attendances import current_attendance

DIGIT_PAIRS = 90
"""Two digits from 10 to 99, so that nobody reads a leading zero as none."""


def issue_certificate_code(ledger: CreditLedger, cause: Cause, subject: UUID) -> str:
    """A fresh code for the worker's certificate; nothing is stored."""
    require_disclosing(ledger, cause, subject)
    return ledger.tickets.issue(CERTIFICATE_CODE, subject, cause.at)


def require_disclosing(
    ledger: CreditLedger, cause: Cause, subject: UUID
) -> tuple[SignedLetter, ClaimChanges]:
    """The letter under which disclosing is possible now: in force, of a text that counts, not overdue.

    All is told from what is stored and the clock, so a stopped background job keeps nothing open.

    Returns:
        the letter, and what the append has to take so that it is still in force then.
    """
    worker = ledger.load(Worker, Worker.stream_for(subject), missing=Reason.WORKER_UNKNOWN)
    letter = worker.require_letter_in_force()
    ledger.letters.require_not_outdated(letter, cause.at)
    current_attendance(ledger, cause, worker).require_not_overdue(cause.at)
    if ledger.load(Account, subject).is_erased:
        raise Refused(Reason.WORKER_UNKNOWN)
    return letter, ClaimChanges(take=(letter_gate.needs(ledger, worker, letter),))


RECEIPTED = frozenset(
    {
        Reason.CODE_ALREADY_USED,
        Reason.CODE_EXPIRED,
        Reason.CHECK_IN_OVERDUE,
        Reason.LETTER_NOT_IN_FORCE,
        Reason.LETTER_OUTDATED,
        Reason.PROMPTS_TOO_MANY,
        Reason.SCOPE_NOT_COVERED,
    }
)
"""The refusals of a scan that both sides get a receipt of; the others are mistakes in the request."""


def worker_of_code(ledger: CreditLedger, code: str) -> UUID:
    """Whose certificate a code is from, however old.

    Raises:
        Refused: the code is forged.
    """
    return ledger.tickets.open(CERTIFICATE_CODE, code).subject_id


@use_case
def request_disclosure(
    ledger: CreditLedger, cause: Cause, consumer_id: UUID, code: str, scopes: Sequence[str]
) -> tuple[Disclosure, Appended]:
    """Redeem a certificate code, once, and prompt the worker.

    Raises:
        Refused: the code is forged, too old or used; the worker cannot disclose; a scope is not covered;
            there were too many prompts, or too many scans that led to none, in the last hour.
    """
    try:
        return _request(ledger, cause, consumer_id, code, scopes)
    except Refused as refusal:
        if refusal.reason in RECEIPTED:
            _record_refused(ledger, cause, consumer_id, code, refusal.reason)
        raise


def _record_refused(
    ledger: CreditLedger, cause: Cause, consumer_id: UUID, code: str, because: Reason
) -> None:
    """A receipt of a scan that led to no prompt.

    So many an hour, since one old code is enough to scan; after that a scan is refused without one.
    """
    worker_id = worker_of_code(ledger, code)
    scan = RefusedScan.record(cause, subject_id=worker_id, consumer_id=consumer_id, because=because.code)
    limit = ledger.rules.refused_scans_per_hour
    slots = Slots(REFUSED_SCAN, (consumer_id,), limit, Reason.PROMPTS_TOO_MANY)
    try:
        with ledger.pool.connection() as connection:
            slot = slots.take(connection, ledger.blind_index, scan.id, cause.at)
    except Refused:
        return
    ledger.commit_refusal(cause, scan, claims=ClaimChanges(take=(slot,)))


def _request(
    ledger: CreditLedger, cause: Cause, consumer_id: UUID, code: str, scopes: Sequence[str]
) -> tuple[Disclosure, Appended]:
    ticket = ledger.tickets.read(CERTIFICATE_CODE, code, cause.at, ledger.rules.certificate_code_ttl)
    worker_id = ticket.subject_id
    if worker_id == consumer_id:
        raise Refused(Reason.OWN_CERTIFICATE)
    letter, needed = require_disclosing(ledger, cause, worker_id)
    if not scopes or not set(scopes) <= set(letter.scopes):
        raise Refused(Reason.SCOPE_NOT_COVERED, field="scopes")
    choices = _choices(ledger, cause)
    disclosure = Disclosure.request(
        cause,
        stream_of(worker_id, "disclosure", str(id_of_command(cause.command_id, "disclosure"))),
        ledger.rules,
        subject_id=worker_id,
        consumer_id=consumer_id,
        consumer_name=PersonName.parse(str(ledger.load(Account, consumer_id).name)).masked(),
        scopes=list(scopes),
        choices=choices,
        digits=choices[drawn.number(ledger, cause, "digits") % len(choices)],
    )
    lapses_at = ticket.issued_at + 2 * ledger.rules.certificate_code_ttl
    claim = ledger.blind_index.claim("certificate_code", code, disclosure.id, lapses_at)
    claims = ClaimChanges(take=(claim, *needed.take, *_prompt_slots(ledger, cause, disclosure)))
    with letter_gate.changing_letters():
        return disclosure, ledger.commit(cause, disclosure, claims=claims, living=(worker_id,))


def _prompt_slots(ledger: CreditLedger, cause: Cause, disclosure: Disclosure) -> list[Claim]:
    """Of a consumer's prompts in an hour one in all, and one of those at this worker.

    Nothing limits what a worker gets of everybody: one consumer could use it up, and nobody else could ask.
    """
    refusal, rules = Reason.PROMPTS_TOO_MANY, ledger.rules
    consumer, worker = disclosure.consumer_id, disclosure.subject_id
    limits = (
        Slots(WORKER_PROMPT, (consumer, worker), rules.consumer_prompts_of_one_worker_per_hour, refusal),
        Slots(CONSUMER_PROMPT, (consumer,), rules.consumer_prompts_per_hour, refusal),
    )
    with ledger.pool.connection() as connection:
        return [slots.take(connection, ledger.blind_index, disclosure.id, cause.at) for slots in limits]


def _choices(ledger: CreditLedger, cause: Cause) -> tuple[str, str, str]:
    first = drawn.number(ledger, cause, "choices")
    step = 1 + first // DIGIT_PAIRS % (DIGIT_PAIRS // 3)
    one, two, three = (str(10 + (first + step * nth) % DIGIT_PAIRS) for nth in range(3))
    return one, two, three


def load_disclosure(ledger: CreditLedger, disclosure_id: UUID, party: UUID) -> Disclosure:
    """A disclosure, for its worker or its consumer only."""
    disclosure = ledger.load(Disclosure, disclosure_id)
    if party not in (disclosure.subject_id, disclosure.consumer_id):
        raise Refused(Reason.NOT_FOUND)
    return disclosure


def _prompted(ledger: CreditLedger, disclosure_id: UUID, worker_id: UUID) -> Disclosure:
    disclosure = ledger.load(Disclosure, disclosure_id)
    if disclosure.subject_id != worker_id:
        raise Refused(Reason.NOT_FOUND)
    return disclosure


def require_answerable(
    ledger: CreditLedger,
    cause: Cause,
    worker_id: UUID,
    disclosure_id: UUID,
    digits: str,
    scopes: Sequence[str],
) -> tuple[Disclosure, SignedLetter, ClaimChanges]:
    """What an approval needs, if the worker may approve these scopes now and picked the right digits.

    Returns:
        the disclosure, the letter, and what the append has to take.

    Raises:
        Refused: not so; wrong digits decline the disclosure for good, since the code may be relayed.
    """
    disclosure = _prompted(ledger, disclosure_id, worker_id)
    disclosure.require_pending(cause.at)
    letter, needed = require_disclosing(ledger, cause, worker_id)
    disclosure.require_scopes(list(scopes), letter.scopes)
    if digits != disclosure.digits:
        disclosure.decline(cause, "digits_wrong")
        ledger.commit_refusal(cause, disclosure)
        raise Refused(Reason.DIGITS_WRONG, field="digits")
    return disclosure, letter, needed


@repeatable
def approve(
    ledger: CreditLedger,
    cause: Cause,
    worker_id: UUID,
    disclosure_id: UUID,
    digits: str,
    scopes: Sequence[str],
    showing: FaceEvidence | UUID,
) -> Appended:
    """Approve all or some of the scopes, with the digits and a face check or the id of a proof without."""
    answered = require_answerable(ledger, cause, worker_id, disclosure_id, digits, scopes)
    disclosure, letter, needed = answered
    shown = require_presence(ledger, cause, worker_id, "disclosure", showing)
    disclosure.approve(cause, list(scopes), ledger.rules, letter, shown.presence)
    with letter_gate.changing_letters():
        return ledger.commit(cause, *shown.streams, disclosure, claims=needed, living=(worker_id,))


@repeatable
def decline(ledger: CreditLedger, cause: Cause, worker_id: UUID, disclosure_id: UUID) -> Appended:
    """The worker refuses."""
    disclosure = _prompted(ledger, disclosure_id, worker_id)
    disclosure.decline(cause, "refused")
    return ledger.commit(cause, disclosure)


@repeatable
def abandon(ledger: CreditLedger, cause: Cause, consumer_id: UUID, disclosure_id: UUID) -> Appended:
    """The consumer stops waiting."""
    disclosure = _scanned(ledger, disclosure_id, consumer_id)
    disclosure.abandon(cause)
    return ledger.commit(cause, disclosure)


@repeatable
def expire(ledger: CreditLedger, cause: Cause, disclosure_id: UUID) -> Appended:
    """Record that nobody answered; the event's time is the deadline."""
    disclosure = ledger.load(Disclosure, disclosure_id)
    disclosure.expire(cause)
    return ledger.commit(cause, disclosure)


@repeatable
def end(ledger: CreditLedger, cause: Cause, disclosure_id: UUID) -> Appended:
    """Record that a disclosure is over since its letter was revoked or replaced, so that both sides hear."""
    disclosure = ledger.load(Disclosure, disclosure_id)
    worker = ledger.load(Worker, Worker.stream_for(disclosure.subject_id))
    disclosure.end(cause, worker.letter_in_force)
    return ledger.commit(cause, disclosure)


@use_case
def view(
    ledger: CreditLedger, cause: Cause, consumer_id: UUID, disclosure_id: UUID
) -> tuple[Disclosure, tuple[str, ...], Appended]:
    """Look at what was approved; the look is recorded before anything is shown.

    Returns:
        the disclosure, the scopes to show, the positions.
    """
    disclosure = _scanned(ledger, disclosure_id, consumer_id)
    letter, needed = require_disclosing(ledger, cause, disclosure.subject_id)
    scopes = disclosure.view(cause, letter)
    parties = (disclosure.subject_id, consumer_id)
    with letter_gate.changing_letters():
        return disclosure, scopes, ledger.commit(cause, disclosure, claims=needed, living=parties)


def _scanned(ledger: CreditLedger, disclosure_id: UUID, consumer_id: UUID) -> Disclosure:
    disclosure = ledger.load(Disclosure, disclosure_id)
    if disclosure.consumer_id != consumer_id:
        raise Refused(Reason.NOT_FOUND)
    return disclosure
