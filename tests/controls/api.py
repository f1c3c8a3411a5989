"""The real application on a socket, and people who come to it signed in."""

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from socket import create_server, socket
from threading import Event, Thread
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from api.main import create_app
from api.parts import Parts
from api.people.push import PushHub
from jiazheng.bootstrap import open_api_parts
from jiazheng.demo.client import Client
from jiazheng.serving import SERVED
from jiazheng.settings import Settings
from ledger.vault.sms_outbox import SmsOutbox
from projections.catalogue import followers
from projections.runner import run
from tests.conftest import MovableClock
from tests.controls.document_check import HeldToItsDocument

START_SECONDS = 60.0

OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]

_keys = count(1)


class Projecting:
    """The read models' runner in a thread; can be stopped and started again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.start()

    def start(self) -> None:
        self._stop = Event()
        ledger = self._parts.ledger
        arguments = (followers(ledger), self._stop, ledger.wakeups)
        self._thread = Thread(target=run, args=arguments, name="projections")
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.stop()
        yield
        self.start()


@dataclass(frozen=True)
class Api:
    """A running API: its address, its parts, its clock; `staff` holds the two first administrators,
    `kiosks` the one that most people go to.
    """

    url: str
    parts: Parts
    clock: MovableClock
    projecting: Projecting
    untold: list[str]
    """What was answered that the OpenAPI document does not say."""
    staff: dict[str, UUID] = field(default_factory=dict)
    kiosks: dict[str, Any] = field(default_factory=dict)
    _clients: list[Client] = field(default_factory=list)

    def client(self) -> Client:
        """Somebody who is not signed in yet."""
        self._clients.append(Client(self.url))
        return self._clients[-1]

    def hang_up(self) -> None:
        """Close the clients' connections: each takes a file descriptor here and one in the server."""
        while self._clients:
            self._clients.pop().close()

    @cached_property
    def http(self) -> httpx.Client:
        """Plain HTTP, for requests that the reference client would never send."""
        return httpx.Client(base_url=self.url, timeout=30.0, trust_env=False)

    @cached_property
    def outbox(self) -> SmsOutbox:
        """The SMS that nobody delivers."""
        return SmsOutbox(self.parts.ledger.pool, self.parts.ledger.keyring.platform)

    def post(
        self, path: str, token: str | None = None, key: str | None = None, **request: Any
    ) -> httpx.Response:
        """POST under a fresh key or a given one."""
        headers = {"Idempotency-Key": key or fresh_key()} | bearer(token)
        return self.http.post(path, headers=headers | request.pop("headers", {}), **request)

    def put(self, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        """PUT; a key goes among the headers."""
        return self.http.put(path, headers=bearer(token) | request.pop("headers", {}), **request)

    def get(self, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        """GET."""
        return self.http.get(path, headers=bearer(token) | request.pop("headers", {}), **request)

    def appended(self) -> int:
        """How many events the log holds."""
        return sum(self.parts.ledger.event_log.heads().values())


def fresh_key() -> str:
    """An Idempotency-Key."""
    return f"test-key-{next(_keys)}"


def bearer(token: str | None) -> dict[str, str]:
    """The header of a signed-in request."""
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextmanager
def running_api(settings: Settings, clock: MovableClock) -> Iterator[Api]:
    """Serve on a port that the system chooses; the socket listens before the server starts."""
    with create_server(("127.0.0.1", 0)) as listening:
        url = f"http://localhost:{listening.getsockname()[1]}"
        own = settings.model_copy(update={"public_url": url})

        @asynccontextmanager
        async def open_parts() -> AsyncIterator[Parts]:
            async with open_api_parts(own) as made:
                yield replace(made, clock=clock, push=PushHub(made.ledger, made.sessions, clock))

        with serving(open_parts, listening, own.trusted_proxies) as (parts, served):
            api = Api(url, parts, clock, Projecting(parts), served.untold)
            try:
                yield api
            finally:  # a thread left behind would keep the test run from ending
                api.projecting.stop()
                api.hang_up()
                api.http.close()


@contextmanager
def serving(
    open_parts: OpenParts, listening: socket, trusted_proxies: str
) -> Iterator[tuple[Parts, HeldToItsDocument]]:
    """Serve the application in a thread."""
    opened: Future[Parts] = Future()

    @asynccontextmanager
    async def opening() -> AsyncIterator[Parts]:
        async with open_parts() as parts:
            opened.set_result(parts)
            yield parts

    served = HeldToItsDocument(create_app(opening))
    config = uvicorn.Config(
        served,
        log_level="critical",
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=1,
        **SERVED,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listening],), name="api")
    thread.start()
    try:
        yield opened.result(START_SECONDS), served
    finally:
        server.should_exit = True
        thread.join()
