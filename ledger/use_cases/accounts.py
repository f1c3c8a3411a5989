"""Registration and cancellation of accounts."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from uuid import UUID

from domain.account import Account
from domain.event import Cause
from domain.identifiers import IdNumber, MobileNumber, PersonName
from domain.rejections import Reason, Refused
from domain.streams import id_of_command
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case
from ledger.gates import id_numbers
from ledger.gates.presence import use_proof
from ledger.gates.second_factor import Factor, require_second_factor
from ledger.store.claims import ClaimChanges
from ledger.vault.passcodes import store_passcode


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration form whose phone was proven by an SMS code.

    Attributes:
        contests: the number is somebody else's until a card is read, and this person is going to read it.
    """

    role: str
    name: PersonName
    id_number: IdNumber
    phone: MobileNumber
    contests: bool = False


@use_case
def register(ledger: CreditLedger, cause: Cause, form: Registration) -> tuple[UUID, Appended]:
    """Register a worker or a consumer.

    Returns:
        the person's subject id, and the positions.

    Raises:
        Refused: the phone or the ID number belongs to another account.
    """
    subject = id_of_command(cause.command_id, "subject")
    ledger.keys.create(subject)
    account = Account.register(
        cause,
        subject,
        role=form.role,
        name=str(form.name),
        id_number=str(form.id_number),
        phone=str(form.phone),
    )
    streams = [account, Worker.open(cause, subject)] if form.role == "worker" else [account]
    phone = ledger.blind_index.claim("phone", str(form.phone), subject)
    try:
        number = id_numbers.registered(ledger, cause, account, contests=form.contests)
        claims = replace(number.claims, take=(phone, *number.claims.take))
        with id_numbers.contesting(ledger, account) if form.contests else nullcontext():
            return subject, ledger.commit(cause, *streams, *number.losers, claims=claims)
    except Refused:
        ledger.keys.drop_unused(subject)
        raise


@repeatable
def become_worker(ledger: CreditLedger, cause: Cause, subject: UUID) -> Appended:
    """Let a consumer go on as a worker, with the same account."""
    account = ledger.load(Account, subject)
    account.become_worker(cause)
    return ledger.commit(cause, account, Worker.open(cause, subject))


@repeatable
def change_phone(
    ledger: CreditLedger,
    cause: Cause,
    subject: UUID,
    phone: MobileNumber,
    *,
    old_phone: MobileNumber | None,
    proof_id: UUID | None = None,
) -> Appended:
    """Change the phone; its SMS code was right. The old number is free in the same transaction.

    The SMS code of `old_phone` was right, too; the person may have taken the account back meanwhile.

    Raises:
        Refused: the number belongs to another account; neither the old phone was proven nor the identity just
            now; or the proof of officers does not hold.
    """
    account = ledger.load(Account, subject)
    if old_phone is not None:
        account.require_phone(str(old_phone), "old_sms_code")
    claim = ledger.blind_index.claim("phone", str(phone), subject)
    claims = ClaimChanges(take=(claim,), release_owner=subject, release_kinds=("phone",))
    if proof_id is not None:
        used, presence = use_proof(ledger, cause, subject, "phone_change", proof_id)
        account.change_phone(cause, str(phone), presence.assurance)
        return ledger.commit(cause, used, account, claims=claims)
    proof = "old_phone" if old_phone is not None else _recent_identity(ledger, cause, subject)
    account.change_phone(cause, str(phone), proof)
    return ledger.commit(cause, account, claims=claims)


def _recent_identity(ledger: CreditLedger, cause: Cause, subject: UUID) -> str:
    worker = ledger.load(Worker, Worker.stream_for(subject), missing=Reason.IDENTITY_NOT_RECENT)
    return worker.recent_identity(cause.at, ledger.rules)


@use_case
def set_passcode(
    ledger: CreditLedger,
    cause: Cause,
    subject: UUID,
    passcode: str,
    own_phone: MobileNumber,
    factor: Factor | None = None,
) -> Appended:
    """Set or change the passcode of a person who has just proven `own_phone`, the account's.

    The event comes first: should this process die in between, a retry still keeps the passcode.

    Raises:
        Refused: the phone is not the account's any more; or the person has a second factor, and `factor` is
            none or a wrong one.
    """
    appended = ledger.find_appended(cause.command_id)
    if appended is None:
        account = ledger.load(Account, subject)
        account.require_phone(str(own_phone), "sms_code")
        proven = require_second_factor(ledger, cause, subject, "passcode_change", factor)
        account.set_passcode(cause)
        appended = ledger.commit(cause, *proven, account)
    store_passcode(ledger, subject, passcode)
    return appended


