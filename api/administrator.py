"""Administration: staff roles with four eyes, providers and kiosks."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import status
from fastapi.concurrency import run_in_threadpool
from joserfc.errors import JoseError
from joserfc.jwk import import_key
from pydantic import BaseModel, Field, model_validator

from api.act import Acting
from api.route import router
from api.schemas import DONE, Accepted, GrantOut, ProposalOut, ShortText
from ledger.tickets import STAFF_GRANT, STAFF_PROPOSAL
from ledger.use_cases import staff

routes = router("administration")

StaffRole = Literal["operator", "regulator", "editor", "officer", "administrator", "custodian"]
RecordType = Literal["tax", "bank_credit", "identity", "criminal_record", "insurance", "health"]


SHAPES = (("OKP", "Ed25519", False), ("EC", "P-256", True))
"""Type, curve, and whether there is a `y`."""
NO_KEY = "no public key of Ed25519 or P-256"


class PublicJwk(BaseModel):
    """A public key (RFC 7517): Ed25519 (`OKP`) or P-256 (`EC`); a private part is refused."""

    model_config = {"extra": "forbid"}

    kty: Literal["OKP", "EC"]
    crv: Literal["Ed25519", "P-256"]
    x: ShortText
    y: ShortText | None = None

    @model_validator(mode="after")
    def is_a_key(self) -> "PublicJwk":
        """A key that could never verify anything is refused here, not at its first signature."""
        if (self.kty, self.crv, self.y is not None) not in SHAPES:
            raise ValueError(NO_KEY)
        try:
            import_key({**self.as_dict()})
        except (JoseError, ValueError) as error:
            raise ValueError(NO_KEY) from error
        return self

    def as_dict(self) -> dict[str, str]:
        """The members that are there."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class ProposalIn(BaseModel):
    """A role for somebody; an operator belongs to one enterprise, nobody else to any."""

    role: StaffRole
    enterprise_id: UUID | None = None

    @model_validator(mode="after")
    def operators_have_an_enterprise(self) -> "ProposalIn":
        """An operator without an enterprise could do nothing; another role with one would be misread."""
        if (self.role == "operator") != (self.enterprise_id is not None):
            msg = "an operator, and nobody else, has an enterprise"
            raise ValueError(msg)
        return self


class ProviderIn(BaseModel):
    """A data provider (数据提供方), its record types and its public keys by `kid`."""

    name: ShortText
    record_types: Annotated[list[RecordType], Field(min_length=1)]
    keys: Annotated[dict[ShortText, PublicJwk], Field(min_length=1, max_length=10)]


class KioskIn(BaseModel):
    """A terminal (身份核验终端) and its public key."""

    site: ShortText
    public_key: PublicJwk


class RegisteredOut(BaseModel):
    """The id of what was registered."""

    id: UUID


@routes.post("/staff", status_code=status.HTTP_201_CREATED)
async def propose(act: Acting, proposal: ProposalIn) -> ProposalOut:
    """Propose a staff role; a second administrator must grant it."""
    staff_id, _ = await act.run(staff.propose_role, proposal.role, proposal.enterprise_id)
    half = act.parts.ledger.tickets.issue(STAFF_PROPOSAL, staff_id, act.cause.at)
    return ProposalOut(staff_id=staff_id, enrolment_token_half=half)


@routes.post("/staff/{staff_id}/grant")
async def grant(act: Acting, staff_id: UUID) -> GrantOut:
    """Grant a role that another administrator proposed; each gives the person half of the enrolment token."""
    await act.run(staff.grant_role, staff_id)
    return GrantOut(enrolment_token_half=act.parts.ledger.tickets.issue(STAFF_GRANT, staff_id, act.cause.at))


@routes.post("/staff/{staff_id}/withdrawal")
async def withdraw(act: Acting, staff_id: UUID) -> Accepted:
    """Withdraw a role; its sessions end at once."""
    await act.run(staff.withdraw_role, staff_id)
    await run_in_threadpool(act.parts.sessions.revoke_all, act.cause.at, staff_id)
    return DONE


@routes.post("/providers", status_code=status.HTTP_201_CREATED)
async def register_provider(act: Acting, provider: ProviderIn) -> RegisteredOut:
    """Register a data provider."""
    keys = {kid: key.as_dict() for kid, key in provider.keys.items()}
    provider_id, _ = await act.run(staff.register_provider, provider.name, list(provider.record_types), keys)
    return RegisteredOut(id=provider_id)


@routes.post("/kiosks", status_code=status.HTTP_201_CREATED)
async def register_kiosk(act: Acting, kiosk: KioskIn) -> RegisteredOut:
    """Register a terminal."""
    kiosk_id, _ = await act.run(staff.register_kiosk, kiosk.site, kiosk.public_key.as_dict())
    return RegisteredOut(id=kiosk_id)
