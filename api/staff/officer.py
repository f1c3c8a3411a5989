"""The officer's counter (核验员): confirming that the person there is who asked."""

from datetime import date
from typing import Annotated, Literal

from fastapi import status
from pydantic import BaseModel, Field, StringConstraints

from api.http.act import Acting
from api.http.route import router
from api.http.schemas import ShortText
from api.signing_in.presence import ProofStep
from domain.identifiers import IdNumber, PersonName
from domain.presence import PresenceProof
from domain.streams import local_day
from ledger.credit_ledger import CreditLedger
from ledger.gates.own_document import SeenDocument
from ledger.use_cases import presences

routes = router("officer")


class ConfirmationIn(BaseModel):
    """The code that the person shows, and what the officer reads from the document in their hands.

    `valid_until` is null where the document holds for ever (长期).
    """

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]
    name: Annotated[str, Field(max_length=100)]
    id_number: Annotated[str, Field(max_length=32)]
    document_kind: Literal["resident_id", "temporary_resident_id", "residence_permit", "permanent_residence"]
    document_authority: ShortText
    valid_until: date | None


class ConfirmationOut(BaseModel):
    """What was confirmed; nothing of the person."""

    purpose: ProofStep
    confirmations: int
    officers_needed: int


@routes.post("/officer/presence-confirmations", status_code=status.HTTP_201_CREATED)
async def confirm(act: Acting, seen: ConfirmationIn) -> ConfirmationOut:
    """Confirm that the person at the counter is who asked, by their own document; it is recorded."""
    before = await act.carried_out()
    if before:
        return _out(await act.read(CreditLedger.load_changed, PresenceProof, before))
    document = SeenDocument(
        kind=seen.document_kind,
        name=str(PersonName.parse(seen.name)),
        id_number=str(IdNumber.parse(seen.id_number, today=local_day(act.cause.at))),
        authority=seen.document_authority,
        valid_until=seen.valid_until,
    )
    proof, _ = await act.run(presences.confirm_presence, act.caller, seen.code, document)
    return _out(proof)


def _out(proof: PresenceProof) -> ConfirmationOut:
    return ConfirmationOut(
        purpose=proof.purpose,
        confirmations=len(proof.officers),
        officers_needed=proof.officers_needed,
    )
