"""Staff roles with four eyes."""

from uuid import uuid4

from domain.rejections import Reason
from domain.staff import StaffMember
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.operators import confirm_withdrawal, grant_operator, propose_withdrawal
from ledger.use_cases.staff import enrol_passkey, grant_role, propose_role, withdraw_role
from tests.conftest import MovableClock
from tests.controls.moments import FIRST_ADMINISTRATOR, SECOND_ADMINISTRATOR, refused
from tests.controls.people import cause, listed_enterprise


def test_a_role_is_proposed_granted_used_and_withdrawn(ledger: CreditLedger, clock: MovableClock) -> None:
    # given an operator whom one administrator proposed
    enterprise = listed_enterprise(ledger, clock)
    staff, _ = propose_role(ledger, cause(clock, FIRST_ADMINISTRATOR), "operator", enterprise)
    with refused(Reason.SECOND_ADMINISTRATOR_NEEDED):
        grant_role(ledger, cause(clock, FIRST_ADMINISTRATOR), staff)
    # when another grants it, a passkey is enrolled, and the role is withdrawn, each command twice
    granting, enrolling, withdrawing = (cause(clock, SECOND_ADMINISTRATOR) for _ in range(3))
    assert grant_role(ledger, granting, staff) == grant_role(ledger, granting, staff)
    first = enrol_passkey(ledger, enrolling, staff, "id", "key")
    assert enrol_passkey(ledger, enrolling, staff, "id", "key") == first
    assert withdraw_role(ledger, withdrawing, staff) == withdraw_role(ledger, withdrawing, staff)
    # then each stands once in the stream
    member = ledger.load(StaffMember, staff)
    assert (member.version, member.status, member.passkeys) == (4, "withdrawn", {"id": "key"})
    with refused(Reason.GRANT_NOT_IN_FORCE):
        enrol_passkey(ledger, cause(clock, "staff"), staff, "other", "key")


def test_an_operator_belongs_to_a_listed_enterprise(ledger: CreditLedger, clock: MovableClock) -> None:
    with refused(Reason.ENTERPRISE_UNKNOWN):
        propose_role(ledger, cause(clock, FIRST_ADMINISTRATOR), "operator", uuid4())


def test_operators_invite_and_withdraw_colleagues_of_their_own_enterprise(
    ledger: CreditLedger, clock: MovableClock
) -> None:
    # given a colleague whom one operator invited
    enterprise, other = listed_enterprise(ledger, clock), listed_enterprise(ledger, clock)
    staff, _ = propose_role(ledger, cause(clock, "staff:one"), "operator", enterprise)
    with refused(Reason.SECOND_ADMINISTRATOR_NEEDED):
        grant_operator(ledger, cause(clock, "staff:one"), enterprise, staff)
    # when another one grants, and both withdraw again, each command twice
    steps = (
        (grant_operator, cause(clock, "staff:two")),
        (propose_withdrawal, cause(clock, "staff:two")),
        (confirm_withdrawal, cause(clock, "staff:one")),
    )
    for act, command in steps:
        with refused(Reason.NOT_FOUND):  # nobody decides about another enterprise's people
            act(ledger, cause(clock, "staff:two"), other, staff)
        assert act(ledger, command, enterprise, staff) == act(ledger, command, enterprise, staff)
    # then each stands once in the stream
    member = ledger.load(StaffMember, staff)
    assert (member.version, member.status) == (4, "withdrawn")


def test_nobody_is_granted_what_nobody_proposed(ledger: CreditLedger, clock: MovableClock) -> None:
    for act in (grant_role, withdraw_role):
        with refused(Reason.NOT_FOUND):
            act(ledger, cause(clock, SECOND_ADMINISTRATOR), uuid4())
