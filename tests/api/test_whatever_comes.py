"""Whatever somebody sends who has only the document: no server error, no undocumented answer, no echo."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import CheckContext, Response
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful import run_state_machine_as_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.http.problem_texts import TEXTS
from tests.controls.api import Api, bearer
from tests.controls.routes import DOCUMENT, OPERATIONS, Operation, a_session_role
from tests.controls.visitors import Employed, Visitor, signed_in

EXAMPLES = 200
WALKS, STEPS = 40, 12
ENDLESS = "/v1/push"
"""A stream of events: its beginning is looked at, since its end never comes."""

ALL = schemathesis.openapi.from_dict(deepcopy(DOCUMENT))
SCHEMA = ALL.exclude(path=ENDLESS)
ANSWERING = [operation for operation in OPERATIONS if operation.template != ENDLESS]
BOTH_WAYS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
UNHURRIED = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LONG_ENOUGH = 8
"""Shorter texts stand in many an answer by chance."""
KNOWN = f"{DOCUMENT}{TEXTS}"
"""What everybody may read; hypothesis takes some of its texts from our own source."""


@dataclass(frozen=True)
class Callers:
    """Somebody of every role, each with a session."""

    api: Api
    worker: Employed
    consumer: Visitor

    def headers(self, role: str | None) -> dict[str, str]:
        """Of a request by somebody of this role."""
        if role is None:
            return {}
        subject = {"worker": self.worker.subject, "consumer": self.consumer.subject}.get(role, uuid4())
        return bearer(signed_in(self.api, subject, role).access_token)


@pytest.fixture
def callers(api: Api, worker: Employed, consumer: Visitor) -> Callers:
    return Callers(api, worker, consumer)


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a body, also names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from (*texts_of(name), *texts_of(part))
    elif isinstance(value, list):
        for part in value:
            yield from texts_of(part)


def no_echo(_: CheckContext, answer: Response, case: Any) -> None:
    """A problem repeats nothing of what was sent, but for what everybody may read."""
    if answer.status_code >= 400:
        sent = [*texts_of(case.body), *texts_of(case.query), *texts_of(case.path_parameters)]
        told = [
            text for text in sent if len(text) >= LONG_ENOUGH and text not in KNOWN and text in answer.text
        ]
        assert not told


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    no_echo,
]
"""Not whether all that fits is accepted: a check digit, a signature or a rule is more than a schema says."""


@pytest.mark.slow
@pytest.mark.parametrize("operation", ANSWERING, ids=str)
def test_every_answer_is_one_of_the_document(api: Api, callers: Callers, operation: Operation) -> None:
    # given somebody who may call the operation
    headers = callers.headers(a_session_role(operation))
    described = SCHEMA[operation.template][operation.method]

    with requests.Session() as session:
        session.trust_env = False  # else each request looks for proxies and a .netrc anew

        # when they send what fits the document, and what does not
        @UNHURRIED
        @given(st.one_of(*(described.as_strategy(generation_mode=mode) for mode in BOTH_WAYS)))
        def send(case: Any) -> None:
            answer = case.call(base_url=api.url, headers=headers, session=session)
            case.validate_response(answer, checks=CHECKS)

        # then every answer is as documented
        send()


@pytest.mark.slow
def test_every_stream_begins_as_the_document_says(api: Api, callers: Callers) -> None:
    # given somebody who may listen
    described, headers = ALL[ENDLESS]["GET"], callers.headers("worker")

    with requests.Session() as session:
        session.trust_env = False

        # when they ask for the stream, with any header for the catch-up
        @UNHURRIED
        @given(st.one_of(*(described.as_strategy(generation_mode=mode) for mode in BOTH_WAYS)))
        def send(case: Any) -> None:
            sent = case.as_transport_kwargs(base_url=api.url, headers=headers)
            with session.request(**sent, stream=True) as answer:
                # then it begins with an event, or is refused as documented
                if answer.ok:
                    assert answer.headers["content-type"].startswith("text/event-stream")
                    assert next(answer.iter_lines(chunk_size=1)).startswith((b"id:", b"event:"))
                else:
                    case.validate_response(answer, checks=CHECKS)

        send()


@pytest.mark.slow
def test_every_answer_on_the_way_from_one_operation_to_the_next_is_one_of_the_document(
    callers: Callers,
) -> None:
    roles = {operation.name: a_session_role(operation) for operation in OPERATIONS}
    sessions = {role: callers.headers(role) for role in {*roles.values()}}

    class Walk(SCHEMA.as_state_machine()):  # type: ignore[misc] # made at run time from the document
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            role = roles[f"{case.operation.method.upper()} {case.operation.path}"]
            return {"base_url": callers.api.url, "headers": sessions[role]}

        def validate_response(self, response: Response, case: Any, *_: Any, **__: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(
        Walk, settings=settings(UNHURRIED, max_examples=WALKS, stateful_step_count=STEPS)
    )
