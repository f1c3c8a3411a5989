"""Proofs without a face: the card way in one go, the way of the officers in two or three steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from uuid import UUID

from domain.access_log import Look
from domain.account import Account
from domain.assurance import CARD, OFFICERS, Presence
from domain.event import Cause, LedgerAggregate
from domain.presence import PresenceProof, ShownDocument
from domain.presence_attempts import PRESENCE_WINDOW, PresenceAttempts
from domain.recovery import STEP, Recovery
from domain.rejections import Reason, Refused
from domain.streams import id_of_command, local_day
from ledger import drawn
from ledger.credit_ledger import Appended, CreditLedger, use_case
from ledger.gates.id_numbers import account_with
from ledger.gates.own_document import (
    CardReading,
    SeenDocument,
    document_of,
    refusal_of,
    rename_as_on,
    used_challenge,
)
from ledger.gates.passcode import verify_passcode
from ledger.store.append import StreamConflict
from ledger.store.claims import UNKNOWN_PRESENCE_CODE, Claim, ClaimChanges
from ledger.store.slots import Slots
from ledger.use_cases.regulation import looked_at, nobody_found
from ledger.use_cases.staff import OFFICER_ID_NUMBER

CODE_DIGITS = 8
PRESENCE_CODE = "presence_code"


@use_case
def prove_with_card(
    ledger: CreditLedger, cause: Cause, subject: UUID, step: str, card: CardReading, passcode: str
) -> tuple[PresenceProof, Appended]:
    """Prove presence for a step with card and passcode; the SMS code to the account's phone was right.

    Raises:
        Refused: the card is another person's or expired, or was used; what read it is trusted too little; the
            passcode is wrong; all but a used card are recorded. Or there were too many tries.
    """
    account, attempts = ledger.load(Account, subject), _attempts_of(ledger, cause, subject)
    attempts.require_attempt_left(cause.at, ledger.rules)
    proof = PresenceProof.ask(cause, subject, step, CARD, ledger.rules)
    because = refusal_of(account, card, local_day(cause.at), may_rename=step == "identity")
    if because is None and not Presence(CARD, card.assurance).is_enough_for(step):
        because = Reason.ASSURANCE_TOO_LOW
    if because:
        attempts.attempt(cause, step, because.code, card.device, ledger.rules)
        ledger.commit_refusal(cause, attempts)
        raise Refused(because)
    tries = verify_passcode(ledger, cause, subject, passcode, step)
    proof.show_card(cause, document_of(card), card.assurance, ledger.rules)
    attempts.attempt(cause, step, "accepted", card.device, ledger.rules)
    rename_as_on(cause, account, card)
    claims = ClaimChanges(take=(used_challenge(ledger, cause, subject, card),))
    return proof, ledger.commit(cause, proof, attempts, tries, account, claims=claims)


def _attempts_of(ledger: CreditLedger, cause: Cause, subject: UUID) -> PresenceAttempts:
    """The person's tries of the day, begun if there are none yet."""
    today = ledger.find(PresenceAttempts, PresenceAttempts.stream_for(subject, cause.at))
    if today:
        return today
    an_hour_ago = PresenceAttempts.stream_for(subject, cause.at - PRESENCE_WINDOW)
    return PresenceAttempts.begin_day(cause, subject, ledger.find(PresenceAttempts, an_hour_ago))


@use_case
def ask_for_officers(
    ledger: CreditLedger, cause: Cause, subject: UUID, step: str
) -> tuple[PresenceProof, str, Appended]:
    """Ask to be verified face to face for a step.

    Returns:
        the proof that waits, the code to show at the counter, the positions.
    """
    proof = PresenceProof.ask(cause, subject, step, OFFICERS, ledger.rules)
    code = code_of(ledger, cause)
    claim = ledger.blind_index.claim(PRESENCE_CODE, code, proof.id, proof.expires_at)
    return proof, code, ledger.commit(cause, proof, claims=ClaimChanges(take=(claim,)))


def code_of(ledger: CreditLedger, cause: Cause) -> str:
    """The code of a request: nobody can guess it, and a retry of the command gets the same."""
    return f"{drawn.number(ledger, cause, PRESENCE_CODE) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def load_proof(ledger: CreditLedger, subject: UUID, proof_id: UUID) -> PresenceProof:
    """The person's own proof."""
    proof = ledger.load(PresenceProof, proof_id)
    if proof.subject_id != subject:
        raise Refused(Reason.NOT_FOUND)
    return proof


@use_case
def confirm_presence(
    ledger: CreditLedger, cause: Cause, officer_id: UUID, code: str, document: SeenDocument
) -> tuple[PresenceProof, Appended]:
    """Confirm, as an officer, that the person at the counter is who asked; recorded as a look at them, too.

    Raises:
        Refused: the code is not known; the document is not the registered person's, has expired, or is the
            officer's own (all recorded); another officer must confirm; too many codes were not known.
    """
    slot = _free_try(ledger, cause, officer_id)
    try:
        return _confirm(ledger, cause, officer_id, code, document)
    except Refused as refusal:
        if refusal.reason is Reason.PRESENCE_CODE_UNKNOWN:
            look = Look("officer", "presence", "")  # for which step is not known, either
            tried = nobody_found(ledger, cause, officer_id, look, PRESENCE_CODE)
            ledger.commit_refusal(cause, tried, claims=ClaimChanges(take=(slot,)))
        raise


