"""Receipts of disclosures, as both sides see them; they never hold what was shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from domain.identifiers import PersonName
from domain.personal import Sealed
from ledger.credit_ledger import CreditLedger
from ledger.sealing.fields import SealBroken, read_sealed
from projections.disclosures import ReceiptStep
from projections.worker_directory import find_people

Step = Literal["requested", "approved", "declined", "expired", "abandoned", "viewed", "ended", "scan_refused"]


class StepOut(BaseModel):
    """One thing that happened, and where the log holds it."""

    what: Step
    at: datetime
    scopes: Annotated[list[str], Field(description="asked for, approved or viewed; else empty")]
    because: Annotated[
        str,
        Field(description="of `declined` `refused` or `digits_wrong`, of `scan_refused` a problem's code"),
    ]
    position: str


class ReceiptOut(BaseModel):
    """A receipt; the names are masked, or `erased`. A refused scan has one step, and no disclosure."""

    disclosure_id: UUID
    worker_id: UUID
    worker_name: str
    consumer_id: UUID
    consumer_name: str
    steps: list[StepOut]


def receipt_out(ledger: CreditLedger, receipts: Sequence[Sequence[ReceiptStep]]) -> list[ReceiptOut]:
    """Receipts with the masked names of both sides."""
    parties = {party for steps in receipts for party in (steps[0].worker_id, steps[0].consumer_id)}
    names = masked_names(ledger, parties)
    return [_receipt(steps, names) for steps in receipts]


def masked_names(ledger: CreditLedger, people: set[UUID]) -> dict[UUID, str]:
    """The masked name of each, `erased` for those who are gone."""
    with ledger.pool.connection() as connection:
        found = find_people(connection, list(people))
    names = dict.fromkeys(people, "erased")
    for subject_id, person in found.items():
        name = read_sealed(ledger.keys, _own_name(subject_id, person.sealed_name))
        names[subject_id] = PersonName.parse(name).masked() if isinstance(name, str) else str(name)
    return names


def _own_name(subject_id: UUID, written: str) -> Sealed:
    """The sealed name of a person; a row that was rewritten does not bring something else to be opened."""
    sealed = Sealed.parse(written)
    if not sealed.address.endswith(f"/name/{subject_id}"):
        raise SealBroken(sealed.address)
    return sealed


def _receipt(steps: Sequence[ReceiptStep], names: dict[UUID, str]) -> ReceiptOut:
    first = steps[0]
    return ReceiptOut(
        disclosure_id=first.disclosure_id,
        worker_id=first.worker_id,
        worker_name=names[first.worker_id],
        consumer_id=first.consumer_id,
        consumer_name=names[first.consumer_id],
        steps=[
            StepOut(what=s.what, at=s.at, scopes=s.scopes, because=s.because, position=str(s.place))
            for s in steps
        ],
    )
