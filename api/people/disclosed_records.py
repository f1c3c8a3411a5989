"""What a consumer is shown, scope by scope."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from domain.account import Account
from domain.credit_record import RECORD_TYPES, CreditRecord
from domain.identifiers import IdNumber, PersonName
from domain.regions import province_of
from domain.rejections import Reason, Refused
from domain.streams import local_day
from domain.worker import Worker
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.credit_records import content_of
from ledger.use_cases.profiles import page_of
from projections.credit_records import records_of

DECLARED: Final = {
    "insurance": ("policies", ("insurer", "kind", "since", "until")),
    "training": (
        "courses",
        ("course", "institution", "completed_on", "certificate_number", "certificate_level"),
    ),
}
"""Of each page of the profile that is disclosed: its list, and of an entry what a household has to know."""


Records = Annotated[
    list[dict[str, Any]],
    Field(description="signed by providers; `GET /v1/credit-record-types` has the schema of the type"),
]
Declared = Annotated[
    list[dict[str, Any]],
    Field(
        description="the worker's own word, of the profile's page; fields as in `PUT /v1/me/profile/{page}`"
    ),
]


class BasicOut(BaseModel):
    """Who the worker is."""

    name: str
    id_number: Annotated[str, Field(description="masked")]
    sex: str
    birth_year: int
    native_province: str | None


class IdentityOut(BaseModel):
    """Whether a document has proven the identity, and the identity checks that providers signed."""

    verified: bool
    assurance: Annotated[
        Literal["web", "attested_app", "kiosk", "officer"] | None,
        Field(description="how far what verified it is trusted"),
    ]
    verified_on: Annotated[date | None, Field(description="the day in Asia/Shanghai")]
    records: Records


class DeclaredOut(BaseModel):
    """What providers have signed, beside what the worker says."""

    records: Records
    declared: Declared


class RecordsOut(BaseModel):
    """What is known for each approved scope; the others are absent, and an empty list is no record."""

    basic: BasicOut | None = None
    identity: IdentityOut | None = None
    tax: Records | None = None
    bank_credit: Records | None = None
    criminal_record: Records | None = None
    health: Records | None = None
    insurance: DeclaredOut | None = None
    training: DeclaredOut | None = None


def disclosed(ledger: CreditLedger, worker_id: UUID, scopes: Sequence[str]) -> RecordsOut:
    """The approved scopes with what is known for each; a scope without a record is an empty list.

    Raises:
        Refused: the worker cancelled the account in this moment.
    """
    if ledger.load(Account, worker_id).is_erased:
        raise Refused(Reason.SUBJECT_ERASED)
    shown: dict[str, Any] = {}
    for scope in scopes:
        if scope == "basic":
            shown[scope] = _basic(ledger, worker_id)
        elif scope == "identity":
            shown[scope] = _identity(ledger, worker_id)
        elif scope in DECLARED:
            shown[scope] = _declared_beside_records(ledger, worker_id, scope)
        else:
            shown[scope] = _records(ledger, worker_id, scope)
    return RecordsOut.model_validate(shown)


def _basic(ledger: CreditLedger, worker_id: UUID) -> dict[str, Any]:
    account = ledger.load(Account, worker_id)
    id_number = IdNumber.parse(str(account.id_number))
    native_place = page_of(ledger, worker_id, "basic").content.get("native_place")
    return {
        "name": str(PersonName.parse(str(account.name))),
        "id_number": id_number.masked(),
        "sex": id_number.sex.value,
        "birth_year": id_number.birth_date.year,
        "native_province": native_place and province_of(native_place),
    }


def _declared_beside_records(ledger: CreditLedger, worker_id: UUID, scope: str) -> dict[str, Any]:
    """What providers have signed, and what the worker says: nobody takes one for the other."""
    field, shown = DECLARED[scope]
    content = page_of(ledger, worker_id, scope).content
    declared = [{name: said.get(name) for name in shown} for said in content.get(field, [])]
    return {"records": _records(ledger, worker_id, scope), "declared": declared}


def _identity(ledger: CreditLedger, worker_id: UUID) -> dict[str, Any]:
    worker = ledger.load(Worker, Worker.stream_for(worker_id))
    verified_at = worker.identity_verified_at
    return {
        "verified": verified_at is not None,
        "assurance": worker.identity_assurance,
        "verified_on": local_day(verified_at).isoformat() if verified_at else None,
        "records": _records(ledger, worker_id, "identity"),
    }


def _records(ledger: CreditLedger, worker_id: UUID, scope: str) -> list[dict[str, Any]]:
    if scope not in RECORD_TYPES:
        return []
    with ledger.pool.connection() as connection:
        streams = records_of(connection, worker_id, [scope])
    current = (_last_correction(ledger, stream) for stream in streams)
    return [content_of(record) for record in {record.id: record for record in current}.values()]


def _last_correction(ledger: CreditLedger, stream: UUID) -> CreditRecord:
    """The end of a record's chain of corrections, from the log: the view may not have heard of it yet."""
    record = ledger.load(CreditRecord, stream)
    return _last_correction(ledger, record.superseded_by) if record.superseded_by else record
