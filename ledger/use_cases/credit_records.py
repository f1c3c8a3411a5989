"""Signed submissions of data providers: RFC 7515 compact JWS with EdDSA or ES256."""

import hmac
import json
import warnings
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import import_key
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.credit_record import CreditRecord, RecordType
from domain.event import Cause
from domain.identifiers import IdNumber, InvalidIdentifier
from domain.letter import SignedLetter
from domain.provider import Provider
from domain.rejections import Reason, Refused
from domain.worker import Worker
from ledger.credit_ledger import NOTHING_APPENDED, Appended, CreditLedger, repeatable
from ledger.gates import letter as letter_gate
from ledger.gates.id_numbers import account_with
from ledger.record_contents import Text, field_of, require_content
from ledger.sealing.subject_keys import SubjectErased
from ledger.store.claims import ClaimChanges

ALGORITHMS = ["Ed25519", "EdDSA", "ES256"]
"""`EdDSA` is the older name (RFC 8037) of what RFC 9864 calls `Ed25519`; providers send either."""
Reference = Annotated[Text, StringConstraints(max_length=100)]
SIGNED = jws.JWSRegistry(algorithms=ALGORITHMS)
UNDERSTOOD_BY_NOBODY = {"crit", "b64"}
"""Header members that are refused: the library would take a payload that is not base64url (RFC 7797), which
`content_of` does not read.
"""
UNREADABLE = (JoseError, ValueError, TypeError, RecursionError)
"""What the library raises for a bad JWS: headers may be of any type, and nested deeper than the stack."""

warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a verified submission says.

    Attributes:
        id_number: the worker's.
        reference: the provider's own, unique with that provider.
        corrects: the reference of the record whose place this one takes.
    """

    id_number: IdNumber
    record_type: str
    reference: str
    corrects: str | None


class Claims(BaseModel):
    """What a provider signs; a claim too many is refused: a misspelt `corrects` would correct nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)

    iss: str
    aud: str
    type: RecordType
    reference: Annotated[Reference, Field(description="the provider's own, for one record for good")]
    id_number: Annotated[str, Field(description="the worker's")]
    content: dict[str, Any]
    corrects: Reference | None = None


def verify_jws(token: str, key: dict[str, str], registry: jws.JWSRegistry = SIGNED) -> dict[str, Any]:
    """The claims of a compact JWS; the `registry` has the algorithms and the sizes that are taken.

    Raises:
        Refused: it was not signed by that key, or holds no JSON object that can be written again.
    """
    try:
        signed = jws.deserialize_compact(token, import_key({**key}), registry=registry)
        claims = json.loads(signed.payload)
        json.dumps(claims, allow_nan=False, ensure_ascii=False).encode()  # half a surrogate, an infinity
    except UNREADABLE as error:
        raise Refused(Reason.SIGNATURE_INVALID) from error
    if not isinstance(claims, dict) or UNDERSTOOD_BY_NOBODY & signed.headers().keys():
        raise Refused(Reason.SIGNATURE_INVALID)
    return claims


def key_id_of(token: str) -> str:
    """The `kid` that a JWS names, not yet verified."""
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except UNREADABLE as error:
        raise Refused(Reason.SIGNATURE_INVALID) from error
    if not isinstance(kid, str):
        raise Refused(Reason.SIGNER_UNKNOWN, field="kid")
    return kid


@repeatable
def submit_record(
    ledger: CreditLedger, cause: Cause, provider_id: UUID, token: str, audience: str
) -> Appended:
    """Take over a signed record about a worker whose letter is in force.

    The same reference with the same payload is answered as before, also when the letter has ended since. A
    record that corrects another one of the provider's takes its place.

    Raises:
        Refused: unknown provider, key or type, a wrong signature, another content, nothing to correct, or
            nobody with that number whose letter is in force.
    """
    provider = ledger.load(Provider, provider_id, missing=Reason.SIGNER_UNKNOWN)
    said = verify_jws(token, provider.key(key_id_of(token)))
    submission = read_submission(provider, said, audience)
    worker = _worker_with(ledger, submission.id_number)
    subject = worker.subject_id
    mac = reference_mac(ledger, subject, provider_id, submission.reference)
    before = ledger.find(CreditRecord, CreditRecord.stream_for(subject, provider_id, mac))
    if before:
        before.require_same(token.split(".")[1])
        return ledger.find_appended(before.submitted_by_command) or NOTHING_APPENDED
    letter = _letter_in_force(ledger, cause, worker)
    record = CreditRecord.submit(
        cause,
        subject_id=subject,
        provider_id=provider_id,
        record_type=submission.record_type,
        reference_mac=mac,
        jws=token,
    )
    superseded = _superseded(ledger, cause, record, submission.corrects)
    claims = ClaimChanges(take=(letter_gate.needs(ledger, worker, letter),))
    with letter_gate.changing_letters():
        return ledger.commit(cause, record, *superseded, claims=claims)


