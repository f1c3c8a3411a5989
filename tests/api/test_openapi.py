"""The document that client generators read."""

import json
import subprocess
import sys

import pytest

from domain.letter import SCOPES
from projections.disclosures import STEPS
from projections.handovers import STEPS as HANDOVER_STEPS
from tests.controls.routes import DOCUMENT, OPERATIONS, POSTS, Operation


def test_the_document_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_says_what_it_does_and_what_it_answers(operation: Operation) -> None:
    # given the operation in the document
    described = operation.described
    successes = {status: said for status, said in described["responses"].items() if status.startswith("2")}
    # then it has words for people, and one answer with a shape unless the answer is empty
    assert described["summary"]
    assert described["description"]
    assert len(successes) == 1
    status, said = successes.popitem()
    assert status == "204" or all(content["schema"] for content in said["content"].values())


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_documents_problems_as_they_are_served(operation: Operation) -> None:
    responses = operation.described["responses"]
    problems = [said for status, said in responses.items() if int(status) >= 400]
    assert all(list(said["content"]) == ["application/problem+json"] for said in problems)
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]  # which is never served


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_but_health_documents_that_it_may_be_asked_too_often(operation: Operation) -> None:
    responses = operation.described["responses"]
    assert ("429" in responses) == (operation.name != "GET /v1/health")
    assert all("Retry-After" in said["headers"] for status, said in responses.items() if status == "429")


@pytest.mark.parametrize("operation", POSTS, ids=str)
def test_every_post_documents_its_idempotency_key(operation: Operation) -> None:
    required = [p["name"] for p in operation.described["parameters"] if p["in"] == "header" and p["required"]]
    assert required == ["Idempotency-Key"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_documents_whether_it_needs_a_token(operation: Operation) -> None:
    is_public = "public" in operation.roles
    assert operation.described.get("security") == (None if is_public else [{"accessToken": []}])


def test_the_document_is_printed_without_any_service_or_setting() -> None:
    # given an environment without a single setting
    command = [sys.executable, "-m", "jiazheng", "openapi"]
    # when the document is printed
    printed = subprocess.run(command, env={}, capture_output=True, check=True, timeout=60)  # noqa: S603 - our own
    # then it is the one that is served
    assert json.loads(printed.stdout) == json.loads(json.dumps(DOCUMENT))


def test_the_stream_documents_how_to_catch_up_and_what_comes() -> None:
    described = DOCUMENT["paths"]["/v1/push"]["get"]
    assert "Last-Event-ID" in [parameter["name"] for parameter in described["parameters"]]
    said = described["responses"]["200"]["description"]
    assert [step for step in (*STEPS.values(), *HANDOVER_STEPS.values()) if f"`{step}`" not in said] == []


def test_a_look_documents_what_each_scope_shows() -> None:
    shapes = DOCUMENT["components"]["schemas"]
    assert tuple(shapes["RecordsOut"]["properties"]) == SCOPES
    assert {"name", "id_number", "sex", "birth_year", "native_province"} == set(
        shapes["BasicOut"]["properties"]
    )


def test_every_step_of_a_receipt_is_one_that_is_documented() -> None:
    documented = DOCUMENT["components"]["schemas"]["StepOut"]["properties"]["what"]["enum"]
    assert sorted(documented) == sorted(STEPS.values())
