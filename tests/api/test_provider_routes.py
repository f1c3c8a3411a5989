"""What data providers (数据提供方) submit, once their signature holds: POST /v1/credit-records."""

from typing import Any

import pytest

from domain.credit_record import RECORD_TYPES
from tests.controls.api import Api
from tests.controls.certificates import approved, viewed
from tests.controls.people import new_person
from tests.controls.problems import refusal
from tests.controls.providers import TAX, RegisteredProvider, registered_provider, send
from tests.controls.trails import fields_of
from tests.controls.visitors import Employed, Visitor, register_worker
from tests.controls.workers import signed_worker


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # its older name is what providers send
@pytest.mark.parametrize("algorithm", ["Ed25519", "EdDSA", "ES256"])
def test_a_signed_record_is_taken_over(api: Api, worker: Employed, consumer: Visitor, algorithm: str) -> None:
    # given a provider that signs in one of the allowed ways
    provider = registered_provider(api, algorithm)
    # when it submits a record
    answer = provider.submit(api, provider.record(worker.person))
    # then the worker's consumers may read it, and the trail names the provider
    assert (answer.status_code, answer.json()) == (201, {"done": True})
    assert viewed(api, consumer, approved(worker, consumer, ["tax"]))["tax"] == [TAX]
    (submitted,) = fields_of(api, worker, "jz.credit_record.submitted")
    assert submitted["provider_id"] == provider.provider_id


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
def test_the_same_reference_with_the_same_content_gets_the_same_answer(
    api: Api, worker: Employed, algorithm: str
) -> None:
    # given a record that was submitted; an ECDSA signature differs each time
    provider = registered_provider(api, algorithm)
    first = provider.submit(api, provider.record(worker.person))
    # when it is submitted again, under another Idempotency-Key
    before = api.appended()
    again = provider.submit(api, provider.record(worker.person))
    # then the answer is the same, down to the position, and nothing is appended
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Ledger-Position"] == first.headers["Ledger-Position"]
    assert api.appended() == before


def test_the_same_reference_with_another_content_is_refused(
    api: Api, worker: Employed, consumer: Visitor, provider: RegisteredProvider
) -> None:
    # given a submitted record
    provider.submit(api, provider.record(worker.person))
    # when another content comes under its reference
    answer = provider.submit(api, provider.record(worker.person, content=TAX | {"paid": False}))
    # then the first one stays
    assert refusal(answer) == (409, "reference-reused", "reference")
    assert viewed(api, consumer, approved(worker, consumer, ["tax"]))["tax"] == [TAX]


def test_a_reference_is_the_providers_own(api: Api, worker: Employed, provider: RegisteredProvider) -> None:
    # given two providers that both begin to count at one
    other = registered_provider(api)
    # when each submits its first record, then both are taken over
    answers = [one.submit(api, one.record(worker.person)) for one in (provider, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(fields_of(api, worker, "jz.credit_record.submitted")) == 2


def test_what_is_stored_is_sealed(api: Api, worker: Employed, provider: RegisteredProvider) -> None:
    # given a submitted record
    token = provider.key.sign(provider.record(worker.person))
    assert send(api, provider.provider_id, token).status_code == 201
    # when the stored events about records are read without a key
    with api.parts.ledger.pool.connection() as connection:
        query = "SELECT state FROM ledger.events WHERE topic = 'jz.credit_record.submitted'"
        stored = b"".join(bytes(row[0]) for row in connection.execute(query))
    # then neither payload nor reference stands in them
    assert provider.provider_id.encode() in stored
    assert token.split(".")[1].encode() not in stored
    assert b"tax-1" not in stored


def test_a_type_that_the_provider_is_not_registered_for_is_refused(
    api: Api, worker: Employed, provider: RegisteredProvider
) -> None:
    answer = provider.submit(api, provider.record(worker.person, type="bank_credit"))
    assert refusal(answer) == (403, "signer-unknown", "record_type")


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        ({"type": "basic"}, "type"),
        ({"type": None}, "type"),
        ({"type": ["tax"]}, "type"),
        ({"reference": 1}, "reference"),
        ({"reference": None}, "reference"),
        ({"corrects": 1}, "corrects"),
        ({"id_number": 7}, "id_number"),
        ({"id_number": None}, "id_number"),
        ({"content": "text"}, "content"),
        ({"content": [TAX]}, "content"),
        ({"content": None}, "content"),
        ({"content": TAX | {"year": "geheim4711"}}, "content.year"),
        ({"content": TAX | {"geheim4711": 1}}, "content"),
        ({"geheim4711": 1}, None),
    ],
)
def test_a_record_that_is_not_as_documented_is_refused(
    api: Api, worker: Employed, provider: RegisteredProvider, claim: dict[str, Any], field: str | None
) -> None:
    answer = provider.submit(api, provider.record(worker.person, **claim))
    assert refusal(answer) == (422, "submission-invalid", field)
    assert "geheim4711" not in answer.text


@pytest.mark.parametrize("id_number", ["110105194912310021", "no number"])
def test_a_wrong_id_number_is_nobodys(
    api: Api, worker: Employed, provider: RegisteredProvider, id_number: str
) -> None:
    answer = provider.submit(api, provider.record(worker.person, id_number=id_number))
    assert refusal(answer) == (404, "worker-unknown", "id_number")


def test_a_provider_does_not_learn_who_is_a_worker_without_a_letter(
    api: Api, worker: Employed, consumer: Visitor, provider: RegisteredProvider
) -> None:
    # given somebody without an account, a consumer, and workers who only registered, only signed, or revoked
    worker.client.post("/v1/letter-revocations")
    strangers = [new_person(), consumer.person]
    workers = [register_worker(api).person, signed_worker(api).person, worker.person]
    # when records about them come
    answers = [provider.submit(api, provider.record(person)) for person in (*strangers, *workers)]
    # then none is taken over, and the answers are the same to the byte
    assert refusal(answers[0]) == (403, "letter-not-in-force", None)
    assert len({answer.content for answer in answers}) == 1


def test_everybody_may_read_the_schema_of_each_type(api: Api) -> None:
    # given nobody in particular
    answer = api.get("/v1/credit-record-types")
    # then every type has a name, a version and a schema that refuses unknown fields
    items = answer.json()["items"]
    assert [item["type"] for item in items] == list(RECORD_TYPES)
    assert {item["version"] for item in items} == {1}
    assert [item["content"]["additionalProperties"] for item in items] == [False] * len(RECORD_TYPES)


def test_the_document_describes_what_is_signed(api: Api) -> None:
    # given the OpenAPI document
    schemas = api.get("/openapi.json").json()["components"]["schemas"]
    _, claims = schemas["SubmissionIn"]["properties"]["jws"]["contentSchema"]["prefixItems"]
    # then it has the claims, and the content of each type
    assert "corrects" in claims["properties"]
    assert [one["properties"]["type"]["const"] for one in claims["oneOf"]] == list(RECORD_TYPES)
