"""A service of others that takes JSON by POST, over a real wire, and answers as it is told to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class HttpService:
    """An operator's HTTP service, which answers with `status`."""

    status: int = 202
    received: list[Any] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    has_received: Event = field(default_factory=Event)
    url: str = ""

    def take(self, request: BaseHTTPRequestHandler) -> None:
        """Keep what comes, and answer."""
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.received.append(json.loads(body))
        self.tokens.append(request.headers["Authorization"])
        request.send_response(self.status)
        request.send_header("Content-Length", "0")
        request.end_headers()
        self.has_received.set()


@contextmanager
def http_service() -> Iterator[HttpService]:
    """The service, listening on a free port of this machine."""
    made = HttpService()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.take(self)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/messages"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield made
        server.shutdown()
        thread.join()