def _free_try(ledger: CreditLedger, cause: Cause, officer_id: UUID) -> Claim:
    """One of an hour's unknown codes; asked for before the code is looked at, so that none is guessed."""
    limit = ledger.rules.unknown_presence_codes_per_hour
    slots = Slots(UNKNOWN_PRESENCE_CODE, (officer_id,), limit, Reason.PRESENCE_TOO_MANY_ATTEMPTS)
    with ledger.pool.connection() as connection:
        holder = id_of_command(cause.command_id, UNKNOWN_PRESENCE_CODE)
        return slots.take(connection, ledger.blind_index, holder, cause.at)


def _confirm(
    ledger: CreditLedger, cause: Cause, officer_id: UUID, code: str, document: SeenDocument
) -> tuple[PresenceProof, Appended]:
    waiting = _waiting(ledger, code)
    recovery = ledger.find(Recovery, waiting)
    if recovery is not None:
        return _match(ledger, cause, recovery, officer_id, code, document)
    proof = ledger.load(PresenceProof, waiting)
    proof.require_officer(cause, officer_id, ledger.rules)
    account = ledger.load(Account, proof.subject_id)
    look = looked_at(ledger, cause, account.id, Look("officer", "presence", proof.purpose))
    because = _officers_own(ledger, account, officer_id) or refusal_of(account, document, local_day(cause.at))
    if because:
        proof.refuse(cause, officer_id, because.code, ledger.rules)
        ledger.commit_refusal(cause, proof, look)
        raise Refused(because)
    proof.confirm(cause, officer_id, ShownDocument(document.kind, document.authority), ledger.rules)
    return proof, ledger.commit(cause, proof, look)


def _waiting(ledger: CreditLedger, code: str) -> UUID:
    """The proof, or the recovery, that waits under a code."""
    with ledger.pool.connection() as connection:
        waiting = ledger.blind_index.find_owner(connection, PRESENCE_CODE, code)
    if waiting is None:
        raise Refused(Reason.PRESENCE_CODE_UNKNOWN, field="code")
    return waiting


def _match(
    ledger: CreditLedger,
    cause: Cause,
    recovery: Recovery,
    officer_id: UUID,
    code: str,
    document: SeenDocument,
) -> tuple[PresenceProof, Appended]:
    """Find the account that is sought by the document, and confirm as the first officer.

    From here on the code is that of the person's proof, and the next officer confirms as ever.
    """
    recovery.require_waiting(cause.at, ledger.rules, over=Reason.PRESENCE_CODE_UNKNOWN)
    account = account_with(ledger, document.id_number)
    seen, today = Look("officer", "presence", STEP), local_day(cause.at)
    if account is None:
        nobody = nobody_found(ledger, cause, officer_id, seen, "id_number")
        _refuse_match(ledger, cause, recovery, officer_id, Reason.IDENTITY_MISMATCH, nobody)
    look = looked_at(ledger, cause, account.id, seen)
    if because := _officers_own(ledger, account, officer_id) or refusal_of(account, document, today):
        _refuse_match(ledger, cause, recovery, officer_id, because, look)
    proof = PresenceProof.ask(cause, account.id, STEP, OFFICERS, ledger.rules)
    proof.confirm(cause, officer_id, ShownDocument(document.kind, document.authority), ledger.rules)
    recovery.match(cause, account.id, proof.id)
    claim = ledger.blind_index.claim(PRESENCE_CODE, code, proof.id, proof.expires_at)
    claims = ClaimChanges((claim,), release_owner=recovery.id, release_kinds=(PRESENCE_CODE,))
    with _two_at_once():
        return proof, ledger.commit(cause, recovery, proof, look, claims=claims)


def _refuse_match(
    ledger: CreditLedger,
    cause: Cause,
    recovery: Recovery,
    officer_id: UUID,
    because: Reason,
    look: LedgerAggregate,
) -> NoReturn:
    recovery.refuse_document(cause, because.code, officer_id)
    ledger.commit_refusal(cause, recovery, look)
    raise Refused(because)


@contextmanager
def _two_at_once() -> Iterator[None]:
    """Around the append that hands a code on: if another officer was first, this one decides anew."""
    try:
        yield
    except Refused as refusal:
        if refusal.reason is not Reason.PRESENCE_CODE_TAKEN:
            raise
        msg = "another officer has found the account"
        raise StreamConflict(msg) from refusal


def _officers_own(ledger: CreditLedger, account: Account, officer_id: UUID) -> Reason | None:
    with ledger.pool.connection() as connection:
        owner = ledger.blind_index.find_owner(connection, OFFICER_ID_NUMBER, str(account.id_number))
    return Reason.OFFICER_IS_PERSON if owner == officer_id else None
