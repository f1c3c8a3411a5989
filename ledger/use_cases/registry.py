"""The registry of data providers and kiosks: registered with four eyes, keys replaced, withdrawn."""

from uuid import UUID

from domain.event import Cause
from domain.kiosk import Kiosk
from domain.provider import Provider
from domain.signing_keys import PublicKey
from domain.streams import id_of_command
from ledger.credit_ledger import Appended, CreditLedger, repeatable, use_case

Signer = type[Provider] | type[Kiosk]
"""Which of the two a command is about."""


@use_case
def register_provider(
    ledger: CreditLedger, cause: Cause, name: str, record_types: list[str], keys: dict[str, PublicKey]
) -> tuple[UUID, Appended]:
    """Register a data provider with its public keys, by `kid`; a second administrator must confirm it."""
    provider_id = id_of_command(cause.command_id, "provider")
    provider = Provider.register(cause, provider_id, name=name, record_types=record_types, keys=keys)
    return provider_id, ledger.commit(cause, provider)


@use_case
def register_kiosk(
    ledger: CreditLedger, cause: Cause, kind: str, site: str, public_key: PublicKey
) -> tuple[UUID, Appended]:
    """Register a kiosk or a certified reader with its public key; a second administrator must confirm it."""
    kiosk_id = id_of_command(cause.command_id, "kiosk")
    kiosk = Kiosk.register(cause, kiosk_id, kind=kind, site=site, public_key=public_key)
    return kiosk_id, ledger.commit(cause, kiosk)


@repeatable
def confirm(ledger: CreditLedger, cause: Cause, kind: Signer, signer_id: UUID) -> Appended:
    """Confirm a registration as a second administrator."""
    signer = ledger.load(kind, signer_id)
    signer.confirm(cause)
    return ledger.commit(cause, signer)


@repeatable
def add_key(
    ledger: CreditLedger, cause: Cause, kind: Signer, signer_id: UUID, kid: str, key: PublicKey
) -> Appended:
    """Add a public key beside those in force; a second administrator must confirm it."""
    signer = ledger.load(kind, signer_id)
    signer.add_key(cause, kid, key)
    return ledger.commit(cause, signer)


@repeatable
def confirm_key(ledger: CreditLedger, cause: Cause, kind: Signer, signer_id: UUID, kid: str) -> Appended:
    """Confirm a key as a second administrator."""
    signer = ledger.load(kind, signer_id)
    signer.confirm_key(cause, kid)
    return ledger.commit(cause, signer)


@repeatable
def retire_key(ledger: CreditLedger, cause: Cause, kind: Signer, signer_id: UUID, kid: str) -> Appended:
    """Retire a key at once."""
    signer = ledger.load(kind, signer_id)
    signer.retire_key(cause, kid)
    return ledger.commit(cause, signer)


@repeatable
def withdraw(ledger: CreditLedger, cause: Cause, kind: Signer, signer_id: UUID) -> Appended:
    """Withdraw a provider or a terminal at once."""
    signer = ledger.load(kind, signer_id)
    signer.withdraw(cause)
    return ledger.commit(cause, signer)


@repeatable
def propose_record_types(
    ledger: CreditLedger, cause: Cause, provider_id: UUID, record_types: list[str]
) -> Appended:
    """Propose which record types a provider may submit."""
    provider = ledger.load(Provider, provider_id)
    provider.propose_record_types(cause, record_types)
    return ledger.commit(cause, provider)


@repeatable
def grant_record_types(
    ledger: CreditLedger, cause: Cause, provider_id: UUID, record_types: list[str]
) -> Appended:
    """Grant the proposed record types as a second administrator."""
    provider = ledger.load(Provider, provider_id)
    provider.grant_record_types(cause, record_types)
    return ledger.commit(cause, provider)
