"""Staff roles with four eyes, and the registration of providers and kiosks."""

from dataclasses import replace
from uuid import UUID

from domain.enterprise import Enterprise
from domain.event import Cause
from domain.kiosk import Kiosk
from domain.provider import Provider
from domain.rejections import Reason, Refused
from domain.staff import StaffMember
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case

MAX_FIRST_ADMINISTRATORS = 2


@use_case
def propose_role(
    ledger: CreditLedger, cause: Cause, role: str, enterprise_id: UUID | None = None
) -> tuple[UUID, Appended]:
    """Propose a role for somebody; an operator's enterprise must be listed."""
    if enterprise_id is not None:
        ledger.load(Enterprise, enterprise_id, missing=Reason.ENTERPRISE_UNKNOWN)
    staff_id = id_of_command(cause.command_id, "staff")
    member = StaffMember.propose(cause, staff_id, role, enterprise_id)
    return staff_id, ledger.commit(cause, member)


@repeatable
def grant_role(ledger: CreditLedger, cause: Cause, staff_id: UUID) -> Appended:
    """Grant a proposed role as a second administrator."""
    member = ledger.load(StaffMember, staff_id)
    member.grant(cause)
    return ledger.commit(cause, member)


@repeatable
def withdraw_role(ledger: CreditLedger, cause: Cause, staff_id: UUID) -> Appended:
    """Withdraw a role."""
    member = ledger.load(StaffMember, staff_id)
    member.withdraw(cause)
    return ledger.commit(cause, member)


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
def register_provider(
    ledger: CreditLedger, cause: Cause, name: str, record_types: list[str], keys: dict[str, dict[str, str]]
) -> tuple[UUID, Appended]:
    """Register a data provider with its public keys, by `kid`."""
    provider_id = id_of_command(cause.command_id, "provider")
    provider = Provider.register(cause, provider_id, name=name, record_types=record_types, keys=keys)
    return provider_id, ledger.commit(cause, provider)


@use_case
def register_kiosk(
    ledger: CreditLedger, cause: Cause, site: str, public_key: dict[str, str]
) -> tuple[UUID, Appended]:
    """Register a terminal with its public key."""
    kiosk_id = id_of_command(cause.command_id, "kiosk")
    kiosk = Kiosk.register(cause, kiosk_id, site=site, public_key=public_key)
    return kiosk_id, ledger.commit(cause, kiosk)


@use_case
def grant_first_administrator(ledger: CreditLedger, cause: Cause) -> UUID:
    """Grant one of the first two administrators from the console; four eyes need two people to begin with.

    Raises:
        Refused: there are two already.
    """
    for nth in range(MAX_FIRST_ADMINISTRATORS):
        staff_id = _first_administrator(nth)
        if ledger.find(StaffMember, staff_id) is None:
            member = StaffMember.propose(cause, staff_id, "administrator")
            member.grant(replace(cause, actor=f"{cause.actor}/second"))
            ledger.commit(cause, member)
            return staff_id
    raise Refused(Reason.ADMINISTRATORS_EXIST)


def _first_administrator(nth: int) -> UUID:
    """A fixed stream each, so that two consoles at once cannot grant a third."""
    return id_of_command(UUID(int=nth), "first administrator")
