"""Every route says what its use leaves behind, and leaves it."""

from collections.abc import Iterator
from typing import Any

import pytest
from eventsourcing.utils import get_topic

from api.usage import USAGE_OF_ROUTE, NoLook
from domain.streams import partition_of
from tests.controls.api import Api
from tests.controls.looking import SIGHTS
from tests.controls.routes import OPERATIONS, Operation, resolved

RECORDED_BY = {route: usage for route, usage in USAGE_OF_ROUTE.items() if not isinstance(usage, NoLook)}
OTHERS = {"worker_id", "worker_name", "consumer_id", "consumer_name"}
"""Fields that only an answer about somebody else has."""
ANYBODYS = OTHERS | {"subject_id", "id_number", "phone", "records", "fields"}


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert set(USAGE_OF_ROUTE) == {operation.name for operation in OPERATIONS}


def names_in(schema: Any) -> Iterator[str]:
    """The names of all fields of an answer, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from names_in(part)


def answered(operation: Operation) -> set[str]:
    responses = operation.described["responses"]
    return set(names_in(resolved([responses[status] for status in responses if status.startswith("2")])))


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_answer_with_fields_of_people_is_not_listed_as_nobody_s(operation: Operation) -> None:
    usage = USAGE_OF_ROUTE[operation.name]
    if usage in (NoLook.NOBODYS, NoLook.STAFF_WORK):
        assert answered(operation) & ANYBODYS == set()
    if usage is NoLook.OWN:
        assert answered(operation) & OTHERS == set()


@pytest.mark.parametrize("route", RECORDED_BY)
def test_a_route_that_shows_somebody_else_s_data_appends_the_event_it_names(api: Api, route: str) -> None:
    # given somebody whose data the route shows, and the end of their part of the log
    subject, look = SIGHTS[route](api)
    topic = get_topic(RECORDED_BY[route])
    log, partition = api.parts.ledger.event_log, partition_of(subject)
    before = log.head(partition)
    # when the route is called
    assert look().is_success
    # then the event stands there, and is about them
    found = log.read_partition(partition, before, 100, [topic])
    events = [api.parts.ledger.mapper.to_domain_event(notification) for notification in found]
    assert [getattr(event, "subject_id", None) for event in events] == [subject]
