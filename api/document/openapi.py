"""The OpenAPI document as a whole: an app can be built from it alone.

The routes give paths, shapes and words; what holds by a rule for all of them is put in here: every problem
that each can answer with, the headers that are read and sent, what each field means, who may call.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.access import ROLES_OF_ROUTE
from api.document.field_texts import FIELDS
from api.document.field_words import Said
from api.document.problem_status import status_of
from api.document.refusals import Codes, refusals_of
from api.document.words import DESCRIPTION, PUSH_EXAMPLE, STATUS_WORDS, TAGS
from api.http.caching import MAX_AGE_SECONDS
from api.http.documentation import HEADERS, ProblemOut, PushEvent
from api.http.etags import TAGGED
from api.http.problem_texts import TEXTS
from api.http.problems import MEDIA_TYPE, RETRY_LATER

SCHEMAS = "#/components/schemas"
OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""Its own shape of an error, which is never served."""
MEMBERS: dict[str, dict[str, Any]] = {
    "announcement-withdrawn": {"at": "2026-03-02T01:00:00Z"},
    "face-too-many-attempts": {"again_at": "2026-03-02T01:00:00Z"},
    "face-consent-missing": {"field": "frames", "ways": ["card_code_passcode", "officers"]},
    "passcode-locked": {"field": "passcode", "again_at": "2026-03-02T01:00:00Z"},
    "presence-too-many-attempts": {"again_at": "2026-03-02T01:00:00Z"},
    "profile-too-many-saves": {"again_at": "2026-03-01T16:00:00Z"},
    "prompts-too-many": {"again_at": "2026-03-02T01:00:00Z"},
    "request-invalid": {"errors": [{"field": "phone", "code": "missing"}]},
    "second-factor-missing": {"factors": ["passcode", "face", "officers"]},
    "second-factor-needed": {"ticket": "2lXf…", "factors": ["passcode", "face", "officers"]},
    "sms-too-many": {"field": "phone", "again_at": "2026-03-02T01:00:00Z"},
}
"""What some problems say besides (RFC 9457, section 3.2)."""

Json = dict[str, Any]


