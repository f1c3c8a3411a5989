from collections.abc import Callable

import pytest

from domain.rejections import Reason
from domain.staff import StaffMember
from tests.controls import aggregates
from tests.controls.moments import (
    AINONG,
    BEIJIN,
    FIRST_ADMINISTRATOR,
    SECOND_ADMINISTRATOR,
    ZHAO,
    cause,
    refused,
)

FIRST_OPERATOR = "staff:first-operator"


def withdrawn() -> StaffMember:
    member = aggregates.officer()
    member.withdraw(cause())
    return member


def grant(member: StaffMember) -> None:
    member.grant(cause(actor=SECOND_ADMINISTRATOR))


def grant_alone(member: StaffMember) -> None:
    member.grant(cause(actor=FIRST_ADMINISTRATOR))


def enrol(member: StaffMember) -> None:
    member.enrol_passkey(cause(), "id", "key")


def propose_withdrawal(member: StaffMember) -> None:
    member.propose_withdrawal(cause(actor=FIRST_OPERATOR))


def confirm_withdrawal(member: StaffMember) -> None:
    member.confirm_withdrawal(cause(actor=FIRST_OPERATOR))


def operator() -> StaffMember:
    member = StaffMember.propose(cause(actor=FIRST_OPERATOR), ZHAO, "operator", AINONG)
    grant(member)
    return member


def with_withdrawal_proposed() -> StaffMember:
    member = operator()
    propose_withdrawal(member)
    return member


def withdraw(member: StaffMember) -> None:
    member.withdraw(cause())


def test_a_proposed_operator_belongs_to_an_enterprise_and_has_no_role_yet() -> None:
    operator = StaffMember.propose(cause(actor=FIRST_ADMINISTRATOR), ZHAO, "operator", AINONG)
    assert (operator.role, operator.enterprise_id, operator.status) == ("operator", AINONG, "proposed")


def test_a_second_administrator_grants_and_either_withdraws() -> None:
    # given a proposal
    member = aggregates.proposed_officer()
    # when another administrator grants it
    grant(member)
    member.require_granted()
    # then the first may withdraw it
    member.withdraw(cause(actor=FIRST_ADMINISTRATOR))
    assert member.status == "withdrawn"


def test_a_second_operator_withdraws_what_the_first_proposed() -> None:
    # given an operator whose withdrawal a colleague proposed
    member = with_withdrawal_proposed()
    member.require_granted()
    # when another one agrees, then the role is gone
    member.confirm_withdrawal(cause(actor="staff:second-operator"))
    assert member.status == "withdrawn"


def test_a_proposal_is_turned_down_by_its_withdrawal_and_granted_to_nobody() -> None:
    member = aggregates.proposed_officer()
    withdraw(member)
    with refused(Reason.GRANT_NOT_PROPOSED):
        grant(member)


@pytest.mark.parametrize("given", [aggregates.officer, operator])
def test_an_operator_decides_about_colleagues_of_the_same_enterprise_only(
    given: Callable[[], StaffMember],
) -> None:
    with refused(Reason.NOT_FOUND):
        given().require_operator_of(BEIJIN)


def test_a_member_can_enrol_several_passkeys() -> None:
    member = aggregates.officer()
    member.enrol_passkey(cause(), "one", "key-1")
    member.enrol_passkey(cause(), "two", "key-2")
    assert member.passkeys == {"one": "key-1", "two": "key-2"}


@pytest.mark.parametrize(
    ("given", "when", "reason"),
    [
        (aggregates.proposed_officer, grant_alone, Reason.SECOND_ADMINISTRATOR_NEEDED),
        (aggregates.officer, grant, Reason.GRANT_NOT_PROPOSED),
        (withdrawn, grant, Reason.GRANT_NOT_PROPOSED),
        (aggregates.proposed_officer, enrol, Reason.GRANT_NOT_IN_FORCE),
        (withdrawn, enrol, Reason.GRANT_NOT_IN_FORCE),
        (withdrawn, withdraw, Reason.GRANT_NOT_IN_FORCE),
        (withdrawn, propose_withdrawal, Reason.GRANT_NOT_IN_FORCE),
        (withdrawn, confirm_withdrawal, Reason.GRANT_NOT_IN_FORCE),
        (operator, confirm_withdrawal, Reason.WITHDRAWAL_NOT_PROPOSED),
        (with_withdrawal_proposed, propose_withdrawal, Reason.WITHDRAWAL_ALREADY_PROPOSED),
        (with_withdrawal_proposed, confirm_withdrawal, Reason.SECOND_OPERATOR_NEEDED),
    ],
)
def test_a_refusal_leaves_no_event(
    given: Callable[[], StaffMember], when: Callable[[StaffMember], None], reason: Reason
) -> None:
    member = given()
    before = len(member.pending_events)
    with refused(reason):
        when(member)
    assert len(member.pending_events) == before
