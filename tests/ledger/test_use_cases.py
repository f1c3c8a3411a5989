"""The ledger's commands on a real Postgres."""

from uuid import uuid4

import pytest

from domain.event import Cause
from domain.identifiers import IdNumber, MobileNumber, PersonName
from domain.rejections import Reason, Refused
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.accounts import Registration, register
from projections.catalogue import followers
from projections.runner import catch_up
from tests.conftest import MovableClock
from tests.controls.accounts import cancel_account

WANG = Registration(
    "worker",
    PersonName.parse("王芳"),
    IdNumber.parse("11010519491231002X"),
    MobileNumber.parse("13800138000"),
)


def test_a_phone_can_be_registered_anew_only_after_cancellation(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a registered worker
    subject, _ = register(ledger, Cause(clock(), "person:new", uuid4()), WANG)
    # when somebody registers the same phone
    with pytest.raises(Refused) as refusal:
        register(ledger, Cause(clock(), "person:new", uuid4()), WANG)
    # then it is refused until the account is cancelled
    assert refusal.value.reason in (Reason.PHONE_TAKEN, Reason.ID_NUMBER_TAKEN)
    cancel_account(ledger, Cause(clock(), f"person:{subject}", uuid4()), subject)
    other, _ = register(ledger, Cause(clock(), "person:new", uuid4()), WANG)
    assert other != subject
    assert catch_up(followers(ledger)) > 0
