"""Staff roles with four eyes, and the registration of providers and kiosks."""

from uuid import UUID

from domain.enterprise import Enterprise
from domain.event import Cause
from domain.kiosk import Kiosk
from domain.provider import Provider
from domain.rejections import Reason
from domain.staff import StaffMember
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case


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
    """Register a credential whose attestation was verified."""
    member = ledger.load(StaffMember, staff_id)
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
