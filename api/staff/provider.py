"""Data providers: signed submissions; the signature is the sign-in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import status
from pydantic import BaseModel, Field

from api.http.act import Acting
from api.http.route import router
from api.http.schemas import DONE, Accepted
from domain.credit_record import RECORD_TYPES, RecordType
from ledger.record_contents import NAMES, SCHEMA_VERSION, schema_of
from ledger.use_cases.credit_records import Claims, submit_record

routes = router("provider")


def _signed_schema() -> dict[str, Any]:
    """The header and the claims inside the JWS, as JSON Schema writes them (2020-12 validation, 8.6)."""
    claims = Claims.model_json_schema()
    of_type = [{"type": {"const": kind}, "content": schema_of(kind)} for kind in RECORD_TYPES]
    payload = claims | {"oneOf": [{"properties": properties} for properties in of_type]}
    header = {"type": "object", "required": ["alg", "kid"]}
    return {
        "contentMediaType": "application/jwt",
        "contentSchema": {"type": "array", "prefixItems": [header, payload]},
    }


class SubmissionIn(BaseModel):
    """A credit record about a worker.

    `jws` is compact, EdDSA or ES256, with `kid`; its claims are `iss` (the provider's id), `aud` (our
    address), `type`, `reference`, `id_number`, `content`, and `corrects`, the reference of a former record,
    where it corrects one; no others. `GET /v1/credit-record-types` has the schema of each content.
    """

    provider_id: UUID
    jws: Annotated[str, Field(max_length=50_000, json_schema_extra=_signed_schema())]


class RecordTypeOut(BaseModel):
    """A record type; `content` is the JSON Schema (2020-12) of its content in this version."""

    type: RecordType
    name: str
    version: int
    content: dict[str, Any]


class RecordTypesOut(BaseModel):
    """All of them."""

    items: list[RecordTypeOut]


@routes.get("/credit-record-types")
async def record_types() -> RecordTypesOut:
    """What a record of each type says, as JSON Schema."""
    items = [
        RecordTypeOut(type=kind, name=NAMES[kind], version=SCHEMA_VERSION, content=schema_of(kind))
        for kind in RECORD_TYPES
    ]
    return RecordTypesOut(items=items)


@routes.post("/credit-records", status_code=status.HTTP_201_CREATED)
async def submit(act: Acting, submission: SubmissionIn) -> Accepted:
    """Submit a record; the same reference with the same content gets the same answer."""
    signed = act.as_actor(f"provider:{submission.provider_id}")
    await signed.run(submit_record, submission.provider_id, submission.jws, act.parts.public_url)
    return DONE
