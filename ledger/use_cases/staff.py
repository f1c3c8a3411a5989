"""Staff roles with four eyes."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from uuid import UUID

from domain.enterprise import Enterprise
from domain.event import Cause
from domain.identifiers import IdNumber
from domain.rejections import Reason, Refused
from domain.staff import StaffMember
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case
from ledger.sealing.tickets import STAFF_GRANT, STAFF_PROPOSAL
from ledger.store.claims import ClaimChanges

MAX_FIRST_ADMINISTRATORS = 2
OFFICER_ID_NUMBER = "officer_id_number"


@use_case
def propose_role(
    ledger: CreditLedger,
    cause: Cause,
    role: str,
    enterprise_id: UUID | None = None,
    officer_id_number: IdNumber | None = None,
) -> tuple[UUID, Appended]:
    """Propose a role for somebody; an operator's enterprise must be listed.

    An officer is known by their own ID number, as a claim, never in the log: so nobody is two officers, and
    none confirms themself.
    """
    if enterprise_id is not None:
        ledger.load(Enterprise, enterprise_id, missing=Reason.ENTERPRISE_UNKNOWN)
    staff_id = id_of_command(cause.command_id, "staff")
    member = StaffMember.propose(cause, staff_id, role, enterprise_id)
    if officer_id_number is None:
        return staff_id, ledger.commit(cause, member)
    claim = ledger.blind_index.claim(OFFICER_ID_NUMBER, str(officer_id_number), staff_id)
    return staff_id, ledger.commit(cause, member, claims=ClaimChanges(take=(claim,)))


@repeatable
def grant_role(ledger: CreditLedger, cause: Cause, staff_id: UUID) -> Appended:
    """Grant a proposed role as a second administrator."""
    member = ledger.load(StaffMember, staff_id)
    member.grant(cause)
    return ledger.commit(cause, member)


def enrolment_token(ledger: CreditLedger, staff_id: UUID, at: datetime) -> str:
    """Both halves of an enrolment token, for the first administrators, whom the console grants."""
    return ".".join(ledger.tickets.issue(kind, staff_id, at) for kind in (STAFF_PROPOSAL, STAFF_GRANT))


def enrolling(ledger: CreditLedger, cause: Cause, token: str) -> UUID:
    """Who enrols: the halves that the proposer and the granter gave them must name the same person.

    Neither administrator has both, so neither can enrol in the person's place.

    Raises:
        Refused: a half is forged, too old, missing, or for somebody else.
    """
    halves, ttl = token.partition("."), ledger.rules.staff_enrolment_ttl
    proposed = ledger.tickets.read(STAFF_PROPOSAL, halves[0], cause.at, ttl)
    granted = ledger.tickets.read(STAFF_GRANT, halves[2], cause.at, ttl)
    if proposed.subject_id != granted.subject_id:
        raise Refused(Reason.PASSKEY_INVALID)
    return proposed.subject_id


@repeatable
def withdraw_role(ledger: CreditLedger, cause: Cause, staff_id: UUID) -> Appended:
    """Withdraw a role; an officer's ID number is free for another grant."""
    member = ledger.load(StaffMember, staff_id)
    member.withdraw(cause)
    claims = ClaimChanges(release_owner=staff_id, release_kinds=(OFFICER_ID_NUMBER,))
    return ledger.commit(cause, member, claims=claims)


@repeatable
def enrol_passkey(
    ledger: CreditLedger, cause: Cause, staff_id: UUID, credential_id: str, public_key: str
) -> Appended:
    """Register the first credential, whose attestation was verified; a ticket brings no second one."""
    member = ledger.load(StaffMember, staff_id)
    member.require_granted()
    if member.passkeys:
        raise Refused(Reason.PASSKEY_INVALID)
    member.enrol_passkey(cause, credential_id, public_key)
    return ledger.commit(cause, member)


@use_case
def grant_first_administrator(ledger: CreditLedger, cause: Cause) -> UUID:
    """Grant one of two administrators from the console: four eyes need two people to begin with.

    One whose role was withdrawn makes room for another, so that nobody is locked out for good.

    Raises:
        Refused: two of them are in office.
    """
    in_office = 0
    for nth in count():
        member = ledger.find(StaffMember, _first_administrator(nth))
        if member is None:
            break
        in_office += member.status == "granted"
    if in_office >= MAX_FIRST_ADMINISTRATORS:
        raise Refused(Reason.ADMINISTRATORS_EXIST)
    member = StaffMember.propose(cause, _first_administrator(nth), "administrator")
    member.grant(replace(cause, actor=f"{cause.actor}/second"))
    ledger.commit(cause, member)
    return member.id


def _first_administrator(nth: int) -> UUID:
    """A fixed stream each, so that two consoles at once cannot grant one too many."""
    return id_of_command(UUID(int=nth), "first administrator")
