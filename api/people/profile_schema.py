"""The JSON Schema of the profile's pages, for the document that client generators read."""

from typing import Any

from domain.codes.code_list import CodeList
from domain.form_fields import Coded, Day, Kind, Number, SomeCodes, Text
from domain.forms import Field, Form, Records

MENU_LIMIT = 100
"""Longer lists are named, not written out."""


def schema_of(form: Form, *, is_record: bool = False) -> dict[str, Any]:
    """The schema of a form; the needed fields of a page may be left out and filled in later."""
    properties = {field.name: _schema_of_field(field) for field in form.fields}
    required = {"required": list(form.needed)} if is_record else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **required}


def _schema_of_field(field: Field) -> dict[str, Any]:
    return {"title": field.title, **_schema_of_kind(field.kind)}


def _schema_of_kind(kind: Kind) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}  # names and phones have readers of their own
    match kind:
        case Text(longest):
            schema |= {"minLength": 1, "maxLength": longest}
        case Number(least, most):
            schema = {"type": "integer", "minimum": least, "maximum": most}
        case Day():
            schema |= {"format": "date"}
        case Coded(codes):
            schema |= {"description": f"a code of the list `{codes.name}`"} | _menu(codes)
        case SomeCodes(codes, most):
            items = _schema_of_kind(Coded(codes))
            schema = {"type": "array", "items": items, "minItems": 1, "maxItems": most, "uniqueItems": True}
        case Records(form, most):
            schema = {"type": "array", "items": schema_of(form, is_record=True), "maxItems": most}
    return schema


def _menu(codes: CodeList) -> dict[str, Any]:
    return {"enum": list(codes.names)} if len(codes.names) <= MENU_LIMIT else {}