@use_case
def keep_passcode(ledger: CreditLedger, cause: Cause, subject: UUID, passcode: str) -> Appended:
    """Keep a passcode whose event another process has appended, which died before it could.

    Raises:
        Refused: there is no such event.
    """
    appended = ledger.find_appended(cause.command_id)
    if appended is None:
        raise Refused(Reason.NOT_FOUND)
    store_passcode(ledger, subject, passcode)
    return appended


@repeatable
def cancel_account(
    ledger: CreditLedger, cause: Cause, subject: UUID, own_phone: MobileNumber, factor: Factor | None = None
) -> Appended:
    """Cancel an account and erase the person (注销), who has just proven `own_phone`, the account's.

    The event and the release of the claims are one transaction; the key is destroyed right after, and again
    by the reaction to the event should this process die in between.

    Raises:
        Refused: the phone is not the account's any more; or the person has a second factor, and `factor` is
            none or a wrong one.
    """
    account = ledger.load(Account, subject)
    account.require_phone(str(own_phone), "sms_code")
    account.cancel(cause)
    proven = require_second_factor(ledger, cause, subject, "cancellation", factor)
    claims = ClaimChanges(release_owner=subject, release_kinds=("phone", "id_number"))
    appended = ledger.commit(cause, *proven, account, claims=claims, erase=subject)
    erase_subject(ledger, subject)
    return appended


def _rows_of_people(table: str) -> str:
    """Deletes the people's rows of a table that is keyed by person."""
    return (
        f"DELETE FROM {table} t USING unnest(%s::uuid[]) AS gone (id)"  # noqa: S608 - a table of ours
        " WHERE t.partition = ledger.partition_of(gone.id) AND t.subject_id = gone.id"
    )


SIGN_INS = (
    "DELETE FROM ops.sessions WHERE subject_id = ANY (%s::uuid[])",
    *map(_rows_of_people, ("ops.push_targets", "ops.known_devices")),
)
"""Where people are signed in, on borrowed devices too, and where they need no second factor."""
FORGET = (
    "DELETE FROM ledger.claims WHERE owner = ANY (%s::uuid[])",
    *SIGN_INS,
    *map(_rows_of_people, ("ops.passcodes", "ops.face_templates")),
    "DELETE FROM ops.sms_outbox WHERE subject_id = ANY (%s::uuid[])",
    (
        "DELETE FROM ops.answers a USING unnest(%s::text[]) AS gone (actor)"
        " WHERE a.partition = ledger.partition_of_text(gone.actor) AND a.actor = gone.actor"
    ),
    (
        "INSERT INTO ledger.erased_subjects SELECT ledger.partition_of(s), s FROM unnest(%s::uuid[]) s"
        " ON CONFLICT DO NOTHING"
    ),
)
"""What is kept of people beside the log."""


def erase_subject(ledger: CreditLedger, subject: UUID) -> None:
    """Destroy a person's key and what is kept of them beside the log; may be done again."""
    _forget(ledger, [subject])
    ledger.keys.destroy(subject)


def end_sign_ins(ledger: CreditLedger, subject: UUID) -> None:
    """End all sessions of a person and forget their devices; may be done again."""
    _forget(ledger, [subject], SIGN_INS)


def replay_erasures(ledger: CreditLedger) -> int:
    """Erase again what a restored database brought back; run before anything is served.

    Returns:
        how many keys were destroyed again.
    """
    _forget(ledger, list(ledger.keys.erasures.subjects()))
    return ledger.keys.replay_erasures()


def _forget(ledger: CreditLedger, subjects: list[UUID], statements: tuple[str, ...] = FORGET) -> None:
    names = [str(subject) for subject in subjects]
    with ledger.pool.connection() as connection, connection.transaction():
        for statement in statements:
            connection.execute(statement, (names,))
