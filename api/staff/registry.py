"""The registry of data providers (数据提供方), kiosks (身份核验终端) and certified readers (认证读卡机具)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import status
from joserfc.jwk import import_key
from pydantic import BaseModel, Field, StringConstraints

from api.http.act import Act, Acting
from api.http.paging import CursorText, Limit, Page, cursor_after, read_cursor
from api.http.route import router
from api.http.schemas import DONE, Accepted, ShortText
from api.staff.public_key import PublicJwk
from domain.credit_record import RecordType
from domain.kiosk import CERTIFIED_READER, KIOSK, Kiosk
from domain.provider import Provider
from ledger.use_cases import registry
from projections import signers
from projections.signers import SignerRow

routes = router("registry")

KeyName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,64}$"), Field(description="`kid`; it stands in URLs")
]
KIOSK_KINDS = (KIOSK, CERTIFIED_READER)
KioskKind = Annotated[
    Literal["kiosk", "certified_reader"],
    Field(description="`certified_reader` 认证读卡机具 proves the card alone; a `kiosk` has a camera, too"),
]
RecordTypes = Annotated[list[RecordType], Field(min_length=1, max_length=6)]


class ProviderIn(BaseModel):
    """A data provider, its record types and its public keys by `kid`."""

    name: ShortText
    record_types: RecordTypes
    keys: Annotated[dict[KeyName, PublicJwk], Field(min_length=1, max_length=10)]


class KioskIn(BaseModel):
    """A terminal and its first public key, whose `kid` is `1`."""

    kind: KioskKind = "kiosk"
    site: ShortText
    public_key: PublicJwk


class KeyIn(BaseModel):
    """A further public key."""

    kid: KeyName
    public_key: PublicJwk


class RecordTypesIn(BaseModel):
    """All record types that the provider may submit from now on."""

    record_types: RecordTypes


class RegisteredOut(BaseModel):
    """The id of what was registered."""

    id: UUID


class KeyOut(BaseModel):
    """A key with its RFC 7638 thumbprint, by which two people compare it."""

    kid: str
    status: Annotated[
        Literal["proposed", "in_force", "retired"],
        Field(description="`proposed` waits for a second administrator; it can be retired, too"),
    ]
    public_key: Annotated[dict[str, str], Field(description="JWK")]
    thumbprint: str
    proposed_by: Annotated[str, Field(description="`staff:<id>`")]
    since: Annotated[datetime, Field(description="when it was registered or added")]


class SignerOut(BaseModel):
    """What a provider and a kiosk have in common."""

    id: UUID
    status: Annotated[
        Literal["proposed", "in_force", "withdrawn"],
        Field(description="`proposed` waits for a second administrator; its keys sign nothing before"),
    ]
    registered_by: Annotated[str, Field(description="`staff:<id>`")]
    registered_at: datetime
    keys: list[KeyOut]


class ProviderOut(SignerOut):
    """A data provider; `proposed_record_types` wait for a second administrator."""

    name: str
    record_types: list[str]
    proposed_record_types: list[str]


class KioskOut(SignerOut):
    """A terminal."""

    kind: KioskKind
    site: str


@routes.get("/providers")
async def providers(act: Acting, cursor: CursorText = None, limit: Limit = 50) -> Page[ProviderOut]:
    """The data providers with their record types and keys, also those that were withdrawn."""
    rows, following = await _listed(act, ("provider",), cursor, limit)
    items = [
        ProviderOut(
            name=row.label,
            record_types=row.record_types,
            proposed_record_types=row.proposed_record_types,
            **_common(row),
        )
        for row in rows
    ]
    return Page(items=items, next=following)


@routes.post("/providers", status_code=status.HTTP_201_CREATED)
async def register_provider(act: Acting, provider: ProviderIn) -> RegisteredOut:
    """Register a data provider; a second administrator must confirm it."""
    keys = {kid: key.as_dict() for kid, key in provider.keys.items()}
    types = list(dict.fromkeys(provider.record_types))
    provider_id, _ = await act.run(registry.register_provider, provider.name, list[str](types), keys)
    return RegisteredOut(id=provider_id)


@routes.post("/providers/{provider_id}/confirmation")
async def confirm_provider(act: Acting, provider_id: UUID) -> Accepted:
    """Confirm a provider that another administrator registered."""
    await act.run(registry.confirm, Provider, provider_id)
    return DONE


@routes.post("/providers/{provider_id}/withdrawal")
async def withdraw_provider(act: Acting, provider_id: UUID) -> Accepted:
    """Withdraw a provider at once and for good; its records stay."""
    await act.run(registry.withdraw, Provider, provider_id)
    return DONE


@routes.post("/providers/{provider_id}/keys", status_code=status.HTTP_201_CREATED)
async def add_provider_key(act: Acting, provider_id: UUID, key: KeyIn) -> Accepted:
    """Add a key beside those in force; a second administrator must confirm it."""
    await act.run(registry.add_key, Provider, provider_id, key.kid, key.public_key.as_dict())
    return DONE


@routes.post("/providers/{provider_id}/keys/{kid}/confirmation")
async def confirm_provider_key(act: Acting, provider_id: UUID, kid: KeyName) -> Accepted:
    """Confirm a key that another administrator added."""
    await act.run(registry.confirm_key, Provider, provider_id, kid)
    return DONE


@routes.post("/providers/{provider_id}/keys/{kid}/retirement")
async def retire_provider_key(act: Acting, provider_id: UUID, kid: KeyName) -> Accepted:
    """Retire a key at once; what it signed before and was taken over stays."""
    await act.run(registry.retire_key, Provider, provider_id, kid)
    return DONE


@routes.post("/providers/{provider_id}/record-types", status_code=status.HTTP_201_CREATED)
async def propose_record_types(act: Acting, provider_id: UUID, wanted: RecordTypesIn) -> Accepted:
    """Propose which record types a provider may submit; a second administrator must grant them."""
    types = list[str](dict.fromkeys(wanted.record_types))
    await act.run(registry.propose_record_types, provider_id, types)
    return DONE


@routes.post("/providers/{provider_id}/record-types/confirmation")
async def grant_record_types(act: Acting, provider_id: UUID, wanted: RecordTypesIn) -> Accepted:
    """Grant the record types that another administrator proposed; they are named again."""
    await act.run(registry.grant_record_types, provider_id, list[str](wanted.record_types))
    return DONE


@routes.get("/kiosks")
async def kiosks(act: Acting, cursor: CursorText = None, limit: Limit = 50) -> Page[KioskOut]:
    """The kiosks and certified readers with their keys, also those that were withdrawn."""
    rows, following = await _listed(act, KIOSK_KINDS, cursor, limit)
    items = [KioskOut.model_validate({"kind": row.kind, "site": row.label, **_common(row)}) for row in rows]
    return Page(items=items, next=following)


@routes.post("/kiosks", status_code=status.HTTP_201_CREATED)
async def register_kiosk(act: Acting, kiosk: KioskIn) -> RegisteredOut:
    """Register a kiosk or a certified reader; a second administrator must confirm it."""
    kiosk_id, _ = await act.run(registry.register_kiosk, kiosk.kind, kiosk.site, kiosk.public_key.as_dict())
    return RegisteredOut(id=kiosk_id)


@routes.post("/kiosks/{kiosk_id}/confirmation")
async def confirm_kiosk(act: Acting, kiosk_id: UUID) -> Accepted:
    """Confirm a terminal that another administrator registered."""
    await act.run(registry.confirm, Kiosk, kiosk_id)
    return DONE


@routes.post("/kiosks/{kiosk_id}/withdrawal")
async def withdraw_kiosk(act: Acting, kiosk_id: UUID) -> Accepted:
    """Withdraw a terminal at once and for good; its readings are refused from now on."""
    await act.run(registry.withdraw, Kiosk, kiosk_id)
    return DONE


@routes.post("/kiosks/{kiosk_id}/keys", status_code=status.HTTP_201_CREATED)
async def add_kiosk_key(act: Acting, kiosk_id: UUID, key: KeyIn) -> Accepted:
    """Add a key beside those in force; a second administrator must confirm it."""
    await act.run(registry.add_key, Kiosk, kiosk_id, key.kid, key.public_key.as_dict())
    return DONE


@routes.post("/kiosks/{kiosk_id}/keys/{kid}/confirmation")
async def confirm_kiosk_key(act: Acting, kiosk_id: UUID, kid: KeyName) -> Accepted:
    """Confirm a key that another administrator added."""
    await act.run(registry.confirm_key, Kiosk, kiosk_id, kid)
    return DONE


@routes.post("/kiosks/{kiosk_id}/keys/{kid}/retirement")
async def retire_kiosk_key(act: Acting, kiosk_id: UUID, kid: KeyName) -> Accepted:
    """Retire a key at once."""
    await act.run(registry.retire_key, Kiosk, kiosk_id, kid)
    return DONE


async def _listed(
    act: Act, kinds: Sequence[str], cursor: str | None, limit: int
) -> tuple[list[SignerRow], str | None]:
    after = read_cursor(cursor, UUID)
    rows = await act.query(signers.of_kinds, kinds, after[0] if after else None, limit)
    return rows, cursor_after(rows, limit, lambda last: [last.signer_id])


def _common(row: SignerRow) -> dict[str, Any]:
    return {
        "id": row.signer_id,
        "status": row.status,
        "registered_by": row.registered_by,
        "registered_at": row.registered_at,
        "keys": [_key(key) for key in row.keys],
    }


def _key(key: signers.KeyRow) -> KeyOut:
    public = json.loads(key.public_key)
    return KeyOut(
        kid=key.kid,
        status=key.status,
        public_key=public,
        thumbprint=import_key(public).thumbprint(),
        proposed_by=key.proposed_by,
        since=key.since,
    )