def document_of(app: FastAPI) -> Json:
    """The document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=TAGS
        )
        app.openapi_schema = _complete(made)
    return app.openapi_schema


def _complete(document: Json) -> Json:
    components = document["components"]
    for shape in (ProblemOut, PushEvent):
        schema = shape.model_json_schema(ref_template=SCHEMAS + "/{model}")
        components["schemas"] |= schema.pop("$defs", {}) | {shape.__name__: schema}
    for name in OF_THE_FRAMEWORK:
        del components["schemas"][name]
    components["headers"] = HEADERS
    components["examples"] = {code: _example(code) for code in TEXTS}
    for route, operation in _operations(document):
        _complete_operation(route, operation)
    for shape_name, schema in components["schemas"].items():
        for name, declared in schema.get("properties", {}).items():
            _describe(declared, FIELDS.get(f"{shape_name}.{name}", FIELDS.get(name)))
    return document


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _complete_operation(route: str, operation: Json) -> None:
    operation["summary"] = operation["description"].split("\n")[0].split(";")[0].rstrip(".")
    roles = sorted(ROLES_OF_ROUTE[route])
    operation["x-roles"] = roles
    operation["description"] += f"\n\nFor: {', '.join(roles)}."
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        _describe_parameter(parameter)
    codes = refusals_of(route) | _by_shape(operation)
    answers = operation["responses"]
    for status, said in answers.items():
        if status.startswith("2"):
            said["headers"] = _headers_of(route) | said.get("headers", {})
            said["description"] = _own_words(said) or STATUS_WORDS[status]
            _shape_stream(said)
    if route in TAGGED and route.startswith("GET"):
        parameters.append(IF_NONE_MATCH)
        answers["304"] = {"description": STATUS_WORDS["304"], "headers": _headers_of(route)}
    answers |= {str(status): _problem(codes, status) for status in {*map(status_of, codes)}}
    operation["responses"] = dict(sorted(answers.items()))


IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "the `ETag` of what one has already; 304 if that is still so",
    "schema": {"type": "string"},
    "example": '"v3"',
}


def _own_words(said: Json) -> str:
    """What a route says of its answer; nothing where the framework said something."""
    words: str = said["description"]
    return "" if words == "Successful Response" else words


def _shape_stream(said: Json) -> None:
    """A stream of events is a text that the shape of an event says how to read (JSON Schema 2020-12, 8)."""
    stream = said.get("content", {}).get("text/event-stream")
    if stream:
        events = {"type": "array", "items": {"$ref": f"{SCHEMAS}/PushEvent"}}
        stream["schema"] |= {"contentMediaType": "text/event-stream", "contentSchema": events}
        stream["example"] = PUSH_EXAMPLE


def _by_shape(operation: Json) -> set[str]:
    """What may be wrong with a request that has fields, a cursor, a body that is parsed."""
    names = {parameter["name"] for parameter in operation["parameters"]}
    is_parsed = operation.get("requestBody", {"content": {}})["content"].keys() - {"text/csv"}
    by_shape = {
        "request-invalid": "422" in operation["responses"],
        "cursor-invalid": "cursor" in names,
        "bad-request": is_parsed,
    }
    return {code for code, may_be in by_shape.items() if may_be}


def _headers_of(route: str) -> Json:
    """What a success says beside its body."""
    names = ["Cache-Control"]
    names += ["Vary"] if route in MAX_AGE_SECONDS else []
    names += ["ETag"] if route in TAGGED else []
    names += ["Ledger-Position"] if not route.startswith("GET") or route in RECORDED_READS else []
    return {name: _header(name) for name in names}


RECORDED_READS = frozenset({"GET /v1/enterprise/employments"})
"""A GET that appends: the look."""


def _header(name: str) -> Json:
    return {"$ref": f"#/components/headers/{name}"}


def _problem(codes: Codes, status: int) -> Json:
    """All problems of a status, as one answer."""
    own = sorted(code for code in codes if status_of(code) == status)
    told = ["Cache-Control"]
    told += ["Retry-After"] if RETRY_LATER & {*own} or "too-many-requests" in own else []
    told += ["WWW-Authenticate"] if status == 401 else []
    of_code = {"properties": {"code": {"enum": own}, "status": {"const": status}}}
    shape = {"allOf": [{"$ref": f"{SCHEMAS}/ProblemOut"}, of_code]}
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in own}
    return {
        "description": "\n".join(f"* `{code}`: {TEXTS[code][0]}. {TEXTS[code][1]}" for code in own),
        "headers": {name: _header(name) for name in told},
        "content": {MEDIA_TYPE: {"schema": shape, "examples": examples}},
    }


def _example(code: str) -> Json:
    title, advice = TEXTS[code]
    says = {"type": f"/problems/{code}", "title": title, "status": status_of(code), "code": code}
    return {"summary": title, "value": says | {"detail": advice} | MEMBERS.get(code, {})}


def _describe_parameter(parameter: Json) -> None:
    said = FIELDS.get(parameter["name"])
    schema = parameter["schema"]
    _describe(schema, said)
    if "description" in schema:
        parameter.setdefault("description", schema["description"])


def _describe(schema: Json, said: Said | None) -> None:
    """Say what the field's own declaration has left out."""
    if said is None:
        return
    if said.text:
        schema.setdefault("description", said.text)
    if said.example is not None:
        schema.setdefault("examples", [said.example])
    if said.values:
        _texts_in(schema).setdefault("enum", list(said.values))


def _texts_in(schema: Json) -> Json:
    """Where the text is that can have few values: the field itself, what it is unless null, a list's item."""
    for kind in schema.get("anyOf", ()):
        if kind.get("type") != "null":
            return _texts_in(kind)
    return _texts_in(schema["items"]) if "items" in schema else schema
