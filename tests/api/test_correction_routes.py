"""Corrections of credit records: what a consumer is shown, and what a regulator still sees."""

from typing import Any, Final

import pytest

from tests.controls.api import Api
from tests.controls.certificates import approved, path, viewed
from tests.controls.problems import refusal
from tests.controls.providers import TAX, RegisteredProvider, registered_provider
from tests.controls.trails import trail_of
from tests.controls.visitors import Employed, Visitor

OWING: Final = TAX | {"paid": False}


def corrected(api: Api, provider: RegisteredProvider, worker: Employed, **claims: Any) -> Any:
    """Submit a correction of `tax-1`, or of what `claims` say."""
    correction = {"reference": "tax-2", "corrects": "tax-1", "content": OWING}
    return provider.submit(api, provider.record(worker.person, **correction | claims))


def test_a_correction_takes_the_place_of_what_it_corrects(
    api: Api, worker: Employed, consumer: Visitor, provider: RegisteredProvider
) -> None:
    # given a record, and another one that has nothing to do with it
    provider.submit(api, provider.record(worker.person))
    other = TAX | {"year": 2024}
    provider.submit(api, provider.record(worker.person, reference="tax-0", content=other))
    # when the first is corrected
    assert corrected(api, provider, worker).status_code == 201
    # then the consumer reads the correction in its place
    shown = viewed(api, consumer, approved(worker, consumer, ["tax"]))["tax"]
    assert sorted(shown, key=lambda record: record["year"]) == [other, OWING]


def test_a_correction_counts_at_once_even_if_no_read_model_heard_of_it(
    api: Api, worker: Employed, consumer: Visitor, provider: RegisteredProvider
) -> None:
    # given an approved disclosure, and a record that the read models know
    disclosure = approved(worker, consumer, ["tax"])
    provider.submit(api, provider.record(worker.person))
    assert viewed(api, consumer, disclosure)["tax"] == [TAX]
    with api.projecting.stopped():
        # when it is corrected twice while they stand still
        corrected(api, provider, worker)
        corrected(api, provider, worker, reference="tax-3", corrects="tax-2", content=TAX | {"level": "B"})
        # then the consumer reads the last correction, once
        shown = api.post(path(disclosure, "views"), consumer.token).json()["records"]["tax"]
        assert shown == [TAX | {"level": "B"}]


def test_a_correction_may_be_corrected_in_turn(
    api: Api, worker: Employed, consumer: Visitor, provider: RegisteredProvider
) -> None:
    provider.submit(api, provider.record(worker.person))
    corrected(api, provider, worker)
    assert corrected(api, provider, worker, reference="tax-3", corrects="tax-2", content=TAX).is_success
    assert viewed(api, consumer, approved(worker, consumer, ["tax"]))["tax"] == [TAX]


def test_the_regulator_sees_the_record_and_its_correction(
    api: Api, worker: Employed, provider: RegisteredProvider
) -> None:
    # given a corrected record
    provider.submit(api, provider.record(worker.person))
    corrected(api, provider, worker)
    # when the trail is read
    entries = [entry for entry in trail_of(api, worker.subject) if "credit_record" in entry["topic"]]
    # then nothing was deleted, and the trail says which record took whose place
    assert sorted(entry["topic"] for entry in entries) == [
        "jz.credit_record.submitted",
        "jz.credit_record.submitted",
        "jz.credit_record.superseded",
    ]
    assert [len(entry["fields"]["jws"].split(".")) for entry in entries if "jws" in entry["fields"]] == [3, 3]
    assert entries[-1]["actor"] == f"provider:{provider.provider_id}"


def test_a_correction_of_nothing_is_refused(api: Api, worker: Employed, provider: RegisteredProvider) -> None:
    before = api.appended()
    assert refusal(corrected(api, provider, worker)) == (404, "corrected-unknown", "corrects")
    assert api.appended() == before


def test_only_who_submitted_a_record_corrects_it(
    api: Api, worker: Employed, provider: RegisteredProvider
) -> None:
    provider.submit(api, provider.record(worker.person))
    other = registered_provider(api)
    assert refusal(corrected(api, other, worker)) == (404, "corrected-unknown", "corrects")


def test_a_record_is_corrected_once(api: Api, worker: Employed, provider: RegisteredProvider) -> None:
    # given a corrected record
    provider.submit(api, provider.record(worker.person))
    corrected(api, provider, worker)
    # when it is corrected again
    answer = corrected(api, provider, worker, reference="tax-3")
    # then the provider is told to go on at the end of the chain
    assert refusal(answer) == (409, "record-corrected", "corrects")
    assert "last correction" in answer.json()["detail"]


@pytest.mark.parametrize("corrects", [None, "tax-9"])
def test_a_reference_does_not_become_a_correction_afterwards(
    api: Api, worker: Employed, provider: RegisteredProvider, corrects: str | None
) -> None:
    # given a correction
    provider.submit(api, provider.record(worker.person))
    corrected(api, provider, worker)
    # when it comes again with another `corrects`, then that is another content
    answer = corrected(api, provider, worker, corrects=corrects)
    assert refusal(answer) == (409, "reference-reused", "reference")
