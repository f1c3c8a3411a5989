"""Shapes that several routers share."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.http.tokens import Tokens
from projections.employment import Status

EmploymentStatus = Annotated[
    Status,
    Field(
        description="`chosen` waits for the enterprise; `confirmed` is 在职 (`employed`) once the"
        " registration is complete, 离职 (`left`) while the check-in is overdue"
    ),
]
EntryKind = Literal["award", "penalty", "red_list", "black_list"]
"""奖励, 处罚, 红名单, 黑名单: what the public credit record of an enterprise holds."""
EnterpriseStatus = Literal["operating", "suspended", "struck_off"]
"""在营, 停业, 注销."""
Category = Literal["news", "policy", "notice"]
"""Of an announcement: 最新动态, 政策措施, 通知公告."""
PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""No control characters: no name has any, and Postgres keeps no text with a NUL."""
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]
PhoneText = Annotated[
    str, Field(max_length=32, description="mainland mobile number", examples=["13800138000"])
]
Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SmsCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(examples=["042917"])]
PasscodeText = Annotated[
    str, StringConstraints(min_length=6, max_length=32, pattern=PLAIN), Field(examples=["snow pear 27"])
]
Device = Annotated[
    str,
    Field(max_length=100, pattern=PLAIN, description="what the person signs in with", examples=["Pixel 9"]),
]


class TokensOut(BaseModel):
    """What a client keeps of its session; the refresh token rotates."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


class SignedIn(TokensOut):
    """The tokens of a session, and the device's own where the device was not known before."""

    device_token: Annotated[
        str | None, Field(description="told once; keep it for the next sign-in on this device")
    ] = None

    @classmethod
    def of(cls, tokens: Tokens, device_token: str | None) -> "SignedIn":
        """What the client gets."""
        return cls(**asdict(tokens), device_token=device_token)


class Registered(BaseModel):
    """A new account, signed in."""

    subject_id: UUID
    tokens: SignedIn


class ProposalOut(BaseModel):
    """The proposal, and the first half of the person's enrolment token."""

    staff_id: UUID
    enrolment_token_half: str


StaffRole = Literal["operator", "regulator", "editor", "officer", "administrator", "custodian"]


class StaffOut(BaseModel):
    """A member of staff, who is an id here; `proposed_by` and `withdrawal_proposed_by` are `staff:<id>`."""

    staff_id: UUID
    role: StaffRole
    enterprise_id: Annotated[UUID | None, Field(description="of an operator")]
    status: Literal["proposed", "granted", "withdrawn"]
    proposed_by: str
    proposed_at: datetime
    has_passkey: Annotated[bool, Field(description="whether the person can sign in")]
    withdrawal_proposed_by: str | None


class GrantOut(BaseModel):
    """The second half of the person's enrolment token; who proposed must not get it."""

    enrolment_token_half: str


class Accepted(BaseModel):
    """The command was carried out; `Ledger-Position` tells where its events lie."""

    done: Literal[True] = True


DONE = Accepted()
