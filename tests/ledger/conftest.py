"""A prompt between a complete worker and a consumer."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from domain.disclosure import Disclosure
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.disclosures import issue_certificate_code, request_disclosure
from tests.conftest import MovableClock
from tests.controls.people import cause, complete_worker, registered_consumer
from tests.controls.tax_office import TaxOffice, tax_office


@dataclass(frozen=True)
class Scan:
    """A worker and a consumer with a prompt between them."""

    worker: UUID
    consumer: UUID
    disclosure: Disclosure

    @property
    def id(self) -> UUID:
        return self.disclosure.id

    @property
    def digits(self) -> str:
        return self.disclosure.digits

    @property
    def wrong_digits(self) -> str:
        return next(choice for choice in self.disclosure.choices if choice != self.digits)


@pytest.fixture
def code(ledger: CreditLedger, clock: MovableClock) -> str:
    """The certificate code of a complete worker."""
    worker = complete_worker(ledger, clock)
    return issue_certificate_code(ledger, cause(clock, "person"), worker.subject)


@pytest.fixture
def scan(ledger: CreditLedger, clock: MovableClock, code: str) -> Scan:
    consumer = registered_consumer(ledger, clock).subject
    disclosure, _ = request_disclosure(ledger, cause(clock, "person"), consumer, code, ["tax", "health"])
    return Scan(disclosure.subject_id, consumer, disclosure)


@pytest.fixture
def office(ledger: CreditLedger, clock: MovableClock) -> TaxOffice:
    return tax_office(ledger, clock)
