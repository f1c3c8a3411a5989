"""A certificate (信用证书) shown, scanned and answered through the API."""

from collections.abc import Sequence
from typing import Any

from tests.controls.visitors import SAME_FACE, Employed, Visitor, photo

Disclosure = dict[str, Any]


def shown(worker: Visitor) -> str:
    """A fresh code."""
    return str(worker.client.post("/v1/certificate-codes")["code"])


def requested(worker: Employed, consumer: Visitor, scopes: Sequence[str]) -> Disclosure:
    """The consumer scans the worker's certificate; this is the consumer's side of it."""
    scanned = {"code": shown(worker), "scopes": list(scopes)}
    disclosure: Disclosure = consumer.client.post("/v1/disclosures", json=scanned)
    return disclosure


def approved(worker: Employed, consumer: Visitor, scopes: Sequence[str]) -> Disclosure:
    """The worker approves everything that the consumer asked for."""
    disclosure = requested(worker, consumer, scopes)
    answer = {"digits": disclosure["digits"], "scopes": list(scopes)}
    worker.client.post(path(disclosure, "approval"), data=answer, files=photo(SAME_FACE))
    return disclosure


def path(disclosure: Disclosure, step: str) -> str:
    """The address of a step of a disclosure."""
    return f"/v1/disclosures/{disclosure['disclosure_id']}/{step}"
