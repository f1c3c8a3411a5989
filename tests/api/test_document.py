"""Whoever has nothing but the OpenAPI document can build an app from it."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import api as api_package
from api.access import ROLES_OF_ROUTE
from api.document.field_texts import FIELDS
from api.document.problem_status import STATUS_OF_CODE, status_of
from api.document.refusals import OWN_REFUSALS
from api.http.etags import TAGGED
from api.http.problem_texts import TEXTS
from projections.disclosures import STEPS
from projections.handovers import STEPS as HANDOVER_STEPS
from tests.controls.code_search import calls_in
from tests.controls.document_check import SHAPES
from tests.controls.routes import DOCUMENT, OPERATIONS, Operation

COMPONENTS = DOCUMENT["components"]
PROBLEM = "application/problem+json"
NOT_OVER_HTTP = {
    "administrators-exist",
    "already-left",
    "disclosure-not-to-end",
    "import-already-finished",
    "not-yet-due",
    "reminder-already-sent",
}
"""What only the console and the background are refused for."""
OF_NO_OPERATION = {"method-not-allowed"}
CLOSED = {
    "category",
    "kind",
    "page",
    "platform",
    "purpose",
    "record_types",
    "role",
    "scopes",
    "sex",
    "status",
    "what",
}
"""Fields that never hold free text."""


def problems_of(operation: Operation) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Status, code and example of every problem that an operation names."""
    for status, said in operation.described["responses"].items():
        for media_type, content in said.get("content", {}).items():
            if media_type == PROBLEM:
                (_, of_code) = content["schema"]["allOf"]
                assert set(content["examples"]) == set(of_code["properties"]["code"]["enum"])
                for code, example in content["examples"].items():
                    name = example["$ref"].rpartition("/")[2]
                    assert f"`{code}`" in said["description"]
                    yield int(status), code, COMPONENTS["examples"][name]["value"]


def codes_of(operation: Operation) -> set[str]:
    return {code for _, code, _ in problems_of(operation)}


