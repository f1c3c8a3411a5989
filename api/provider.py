"""Data providers: signed submissions; the signature is the sign-in."""

from typing import Annotated
from uuid import UUID

from fastapi import status
from pydantic import BaseModel, Field

from api.act import Acting
from api.route import router
from api.schemas import DONE, Accepted
from ledger.use_cases.credit_records import submit_record

routes = router("provider")


class SubmissionIn(BaseModel):
    """A credit record about a worker.

    `jws` is compact, EdDSA or ES256, with `kid`; its claims are `iss` (the provider's id), `aud` (our
    address), `type`, `reference`, `id_number`, `content`.
    """

    provider_id: UUID
    jws: Annotated[str, Field(max_length=50_000)]


@routes.post("/credit-records", status_code=status.HTTP_201_CREATED)
async def submit(act: Acting, submission: SubmissionIn) -> Accepted:
    """Submit a record; the same reference with the same content gets the same answer."""
    signed = act.as_actor(f"provider:{submission.provider_id}")
    await signed.run(submit_record, submission.provider_id, submission.jws, act.parts.public_url)
    return DONE
