"""One request for each route that shows somebody else's data, ready to be sent by whoever may see it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.controls import presences
from tests.controls.api import Api
from tests.controls.certificates import approved, path
from tests.controls.people import listed_enterprise
from tests.controls.trails import REPLAY, TRAIL, asked, settled
from tests.controls.visitors import complete_worker, officer, register_consumer, register_worker, signed_in

Sight = tuple[UUID, Callable[[], httpx.Response]]
"""Whose data it shows, and the request."""


def disclosure(api: Api) -> Sight:
    worker, consumer = complete_worker(api), register_consumer(api)
    views = path(approved(worker, consumer, ["basic"]), "views")
    return worker.subject, lambda: api.post(views, consumer.token)


def workers_of_enterprise(api: Api) -> Sight:
    worker, enterprise = register_worker(api), listed_enterprise(api.parts.ledger, api.clock)
    worker.client.post("/v1/me/enterprises", json={"enterprise_ids": [str(enterprise)]})
    settled(api)
    operator = signed_in(api, uuid4(), "operator", enterprise)
    return worker.subject, lambda: api.get("/v1/enterprise/employments", operator.access_token)


def trail(api: Api) -> Sight:
    subject = complete_worker(api).subject
    return subject, lambda: asked(api, TRAIL, subject_id=str(subject))


def replay(api: Api) -> Sight:
    subject = complete_worker(api).subject
    return subject, lambda: asked(api, REPLAY, subject_id=str(subject))


def presence(api: Api) -> Sight:
    worker, member = complete_worker(api), officer(api)
    code = presences.asked(api, worker, "check_in")["code"]
    return worker.subject, lambda: presences.confirm(api, member, code, worker.person)


SIGHTS: dict[str, Callable[[Api], Sight]] = {
    "POST /v1/disclosures/{disclosure_id}/views": disclosure,
    "GET /v1/enterprise/employments": workers_of_enterprise,
    f"POST {TRAIL}": trail,
    f"POST {REPLAY}": replay,
    "POST /v1/officer/presence-confirmations": presence,
}


def looks_of(api: Api, subject: UUID) -> list[dict[str, Any]]:
    """The looks that a person sees, newest first."""
    settled(api)
    page = signed_in(api, subject, "worker").get("/v1/me/looks", params={"limit": 100})
    looks: list[dict[str, Any]] = page["items"]
    return looks
