"""Signed submissions of data providers: RFC 7515 compact JWS with EdDSA or ES256."""

import json
import warnings
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import import_key

from domain.credit_record import RECORD_TYPES, CreditRecord
from domain.event import Cause
from domain.identifiers import IdNumber, InvalidIdentifier
from domain.provider import Provider
from domain.rejections import Reason, Refused
from domain.worker import Worker
from ledger.credit_ledger import Appended, CreditLedger, repeatable

ALGORITHMS = ["Ed25519", "EdDSA", "ES256"]
"""`EdDSA` is the older name (RFC 8037) of what RFC 9864 calls `Ed25519`; providers send either."""
UNREADABLE = (JoseError, ValueError, RecursionError)
"""What the library raises for a bad JWS; its JSON may be nested deeper than the stack."""

warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a verified submission says.

    Attributes:
        id_number: the worker's.
        reference: the provider's own, unique with that provider.
        content: the record itself, by the schema of its type.
    """

    id_number: IdNumber
    record_type: str
    reference: str
    content: dict[str, Any]


def verify_jws(token: str, key: dict[str, str]) -> dict[str, Any]:
    """The claims of a compact JWS.

    Raises:
        Refused: it was not signed by that key, or holds no JSON object that can be written again.
    """
    try:
        payload = jws.deserialize_compact(token, import_key({**key}), algorithms=ALGORITHMS).payload
        claims = json.loads(payload)
        json.dumps(claims, allow_nan=False, ensure_ascii=False).encode()  # half a surrogate, an infinity
    except UNREADABLE as error:
        raise Refused(Reason.SIGNATURE_INVALID) from error
    if not isinstance(claims, dict):
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

    The same reference with the same signed content is answered as before.

    Raises:
        Refused: unknown provider, key, worker or type, a wrong signature, no letter, another content.
    """
    provider = ledger.load(Provider, provider_id, missing=Reason.SIGNER_UNKNOWN)
    claims = verify_jws(token, provider.key(key_id_of(token)))
    submission = _submission(claims, provider_id, audience)
    provider.require_record_type(submission.record_type)
    subject = _worker_with_letter(ledger, submission.id_number)
    stream = CreditRecord.stream_for(subject, provider_id, submission.reference)
    before = ledger.find(CreditRecord, stream)
    if before:
        before.require_same(token.rpartition(".")[0])
        return ledger.positions_of(stream)
    record = CreditRecord.submit(
        cause,
        subject_id=subject,
        provider_id=provider_id,
        record_type=submission.record_type,
        reference=submission.reference,
        jws=token,
    )
    return ledger.commit(cause, record)


def _submission(claims: dict[str, Any], provider_id: UUID, audience: str) -> Submission:
    if claims.get("aud") != audience or claims.get("iss") != str(provider_id):
        raise Refused(Reason.SIGNATURE_INVALID, field="aud")
    record_type, reference, content = (claims.get(name) for name in ("type", "reference", "content"))
    if record_type not in RECORD_TYPES or not isinstance(reference, str) or not isinstance(content, dict):
        raise Refused(Reason.SUBMISSION_INVALID, field="content")
    try:
        id_number = IdNumber.parse(str(claims.get("id_number")))
    except InvalidIdentifier as error:
        raise Refused(Reason.WORKER_UNKNOWN, field="id_number") from error
    return Submission(id_number, record_type, reference, content)


def _worker_with_letter(ledger: CreditLedger, id_number: IdNumber) -> UUID:
    with ledger.pool.connection() as connection:
        subject = ledger.blind_index.find_owner(connection, "id_number", str(id_number))
    if subject is None:
        raise Refused(Reason.WORKER_UNKNOWN, field="id_number")
    worker = ledger.load(Worker, Worker.stream_for(subject), missing=Reason.WORKER_UNKNOWN)
    worker.require_letter_in_force()
    return subject


def content_of(record: CreditRecord) -> dict[str, Any]:
    """The content of a stored record; its signature was verified when it came in."""
    payload = jws.extract_compact(str(record.jws).encode()).payload
    content: dict[str, Any] = json.loads(payload)["content"]
    return content
