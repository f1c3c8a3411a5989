"""Signed submissions of data providers."""

import json
from base64 import urlsafe_b64encode
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jws

from domain.credit_record import CreditRecord
from domain.provider import Provider
from domain.rejections import Reason
from ledger.credit_ledger import Appended, CreditLedger
from ledger.use_cases import credit_records
from ledger.use_cases.accounts import erase_subject
from ledger.use_cases.credit_records import content_of, submit_record
from ledger.use_cases.registry import (
    grant_record_types,
    propose_record_types,
    retire_key,
    withdraw,
)
from ledger.use_cases.verification import revoke_letter
from tests.conftest import MovableClock
from tests.controls.letters import NEW_TEXT_COUNTS, WITH_NEW_TEXT
from tests.controls.moments import FIRST_ADMINISTRATOR, SECOND_ADMINISTRATOR, refused
from tests.controls.people import cause, registered_worker
from tests.controls.races import at_full_width, race, refusals
from tests.controls.tax_office import KEYS, OWING, PAID, US, TaxOffice, submit


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # providers still send the older name
@pytest.mark.parametrize("algorithm", KEYS)
def test_a_signed_record_is_kept_as_received(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, algorithm: str
) -> None:
    token = office.sign(algorithm)
    submit(ledger, clock, office, token)
    record = ledger.load(CreditRecord, office.stream(ledger))
    assert (record.jws, content_of(record)) == (token, PAID)


def test_the_same_reference_has_the_same_answer_and_no_other_content(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record with a signature that differs each time
    first = submit(ledger, clock, office, office.sign("ES256"))
    # when it comes again, signed anew, then the answer is the same
    assert submit(ledger, clock, office, office.sign("ES256")) == first
    # and other content under that reference is refused
    with refused(Reason.REFERENCE_REUSED):
        submit(ledger, clock, office, office.sign("ES256", content=OWING))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://elsewhere.example"}, Reason.SIGNATURE_INVALID),
        ({"iss": "somebody"}, Reason.SIGNATURE_INVALID),
        ({"type": "salary"}, Reason.SUBMISSION_INVALID),
        ({"type": "health"}, Reason.SIGNER_UNKNOWN),
        ({"reference": 7}, Reason.SUBMISSION_INVALID),
        ({"content": "text"}, Reason.SUBMISSION_INVALID),
        ({"content": {"year": 2025}}, Reason.SUBMISSION_INVALID),
        ({"content": PAID | {"more": 1}}, Reason.SUBMISSION_INVALID),
        ({"correct": "2025-1"}, Reason.SUBMISSION_INVALID),
        ({"corrects": 7}, Reason.SUBMISSION_INVALID),
        ({"corrects": "2025-1"}, Reason.CORRECTED_UNKNOWN),
        ({"id_number": "11010519491231002Y"}, Reason.WORKER_UNKNOWN),
        ({"id_number": "440524188001010014"}, Reason.LETTER_NOT_IN_FORCE),
        ({"kid": "unknown"}, Reason.SIGNER_UNKNOWN),
    ],
    ids=lambda value: str(getattr(value, "code", value)),
)
def test_a_submission_that_is_not_right_is_refused(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, claims: dict[str, Any], reason: Reason
) -> None:
    before = ledger.event_log.heads()
    with refused(reason):
        submit(ledger, clock, office, office.sign(**claims))
    assert ledger.event_log.heads() == before