def _superseded(
    ledger: CreditLedger, cause: Cause, correction: CreditRecord, corrects: str | None
) -> list[CreditRecord]:
    """The record that is corrected, if one is: it and its correction change in one append.

    Two corrections at once meet at its stream, so that one of them finds it corrected already.
    """
    if corrects is None:
        return []
    subject, provider_id = correction.subject_id, correction.provider_id
    mac = reference_mac(ledger, subject, provider_id, corrects)
    corrected = ledger.find(CreditRecord, CreditRecord.stream_for(subject, provider_id, mac))
    if corrected is None:
        raise Refused(Reason.CORRECTED_UNKNOWN, field="corrects")
    corrected.supersede(cause, correction)
    return [corrected]


def reference_mac(ledger: CreditLedger, subject: UUID, provider_id: UUID, reference: str) -> str:
    """A provider's reference as it enters a stream's id: HMAC-SHA256 under the worker's own key, in hex.

    Who has that key can read the reference anyway; once it is destroyed nobody can test a guess.

    Raises:
        Refused: the worker is being erased at this moment.
    """
    try:
        key = ledger.keys.get(subject)
    except SubjectErased as error:
        raise Refused(Reason.LETTER_NOT_IN_FORCE) from error
    return hmac.new(key, f"credit_record\x1f{provider_id}\x1f{reference}".encode(), sha256).hexdigest()


def read_submission(provider: Provider, claims: dict[str, Any], audience: str) -> Submission:
    """What the verified claims of a provider say, once all of it is as documented.

    Raises:
        Refused: another audience or issuer, a field that is missing, wrong or too many, a type that the
            provider was not granted, no ID number.
    """
    if claims.get("aud") != audience or claims.get("iss") != str(provider.id):
        raise Refused(Reason.SIGNATURE_INVALID, field="aud")
    try:
        said = Claims.model_validate(claims)
    except ValidationError as error:
        raise Refused(Reason.SUBMISSION_INVALID, field=field_of(error)) from None
    provider.require_record_type(said.type)
    require_content(said.type, json.dumps(said.content))
    try:
        id_number = IdNumber.parse(said.id_number)
    except InvalidIdentifier as error:
        raise Refused(Reason.WORKER_UNKNOWN, field="id_number") from error
    return Submission(id_number, said.type, said.reference, said.corrects)


def _worker_with(ledger: CreditLedger, id_number: IdNumber) -> Worker:
    """The worker with a number.

    Raises:
        Refused: there is none, which a provider must not tell from a worker without a letter: who has
            authorized nothing is not known to it.
    """
    account = account_with(ledger, str(id_number))
    if account is None:
        raise Refused(Reason.LETTER_NOT_IN_FORCE)
    return ledger.load(Worker, Worker.stream_for(account.id), missing=Reason.LETTER_NOT_IN_FORCE)


def _letter_in_force(ledger: CreditLedger, cause: Cause, worker: Worker) -> SignedLetter:
    """The letter under which records are collected; one whose text no longer counts is none, either."""
    letter = worker.require_letter_in_force()
    if ledger.letters.is_outdated(letter.version, cause.at):
        raise Refused(Reason.LETTER_NOT_IN_FORCE)
    return letter


def content_of(record: CreditRecord) -> dict[str, Any]:
    """The content of a stored record; its signature was verified when it came in."""
    payload = jws.extract_compact(str(record.jws).encode()).payload
    content: dict[str, Any] = json.loads(payload)["content"]
    return content
