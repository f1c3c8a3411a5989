"""No answer repeats what was sent: whatever field it came in, whatever was wrong with it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.controls.api import Api
from tests.controls.routes import NOBODY_THERE, POSTS, Operation, a_session_role
from tests.controls.visitors import signed_in

MARKER = "geheim4711"
WITH_BODY = [operation for operation in POSTS if operation.media_type]

RIGHT = {
    "id_number": "11010519491231002X",
    "name": "王芳",
    "phone": "13800138000",
    "sms_code": "123456",
    "digits": "42",
    "effective_on": "2026-03-02",
}
"""Values that pass the checks of our own types, so that the marker in the next field is reached."""


def right(schema: dict[str, Any], name: str = "") -> Any:
    """A value that the schema allows."""
    if name in RIGHT:
        return RIGHT[name]
    if "anyOf" in schema:
        return right(schema["anyOf"][0], name)
    if schema.get("type") == "object":
        return {field: right(part, field) for field, part in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [right(schema["items"])]
    return schema.get("enum", [NOBODY_THERE if schema.get("format") == "uuid" else "2026-03-02T00:00:00Z"])[0]


def wrongs(value: Any) -> Iterator[Any]:
    """The value with the marker in the place of each of its parts, and as an unknown name in each object."""
    yield MARKER
    yield {MARKER: MARKER}
    if isinstance(value, dict):
        yield value | {MARKER: MARKER}
        yield value | {MARKER: {"kty": MARKER, MARKER: MARKER}}
        for name, part in value.items():
            for wrong in wrongs(part):
                yield value | {name: wrong}
    if isinstance(value, list):
        yield from ([wrong] for wrong in wrongs(value[0]))


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_a_wrong_value_is_never_repeated(api: Api, operation: Operation) -> None:
    # given somebody who may call the route
    role = a_session_role(operation)
    token = signed_in(api, uuid4(), role).access_token if role else None
    for wrong in wrongs(right(operation.body_schema)):
        # when each field in turn holds the marker
        if operation.media_type == "application/json":
            answer = api.post(operation.path, token, json=wrong)
        elif isinstance(wrong, dict):
            texts = {name: str(value) for name, value in wrong.items()}
            files = {name: (MARKER, MARKER.encode(), MARKER) for name in ("frames", "file")}
            answer = api.post(operation.path, token, data=texts, files=files)
        else:
            continue
        # then no answer holds it, and the server did not fail
        assert MARKER not in answer.text + str(answer.headers)
        assert answer.status_code < 500


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_a_marker_in_the_address_is_never_repeated(api: Api, operation: Operation) -> None:
    role = a_session_role(operation)
    token = signed_in(api, uuid4(), role).access_token if role else None
    path = operation.path.replace(NOBODY_THERE, MARKER)
    answer = api.post(f"{path}?{MARKER}={MARKER}", token, json={})
    assert MARKER not in answer.text
