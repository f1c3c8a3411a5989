"""Enterprises of a test's own, and the CSV that lists them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from domain.check_characters import uscc_check_character
from domain.enterprise import EnterpriseDetails
from ledger.enterprise_csv import COLUMNS
from ledger.enterprise_imports import Turn
from tests.controls.api import Api
from tests.controls.trails import settled
from tests.controls.visitors import at_desk, signed_in

_numbers: Final = count(1)


def new_details(**changes: str) -> EnterpriseDetails:
    """Another enterprise at each call, in a city of its own unless told."""
    number = next(_numbers)
    body = f"91330100{number:09}"
    given = {
        "uscc": body + uscc_check_character(body),
        "name": f"杭州安心家政服务第{number}有限公司",
        "brand": "安心",
        "province": "浙江省",
        "city": f"第{number}试验区",
        "status": "operating",
    }
    return EnterpriseDetails(**given | changes)


def operator_token(api: Api, enterprise: UUID) -> str:
    """An operator of the enterprise, signed in."""
    return signed_in(api, uuid4(), "operator", enterprise).access_token


def csv_of(rows: Iterable[EnterpriseDetails | Sequence[str]]) -> bytes:
    """The file, with its header."""
    text = io.StringIO()
    lines = [row if isinstance(row, Sequence) else astuple(row) for row in rows]
    csv.writer(text).writerows([COLUMNS, *lines])
    return text.getvalue().encode()


def uploaded(api: Api, octets: bytes) -> httpx.Response:
    """Hand in a file as an editor."""
    editor = at_desk(api, "editor")
    return api.post("/v1/enterprise-imports", editor.access_token, content=octets)


def imported(api: Api, *rows: EnterpriseDetails | Sequence[str]) -> dict[str, Any]:
    """The report of an import, once everybody can search for what it brought."""
    return report_of(api, uploaded(api, csv_of(rows)))


def report_of(api: Api, answer: httpx.Response) -> dict[str, Any]:
    """What became of a file that was handed in, once the work for it is done."""
    assert answer.status_code == 202, answer.text
    import_id = UUID(answer.json()["import_id"])
    while api.parts.imports.take_turn(import_id, api.clock()) is not Turn.FINISHED:
        pass
    settled(api)
    row = api.parts.imports.find(import_id)
    assert row is not None
    rejected = [asdict(line) for line in api.parts.imports.rejections(import_id)]
    return {"accepted": row.accepted, "changed": row.changed, "rejected": rejected}


def found(api: Api, **wanted: str) -> list[dict[str, Any]]:
    """The first page of a search."""
    items: list[dict[str, Any]] = api.get("/v1/enterprises", params=wanted).json()["items"]
    return items
