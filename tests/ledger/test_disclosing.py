"""Who may show a certificate (信用证书)."""

import pytest

from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.disclosures import issue_certificate_code
from tests.conftest import MovableClock
from tests.controls.people import cause, complete_worker, registered_worker


def test_a_certificate_needs_a_complete_registration(ledger: CreditLedger, clock: MovableClock) -> None:
    # given a worker who has only registered, and one whose registration is complete
    fresh, complete = registered_worker(ledger, clock), complete_worker(ledger, clock)
    # when both ask for a certificate
    code = issue_certificate_code(ledger, cause(clock, "person"), complete.subject)
    with pytest.raises(Refused) as refusal:
        issue_certificate_code(ledger, cause(clock, "person"), fresh.subject)
    # then only one gets it
    assert code
    assert refusal.value.reason is Reason.LETTER_NOT_IN_FORCE
