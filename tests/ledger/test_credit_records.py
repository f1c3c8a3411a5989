"""Signed submissions of data providers."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from domain.credit_record import CreditRecord
from domain.rejections import Reason
from ledger.credit_ledger import CreditLedger
from ledger.use_cases.credit_records import content_of, submit_record
from ledger.use_cases.staff import register_provider
from ledger.use_cases.verification import revoke_letter
from tests.conftest import MovableClock
from tests.controls.moments import refused
from tests.controls.people import CompleteWorker, cause, complete_worker, registered_worker

US = "https://ledger.example"
KEYS: dict[str, OKPKey | ECKey] = {
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "Ed25519"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "EdDSA"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ES256"}),
}


@dataclass(frozen=True)
class TaxOffice:
    """A registered provider that signs."""

    id: UUID
    worker: CompleteWorker

    def sign(self, algorithm: str = "Ed25519", kid: str | None = None, **claims: Any) -> str:
        says = {
            "aud": US,
            "iss": str(self.id),
            "id_number": str(self.worker.person.id_number),
            "type": "tax",
            "reference": "2026-1",
            "content": {"status": "正常"},
        }
        header = {"alg": algorithm, "kid": kid or algorithm}
        payload = json.dumps(says | claims, ensure_ascii=False)
        return jws.serialize_compact(header, payload, KEYS[algorithm], algorithms=[algorithm])


@pytest.fixture
def office(ledger: CreditLedger, clock: MovableClock) -> TaxOffice:
    public = {kid: key.as_dict(private=False) for kid, key in KEYS.items()}
    keys: Any = {kid: {name: str(value) for name, value in key.items()} for kid, key in public.items()}
    provider, _ = register_provider(ledger, cause(clock, "staff:a"), "税务局", ["tax"], keys)
    return TaxOffice(provider, complete_worker(ledger, clock))


def _submit(ledger: CreditLedger, clock: MovableClock, office: TaxOffice, token: str) -> object:
    return submit_record(ledger, cause(clock, f"provider:{office.id}"), office.id, token, US)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # providers still send the older name
@pytest.mark.parametrize("algorithm", KEYS)
def test_a_signed_record_is_kept_as_received(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, algorithm: str
) -> None:
    token = office.sign(algorithm)
    _submit(ledger, clock, office, token)
    stream = CreditRecord.stream_for(office.worker.subject, office.id, "2026-1")
    record = ledger.load(CreditRecord, stream)
    assert (record.jws, content_of(record)) == (token, {"status": "正常"})


def test_the_same_reference_has_the_same_answer_and_no_other_content(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record with a signature that differs each time
    first = _submit(ledger, clock, office, office.sign("ES256"))
    # when it comes again, signed anew, then the answer is the same
    assert _submit(ledger, clock, office, office.sign("ES256")) == first
    # and other content under that reference is refused
    with refused(Reason.REFERENCE_REUSED):
        _submit(ledger, clock, office, office.sign("ES256", content={"status": "欠税"}))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://elsewhere.example"}, Reason.SIGNATURE_INVALID),
        ({"iss": "somebody"}, Reason.SIGNATURE_INVALID),
        ({"type": "salary"}, Reason.SUBMISSION_INVALID),
        ({"type": "health"}, Reason.SIGNER_UNKNOWN),
        ({"reference": 7}, Reason.SUBMISSION_INVALID),
        ({"content": "text"}, Reason.SUBMISSION_INVALID),
        ({"id_number": "11010519491231002Y"}, Reason.WORKER_UNKNOWN),
        ({"id_number": "440524188001010014"}, Reason.WORKER_UNKNOWN),
        ({"kid": "unknown"}, Reason.SIGNER_UNKNOWN),
    ],
    ids=lambda value: str(getattr(value, "code", value)),
)
def test_a_submission_that_is_not_right_is_refused(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, claims: dict[str, Any], reason: Reason
) -> None:
    before = ledger.event_log.heads()
    with refused(reason):
        _submit(ledger, clock, office, office.sign(**claims))
    assert ledger.event_log.heads() == before


def test_what_the_provider_did_not_sign_is_refused(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    token = office.sign()
    head, payload, signature = token.split(".")
    other_payload = office.sign(content={"status": "欠税"}).split(".")[1]
    unsigned_head = urlsafe_b64encode(b'{"alg":"none","kid":"Ed25519"}').rstrip(b"=").decode()
    for forged in (
        f"{head}.{other_payload}.{signature}",
        f"{unsigned_head}.{payload}.",
        "no token",
        "",
        office.sign("ES256", kid="Ed25519"),
    ):
        with refused(Reason.SIGNATURE_INVALID):
            _submit(ledger, clock, office, forged)


@pytest.mark.parametrize("value", ['"\\ud800"', "NaN", "1e999"])
def test_what_no_answer_could_ever_show_is_refused(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, value: str
) -> None:
    # given a content that Python reads and nobody can write as JSON
    says = {"aud": US, "iss": str(office.id), "type": "tax", "reference": "2026-1"}
    payload = json.dumps(says | {"id_number": str(office.worker.person.id_number)})
    payload = f'{payload[:-1]}, "content": {{"status": {value}}}}}'
    header = {"alg": "Ed25519", "kid": "Ed25519"}
    token = jws.serialize_compact(header, payload, KEYS["Ed25519"], algorithms=["Ed25519"])
    # when it is submitted, then it is refused, and no later look at the worker's records fails
    with refused(Reason.SIGNATURE_INVALID):
        _submit(ledger, clock, office, token)


def test_a_worker_without_a_letter_in_force_has_no_records(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    revoke_letter(ledger, cause(clock, "person"), office.worker.subject)
    fresh = registered_worker(ledger, clock).person.id_number
    for token in (office.sign(), office.sign(id_number=str(fresh))):
        with refused(Reason.LETTER_NOT_IN_FORCE):
            _submit(ledger, clock, office, token)


def test_an_unknown_provider_submits_nothing(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    with refused(Reason.SIGNER_UNKNOWN):
        submit_record(ledger, cause(clock, "provider:x"), uuid4(), office.sign(), US)
