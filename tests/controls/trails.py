"""The trail as a regulator reads it, once the read models have caught up with the log."""

from typing import Any, Final
from uuid import UUID

import httpx

from tests.controls.api import Api
from tests.controls.visitors import Visitor, at_desk

TRAIL: Final = "/v1/trail-searches"
REPLAY: Final = "/v1/authorization-replays"
BASIS: Final = "家政服务信用信息平台管理办法"


def settled(api: Api) -> None:
    """Wait until the read models have seen everything."""
    heads = api.parts.ledger.event_log.heads().items()
    position = ",".join(f"{partition}.{head}" for partition, head in heads if head)
    answer = api.get("/v1/health", headers={"Ledger-Position": position})
    assert answer.status_code == 200, answer.text


def asked(api: Api, path: str, **wanted: Any) -> httpx.Response:
    """What a regulator gets; instants are needed by replays only."""
    instants = {"instants": [api.clock().isoformat()]} if path == REPLAY else {}
    regulator = at_desk(api, "regulator")
    return api.post(path, regulator.access_token, json={"basis": BASIS} | instants | wanted)


def trail_of(api: Api, subject: UUID) -> list[dict[str, Any]]:
    """The whole trail of a person (fewer than a hundred events)."""
    settled(api)
    entries: list[dict[str, Any]] = asked(api, TRAIL, subject_id=str(subject)).json()["items"]
    return entries


def fields_of(api: Api, somebody: Visitor, topic: str) -> list[dict[str, Any]]:
    """The fields of the events of a topic that concern somebody."""
    return [entry["fields"] for entry in trail_of(api, somebody.subject) if entry["topic"] == topic]
