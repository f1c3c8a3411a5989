"""A listener to server-sent events that keeps what arrives, ids included."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from threading import Event, Thread
from typing import Any

import httpx
import jsonschema_rs

from tests.controls.api import Api, bearer
from tests.controls.document_check import SHAPES

ARRIVAL_SECONDS = 30.0
PUSHED = jsonschema_rs.Draft202012Validator(
    SHAPES | {"$ref": "#/components/schemas/PushEvent"}, validate_formats=True
)
UNTIL_ENDED = httpx.Timeout(30.0, read=None)


@dataclass(frozen=True)
class Arrived:
    """One event of a stream."""

    name: str
    id: str
    data: dict[str, Any]

    @property
    def disclosure(self) -> str:
        return str(self.data["disclosure_id"])


@dataclass(frozen=True)
class Listener:
    """What has arrived so far, in order."""

    arrived: "Queue[Arrived]" = field(default_factory=Queue)
    ended: Event = field(default_factory=Event)

    def next(self) -> Arrived:
        """The next event; fails when none comes, or one that the document does not tell."""
        arrived = self.arrived.get(timeout=ARRIVAL_SECONDS)
        PUSHED.validate({"event": arrived.name, "id": arrived.id, "data": arrived.data})
        return arrived


@contextmanager
def listening(api: Api, token: str, last_event_id: str | None = None) -> Iterator[Listener]:
    """Listen until the block is left."""
    headers = bearer(token) | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    listener = Listener()
    with (
        httpx.Client(base_url=api.url, timeout=UNTIL_ENDED, trust_env=False) as client,
        client.stream("GET", "/v1/push", headers=headers) as response,
    ):
        assert response.status_code == httpx.codes.OK
        reader = Thread(target=_read, args=(response, listener), daemon=True)
        reader.start()
        yield listener
        _hang_up(response)
        reader.join()


def _hang_up(response: httpx.Response) -> None:
    """End the connection under the reader, as a phone does that loses the network."""
    response.extensions["network_stream"].get_extra_info("socket").shutdown(2)


def _read(response: httpx.Response, listener: Listener) -> None:
    said: dict[str, str] = {}
    try:
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            said[name] = value
            if not line and "data" in said:
                listener.arrived.put(Arrived(said["event"], said["id"], json.loads(said["data"])))
                said = {}
    except httpx.TransportError:
        pass  # the connection was lost, which is what a test may want
    listener.ended.set()