def test_what_the_provider_did_not_sign_is_refused(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    token = office.sign()
    head, payload, signature = token.split(".")
    other_payload = office.sign(content=OWING).split(".")[1]
    unsigned_head = urlsafe_b64encode(b'{"alg":"none","kid":"Ed25519"}').rstrip(b"=").decode()
    for forged in (
        f"{head}.{other_payload}.{signature}",
        f"{unsigned_head}.{payload}.",
        "no token",
        "",
        office.sign("ES256", kid="Ed25519"),
    ):
        with refused(Reason.SIGNATURE_INVALID):
            submit(ledger, clock, office, forged)


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
        submit(ledger, clock, office, token)


def test_a_worker_without_a_letter_in_force_has_no_records(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    revoke_letter(ledger, cause(clock, "person"), office.worker.subject)
    fresh = registered_worker(ledger, clock).person.id_number
    for token in (office.sign(), office.sign(id_number=str(fresh))):
        with refused(Reason.LETTER_NOT_IN_FORCE):
            submit(ledger, clock, office, token)


def test_a_record_that_was_taken_over_is_answered_as_before_when_the_letter_has_ended(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record whose answer was lost, and a letter that was revoked since
    first = submit(ledger, clock, office, office.sign())
    revoke_letter(ledger, cause(clock, "person"), office.worker.subject)
    # when it comes again, then it is answered as before, while no other content comes in under its reference
    assert submit(ledger, clock, office, office.sign()) == first
    with refused(Reason.REFERENCE_REUSED):
        submit(ledger, clock, office, office.sign(content=OWING))


@pytest.mark.parametrize("attempt", range(4))
def test_nothing_is_taken_over_after_the_revocation_in_any_race(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, attempt: int
) -> None:
    # given a provider that submits while the worker revokes
    at_full_width(ledger)
    submissions = [
        partial(submit, ledger, clock, office, office.sign(reference=f"2026-{n}")) for n in range(6)
    ]
    revoke = partial(revoke_letter, ledger, cause(clock, "person"), office.worker.subject)
    # when both happen at once
    outcomes = race(*submissions[:attempt], revoke, *submissions[attempt:])
    # then no record lies after the revocation
    places = [one.positions[0].number for one in outcomes if isinstance(one, Appended)]
    assert max(places) == outcomes[attempt].positions[0].number  # type: ignore[union-attr] # it revoked
    assert len(places) + refusals(outcomes).count("letter-not-in-force") == len(outcomes)


def test_the_letter_is_asked_for_in_the_append_itself(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a letter that is revoked after a submission has seen it and before it is appended
    supersede = credit_records._superseded

    def revoke_meanwhile(*seen: Any) -> Any:
        revoke_letter(ledger, cause(clock, "person"), office.worker.subject)
        return supersede(*seen)

    monkeypatch.setattr(credit_records, "_superseded", revoke_meanwhile)
    # when it is appended, then it is refused
    with refused(Reason.LETTER_NOT_IN_FORCE):
        submit(ledger, clock, office, office.sign())
    assert ledger.find(CreditRecord, office.stream(ledger)) is None


def test_a_letter_whose_text_no_longer_counts_is_not_in_force(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a worker who has not signed the new text, which counts by now
    ledger.letters = WITH_NEW_TEXT
    clock.now = NEW_TEXT_COUNTS
    # when a record comes, then the provider is told what it is told about anybody
    with refused(Reason.LETTER_NOT_IN_FORCE):
        submit(ledger, clock, office, office.sign())


def test_an_unknown_provider_submits_nothing(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    with refused(Reason.SIGNER_UNKNOWN):
        submit_record(ledger, cause(clock, "provider:x"), uuid4(), office.sign(), US)


def test_the_same_payload_under_a_new_key_is_the_same_submission(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record whose key was retired since
    first = submit(ledger, clock, office, office.sign("Ed25519"))
    retire_key(ledger, cause(clock, FIRST_ADMINISTRATOR), Provider, office.id, "Ed25519")
    # when it comes again under a key in force, then the answer is the same
    assert submit(ledger, clock, office, office.sign("ES256")) == first
    # and under the retired one it is refused
    with refused(Reason.KEY_RETIRED):
        submit(ledger, clock, office, office.sign("Ed25519"))


def test_a_retired_key_or_a_withdrawn_provider_leaves_what_was_taken_over(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a record
    submit(ledger, clock, office, office.sign())
    # when the provider is withdrawn
    retire_key(ledger, cause(clock, FIRST_ADMINISTRATOR), Provider, office.id, "Ed25519")
    withdraw(ledger, cause(clock, FIRST_ADMINISTRATOR), Provider, office.id)
    # then it submits nothing more, and the record can be read as before
    with refused(Reason.SIGNER_WITHDRAWN):
        submit(ledger, clock, office, office.sign("ES256", reference="2026-2"))
    assert content_of(ledger.load(CreditRecord, office.stream(ledger))) == PAID


def test_a_provider_submits_the_types_that_it_was_granted_last(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a provider whose types two administrators changed
    propose_record_types(ledger, cause(clock, FIRST_ADMINISTRATOR), office.id, ["health"])
    grant_record_types(ledger, cause(clock, SECOND_ADMINISTRATOR), office.id, ["health"])
    # then the former type is refused, the new one taken over
    with refused(Reason.SIGNER_UNKNOWN):
        submit(ledger, clock, office, office.sign())
    fit = {"result": "fit", "examined_on": "2026-02-28"}
    assert submit(ledger, clock, office, office.sign(type="health", content=fit)).positions


def test_a_reference_cannot_be_guessed_from_the_stream_without_the_worker_s_key(
    ledger: CreditLedger, clock: MovableClock, office: TaxOffice
) -> None:
    # given a provider that uses ID numbers as references
    reference = str(office.worker.person.id_number)
    submit(ledger, clock, office, office.sign(reference=reference))
    subject, stream = office.worker.subject, office.stream(ledger, reference)
    assert ledger.find(CreditRecord, stream)
    # then who knows the reference and every id, but no key, does not come to the stream
    assert stream != CreditRecord.stream_for(subject, office.id, reference)
    # and after the erasure nobody does
    erase_subject(ledger, subject)
    with refused(Reason.LETTER_NOT_IN_FORCE):
        office.stream(ledger, reference)