def declared_fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Shape, name and schema of every field that is sent or answered."""
    for shape, schema in COMPONENTS["schemas"].items():
        for name, declared in schema.get("properties", {}).items():
            yield shape, name, declared


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_has_words_and_names_who_may_call_it(operation: Operation) -> None:
    described = operation.described
    assert described["description"].startswith(described["summary"])
    assert described["x-roles"] == sorted(operation.roles)
    assert all(said["description"] for said in described["responses"].values())


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation.described["operationId"] for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


def test_every_audience_is_explained() -> None:
    told = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
    assert told == {operation.described["tags"][0] for operation in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_names_each_problem_that_it_can_answer_with(operation: Operation) -> None:
    # given its answers
    statuses = {int(status) for status in operation.described["responses"]}
    problems = list(problems_of(operation))
    # then each status that is no success has problems, and each problem its status, words and an example
    assert {status for status, _, _ in problems} == {status for status in statuses if status >= 400}
    shape = jsonschema_rs.Draft202012Validator(SHAPES | COMPONENTS["schemas"]["ProblemOut"])
    for status, code, example in problems:
        assert (example["status"], example["code"]) == (status, code) == (status_of(code), code)
        assert (example["title"], example["detail"]) == TEXTS[code]
        shape.validate(example)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_what_holds_for_all_operations_is_among_their_problems(operation: Operation) -> None:
    told, is_public = codes_of(operation), "public" in operation.roles
    parameters = {parameter["name"] for parameter in operation.described["parameters"]}
    assert {"internal-error", "ledger-away"} <= told
    assert "token-invalid" in told or is_public
    assert ("idempotency-key-reused" in told) == ("Idempotency-Key" in parameters)
    assert ("position-invalid" in told) == ("Ledger-Position" in parameters)
    assert ("if-match-missing" in told) == ("If-Match" in parameters)
    assert "cursor-invalid" in told or "cursor" not in parameters


def test_every_route_has_a_row_in_the_table_of_refusals() -> None:
    assert set(OWN_REFUSALS) == set(ROLES_OF_ROUTE)


def test_every_problem_that_can_be_met_over_http_belongs_to_an_operation() -> None:
    told = {code for operation in OPERATIONS for code in codes_of(operation)}
    assert set(TEXTS) - told == NOT_OVER_HTTP | OF_NO_OPERATION


def test_a_problem_is_raised_with_the_status_that_the_document_tells() -> None:
    # given every `Problem("code", status)` of the API
    raised = {
        (str(args[0].value), args[1].value)
        for call in calls_in(Path(api_package.__file__).parent, "Problem")
        if len(args := call.args) > 1
        if isinstance(args[0], ast.Constant) and isinstance(args[1], ast.Constant)
    }
    # then
    assert {(code, status_of(code)) for code, _ in raised} == raised
    assert set(STATUS_OF_CODE) - {code for code, _ in raised} <= {"bad-request", "card-unreadable"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_parameter_says_what_it_means(operation: Operation) -> None:
    assert all(parameter["description"] for parameter in operation.described["parameters"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_tells_the_headers_of_its_answers(operation: Operation) -> None:
    # given its answers, each with the headers that are told of it
    answers = operation.described["responses"]
    told = {status: set(said.get("headers", {})) for status, said in answers.items()}
    # then a tag goes with a 304, a write tells its position, and what passes tells when to try again
    success = next(status for status in answers if status.startswith("2"))
    parameters = {parameter["name"] for parameter in operation.described["parameters"]}
    is_tagged = operation.name in TAGGED
    assert ("ETag" in told[success]) == is_tagged
    assert ("304" in answers) == (is_tagged and operation.method == "GET")
    assert "If-None-Match" in parameters or "304" not in answers
    assert operation.method == "GET" or "Ledger-Position" in told[success]
    assert "WWW-Authenticate" in told.get("401", {"WWW-Authenticate"})
    assert "Retry-After" in told["503"]
    assert all(name in COMPONENTS["headers"] for names in told.values() for name in names)


def test_every_field_says_what_it_means() -> None:
    """By a text of its own, or one in api/document/field_texts.py."""
    wordless = [f"{shape}.{name}" for shape, name, said in declared_fields() if not said.get("description")]
    assert wordless == []


def test_a_field_that_holds_no_free_text_names_its_values() -> None:
    free = {f"{shape}.{name}" for shape, name, said in declared_fields() if '"enum"' not in json.dumps(said)}
    closed = {f"{shape}.{name}" for shape, name, _ in declared_fields() if name in CLOSED}
    assert free & closed == {"ProblemOut.status", "PushedOut.what"}


def test_what_a_client_sends_has_an_example() -> None:
    shown = ("examples", "enum", "format", "boolean", "$ref", "contentMediaType", "const")
    bare = [
        f"{shape}.{name}"
        for shape, name, said in declared_fields()
        if shape.endswith("In") or shape.startswith("Body_")
        if not any(f'"{word}"' in json.dumps(said) for word in shown)
    ]
    assert bare == []


def test_every_text_of_a_field_belongs_to_one() -> None:
    # given the names of all fields and parameters
    shapes = {f"{shape}.{name}" for shape, name, _ in declared_fields()}
    names = {name for _, name, _ in declared_fields()}
    names |= {p["name"] for operation in OPERATIONS for p in operation.described["parameters"]}
    # then no text is left over from one that is gone
    assert set(FIELDS) - shapes - names == set()


def test_every_example_of_a_field_is_one() -> None:
    for _, _, said in declared_fields():
        for example in said.get("examples", ()):
            jsonschema_rs.Draft202012Validator(SHAPES | said, validate_formats=True).validate(example)


def test_the_document_tells_the_shape_of_pushed_events() -> None:
    said = DOCUMENT["paths"]["/v1/push"]["get"]
    stream = said["responses"]["200"]["content"]["text/event-stream"]["schema"]
    assert stream["contentSchema"]["items"] == {"$ref": "#/components/schemas/PushEvent"}
    steps = [*(f"disclosure.{step}" for step in STEPS.values()), "handover.completed"]
    steps += [f"handover.{step}" for step in HANDOVER_STEPS.values()]
    assert sorted(COMPONENTS["schemas"]["PushEvent"]["properties"]["event"]["enum"]) == sorted(
        [*steps, "hello"]
    )
