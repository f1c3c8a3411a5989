"""Staff roles: proposed by one administrator, granted by another (four eyes), withdrawn by either.

Operators invite colleagues of their own enterprise in the same way; to withdraw one takes two of them, too.
"""

from typing import Self
from uuid import UUID

from domain.event import Cause, LedgerAggregate
from domain.rejections import Reason, Refused

STAFF_ROLES = ("operator", "regulator", "editor", "officer", "administrator", "custodian")


class StaffMember(LedgerAggregate):
    """A person of the platform's or an enterprise's staff; signs in with a passkey."""

    TOPIC = "jz.staff"

    class Created(LedgerAggregate.Created):
        """An administrator proposed the role."""

        TOPIC = "jz.staff.proposed"
        role: str
        enterprise_id: UUID | None
        proposed_by: str

    class Granted(LedgerAggregate.Event):
        """A second administrator granted it."""

        TOPIC = "jz.staff.granted"

        def apply(self, member: "StaffMember") -> None:
            """The role may be used once a passkey is enrolled."""
            member.status = "granted"

    class PasskeyEnrolled(LedgerAggregate.Event):
        """The member registered a WebAuthn credential; its public key is no secret."""

        TOPIC = "jz.staff.passkey_enrolled"
        credential_id: str
        public_key: str

        def apply(self, member: "StaffMember") -> None:
            """Sign-ins verify against this key."""
            member.passkeys[self.credential_id] = self.public_key

    class WithdrawalProposed(LedgerAggregate.Event):
        """An operator of the enterprise proposed that the role be withdrawn."""

        TOPIC = "jz.staff.withdrawal_proposed"
        proposed_by: str

        def apply(self, member: "StaffMember") -> None:
            """Somebody else must agree; until then the role is in force."""
            member.withdrawal_proposed_by = self.proposed_by

    class Withdrawn(LedgerAggregate.Event):
        """An administrator, or a second operator, withdrew the role."""

        TOPIC = "jz.staff.withdrawn"

        def apply(self, member: "StaffMember") -> None:
            """The role is gone for good; a new one is a new proposal."""
            member.status = "withdrawn"

    def __init__(self, role: str, enterprise_id: UUID | None, proposed_by: str) -> None:
        self.role = role
        self.proposed_by = proposed_by
        self.enterprise_id = enterprise_id
        self.status = "proposed"
        self.passkeys: dict[str, str] = {}
        self.withdrawal_proposed_by: str | None = None

    @classmethod
    def propose(cls, cause: Cause, staff_id: UUID, role: str, enterprise_id: UUID | None = None) -> Self:
        """Propose a role for somebody; an operator's enterprise is named."""
        return cls.begin(cause, staff_id, role=role, enterprise_id=enterprise_id, proposed_by=cause.actor)

    def grant(self, cause: Cause) -> None:
        """Grant a proposed role; nobody grants their own proposal."""
        if self.status != "proposed":
            raise Refused(Reason.GRANT_NOT_PROPOSED)
        if cause.actor == self.proposed_by:
            raise Refused(Reason.SECOND_ADMINISTRATOR_NEEDED)
        self.happen(self.Granted, cause)

    def enrol_passkey(self, cause: Cause, credential_id: str, public_key: str) -> None:
        """Register a credential; both values are base64url."""
        self.require_granted()
        self.happen(self.PasskeyEnrolled, cause, credential_id=credential_id, public_key=public_key)

    def withdraw(self, cause: Cause) -> None:
        """Withdraw the role, or turn down the proposal of one."""
        if self.status == "withdrawn":
            raise Refused(Reason.GRANT_NOT_IN_FORCE)
        self.happen(self.Withdrawn, cause)

    def propose_withdrawal(self, cause: Cause) -> None:
        """Propose that the role be withdrawn."""
        self.require_granted()
        if self.withdrawal_proposed_by is not None:
            raise Refused(Reason.WITHDRAWAL_ALREADY_PROPOSED)
        self.happen(self.WithdrawalProposed, cause, proposed_by=cause.actor)

    def confirm_withdrawal(self, cause: Cause) -> None:
        """Withdraw the role as somebody else proposed."""
        self.require_granted()
        if self.withdrawal_proposed_by is None:
            raise Refused(Reason.WITHDRAWAL_NOT_PROPOSED)
        if cause.actor == self.withdrawal_proposed_by:
            raise Refused(Reason.SECOND_OPERATOR_NEEDED)
        self.happen(self.Withdrawn, cause)

    def require_operator_of(self, enterprise_id: UUID) -> None:
        """Refuse what operators may do with colleagues of their own enterprise only."""
        if self.role != "operator" or self.enterprise_id != enterprise_id:
            raise Refused(Reason.NOT_FOUND)

    def require_granted(self) -> None:
        """Refuse what only a member in office may do."""
        if self.status != "granted":
            raise Refused(Reason.GRANT_NOT_IN_FORCE)
