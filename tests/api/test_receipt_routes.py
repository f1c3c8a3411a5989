"""The receipts (凭据) that both sides keep of every scan."""

from datetime import timedelta
from typing import Any

import pytest

from api.people.receipts import masked_names
from ledger.sealing.fields import SealBroken
from tests.controls.api import Api
from tests.controls.certificates import approved, path, requested, viewed
from tests.controls.providers import AUTHORITY, registered_provider
from tests.controls.trails import settled
from tests.controls.visitors import Employed, Visitor


def receipts(api: Api, somebody: Visitor) -> list[dict[str, Any]]:
    """The receipts of one side."""
    settled(api)
    items: list[dict[str, Any]] = api.get("/v1/me/receipts", somebody.token).json()["items"]
    return items


def test_both_sides_have_a_receipt_for_every_scan(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given scans that were read, refused and abandoned
    read = approved(worker, consumer, ["basic"])
    viewed(api, consumer, read)
    refused, abandoned = (requested(worker, consumer, ["tax"]) for _ in range(2))
    worker.client.post(path(refused, "refusal"))
    consumer.client.post(path(abandoned, "abandonment"))
    # when both sides read their receipts
    sides = [receipts(api, somebody) for somebody in (worker, consumer)]
    # then they are the same, with masked names and every step in order
    steps = {one["disclosure_id"]: [step["what"] for step in one["steps"]] for one in sides[0]}
    assert sides[0] == sides[1]
    assert steps == {
        read["disclosure_id"]: ["requested", "approved", "viewed"],
        refused["disclosure_id"]: ["requested", "declined"],
        abandoned["disclosure_id"]: ["requested", "abandoned"],
    }
    assert sides[0][0]["worker_name"] == worker.person.name.masked()
    assert sides[0][0]["consumer_name"] == consumer.person.name.masked()


def test_a_receipt_never_holds_a_value(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given a tax record that was read
    provider = registered_provider(api)
    provider.submit(api, provider.record(worker.person))
    assert AUTHORITY in str(viewed(api, consumer, approved(worker, consumer, ["basic", "tax"])))
    # when the receipts are read, then neither the record nor who the people are stands in them
    text = str([receipts(api, somebody) for somebody in (worker, consumer)])
    secrets = (AUTHORITY, str(worker.person.name), str(worker.person.id_number), worker.person.phone.national)
    assert not [secret for secret in secrets if secret in text]


def test_receipts_come_in_pages_the_newest_scan_first(api: Api, worker: Employed, consumer: Visitor) -> None:
    # given five scans, of which the first was answered last
    made = []
    for _ in range(5):
        made.append(requested(worker, consumer, ["basic"])["disclosure_id"])
        api.clock.advance(timedelta(seconds=1))
    worker.client.post(f"/v1/disclosures/{made[0]}/refusal")
    settled(api)
    # when they are read two at a time
    read, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        given = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = api.get("/v1/me/receipts", consumer.token, params=given).json()
        read += [receipt["disclosure_id"] for receipt in page["items"]]
        cursor, pages = page["next"], pages + 1
    # then every one comes once
    assert read == made[::-1]
    assert pages == 3


def test_a_name_that_was_put_into_another_s_row_is_not_opened(
    api: Api, worker: Employed, consumer: Visitor
) -> None:
    # given a view in which the worker's row has the consumer's sealed name by now
    settled(api)
    ledger = api.parts.ledger
    with ledger.pool.connection() as connection:
        connection.execute(
            "UPDATE views.people SET sealed_name = other.sealed_name FROM views.people other"
            " WHERE people.subject_id = %s AND other.subject_id = %s",
            (worker.subject, consumer.subject),
        )
    # when both are named, then it is noticed
    with pytest.raises(SealBroken):
        masked_names(ledger, {worker.subject, consumer.subject})
