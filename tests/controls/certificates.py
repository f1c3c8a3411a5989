"""A certificate (信用证书) shown, scanned and answered through the API."""

from collections.abc import Sequence
from typing import Any

import httpx

from jiazheng.demo import camera
from tests.controls.api import Api
from tests.controls.trails import settled
from tests.controls.visitors import SAME_FACE, Visitor

Disclosure = dict[str, Any]


def shown(worker: Visitor) -> str:
    """A fresh code."""
    return str(worker.client.post("/v1/certificate-codes")["code"])


def scanned(api: Api, consumer: Visitor, code: str, scopes: tuple[str, ...] = ("basic",)) -> httpx.Response:
    """Scan a code."""
    return api.post("/v1/disclosures", consumer.token, json={"code": code, "scopes": list(scopes)})


def requested(worker: Visitor, consumer: Visitor, scopes: Sequence[str]) -> Disclosure:
    """The consumer scans the worker's certificate; this is the consumer's side of it."""
    scanned = {"code": shown(worker), "scopes": list(scopes)}
    disclosure: Disclosure = consumer.client.post("/v1/disclosures", json=scanned)
    return disclosure


def answer(
    worker: Visitor, disclosure: Disclosure, *scopes: str, digits: str | None = None
) -> dict[str, Any]:
    """What the worker's phone sends to approve some scopes: the digits and the face."""
    given = {"digits": digits or disclosure["digits"], "scopes": list(scopes)}
    return camera.shown(worker.client, "disclosure", SAME_FACE, **given)


def approved(worker: Visitor, consumer: Visitor, scopes: Sequence[str]) -> Disclosure:
    """The worker approves everything that the consumer asked for."""
    disclosure = requested(worker, consumer, scopes)
    worker.client.post(path(disclosure, "approval"), **answer(worker, disclosure, *scopes))
    return disclosure


def path(disclosure: Disclosure, step: str = "") -> str:
    """The address of a disclosure, or of a step of it."""
    return f"/v1/disclosures/{disclosure['disclosure_id']}/{step}".rstrip("/")


def status(somebody: Visitor, disclosure: Disclosure) -> str:
    """The status of a disclosure now."""
    return str(somebody.client.get(path(disclosure))["status"])


def viewed(api: Api, consumer: Visitor, disclosure: Disclosure) -> dict[str, Any]:
    """What the consumer reads, once the read models have caught up."""
    settled(api)
    answered = api.post(path(disclosure, "views"), consumer.token)
    assert answered.status_code == 200, answered.text
    records: dict[str, Any] = answered.json()["records"]
    return records
