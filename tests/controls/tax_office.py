"""A registered tax office that signs in each allowed way, and submits by the use case."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from domain.credit_record import CreditRecord
from domain.provider import Provider
from ledger.clock import Clock
from ledger.credit_ledger import Appended, CreditLedger
from ledger.use_cases.credit_records import reference_mac, submit_record
from ledger.use_cases.registry import confirm, register_provider
from tests.controls.moments import FIRST_ADMINISTRATOR, SECOND_ADMINISTRATOR
from tests.controls.people import CompleteWorker, cause, complete_worker

US = "https://ledger.example"
PAID: dict[str, Any] = {"year": 2025, "paid": True}
OWING: dict[str, Any] = {"year": 2025, "paid": False}
KEYS: dict[str, OKPKey | ECKey] = {
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "Ed25519"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "EdDSA"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ES256"}),
}


@dataclass(frozen=True)
class TaxOffice:
    """A registered provider of tax records, and a worker whom they are about."""

    id: UUID
    worker: CompleteWorker

    def stream(self, ledger: CreditLedger, reference: str = "2026-1") -> UUID:
        mac = reference_mac(ledger, self.worker.subject, self.id, reference)
        return CreditRecord.stream_for(self.worker.subject, self.id, mac)

    def sign(self, algorithm: str = "Ed25519", kid: str | None = None, **claims: Any) -> str:
        says = {
            "aud": US,
            "iss": str(self.id),
            "id_number": str(self.worker.person.id_number),
            "type": "tax",
            "reference": "2026-1",
            "content": PAID,
        }
        header = {"alg": algorithm, "kid": kid or algorithm}
        payload = json.dumps(says | claims, ensure_ascii=False)
        return jws.serialize_compact(header, payload, KEYS[algorithm], algorithms=[algorithm])


def tax_office(ledger: CreditLedger, clock: Clock) -> TaxOffice:
    """Registered by two administrators, with a key for each algorithm."""
    public = {kid: key.as_dict(private=False) for kid, key in KEYS.items()}
    keys: Any = {kid: {name: str(value) for name, value in key.items()} for kid, key in public.items()}
    return TaxOffice(registered_with(ledger, clock, keys), complete_worker(ledger, clock))


def registered_with(ledger: CreditLedger, clock: Clock, keys: Any) -> UUID:
    provider, _ = register_provider(ledger, cause(clock, FIRST_ADMINISTRATOR), "税务局", ["tax"], keys)
    confirm(ledger, cause(clock, SECOND_ADMINISTRATOR), Provider, provider)
    return provider


def submit(ledger: CreditLedger, clock: Clock, office: TaxOffice, token: str) -> Appended:
    return submit_record(ledger, cause(clock, f"provider:{office.id}"), office.id, token, US)
