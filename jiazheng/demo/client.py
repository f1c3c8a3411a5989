"""A small reference client of the HTTP API."""

import json
import queue
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx

TIMEOUT_SECONDS = 30.0
BACKGROUND_SECONDS = 20.0
"""How long the background may take for what it does within a second or two."""
ASK_AGAIN_SECONDS = 0.1


class Refusal(Exception):
    """The API answered with a problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["code"])
        self.code: str = problem["code"]
        self.problem = problem


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Read once: that takes longer than a short conversation does, and a test run has thousands of them."""
    return httpx.create_ssl_context(trust_env=False)


class Client:
    """Somebody at the API: signs in once, refreshes by itself, sends an Idempotency-Key with each POST."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(
            base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False, verify=_trusted_authorities()
        )
        self._tokens: dict[str, str] = {}
        self._position: str | None = None
        self.device_token: str | None = None

    @property
    def access_token(self) -> str:
        """The present access token."""
        return self._tokens["access_token"]

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def sign_in(self, tokens: dict[str, str]) -> None:
        """Keep the tokens of a session, and the device's own where there is a new one."""
        self._tokens = tokens
        self.device_token = tokens.get("device_token") or self.device_token

    def post(self, path: str, key: str | None = None, if_match: str | None = None, **request: Any) -> Any:
        """POST under a fresh Idempotency-Key, or a given one to repeat a request.

        `if_match` is the tag of the version that a change was made from.
        """
        headers = {"Idempotency-Key": key or str(uuid4())} | ({"If-Match": if_match} if if_match else {})
        return self._send("POST", path, headers, **request)

    def get(self, path: str, **request: Any) -> Any:
        """GET, not before the read models have seen one's own last write."""
        headers = {"Ledger-Position": self._position} if self._position else {}
        return self._send("GET", path, headers, **request)

    def put(self, path: str, if_match: str | None, content: dict[str, Any]) -> Any:
        """PUT what shall be, in place of the version of a tag, or of none that was there before."""
        return self._send(
            "PUT", path, {"If-Match": if_match} if if_match else {"If-None-Match": "*"}, json=content
        )

    def _send(self, method: str, path: str, headers: dict[str, str], **request: Any) -> Any:
        response = self._http.request(method, path, headers={**headers, **self._bearer()}, **request)
        if response.status_code == httpx.codes.UNAUTHORIZED and "refresh_token" in self._tokens:
            self._refresh()
            response = self._http.request(method, path, headers={**headers, **self._bearer()}, **request)
        self._position = response.headers.get("Ledger-Position", self._position)
        return _body(response)

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"} if self._tokens else {}

    def _refresh(self) -> None:
        """Access tokens hold a quarter of an hour; the refresh token brings new ones, once."""
        response = self._http.post(
            "/v1/session-refreshes",
            json={"refresh_token": self._tokens["refresh_token"]},
            headers={"Idempotency-Key": str(uuid4())},
        )
        self._tokens = _body(response)

    @contextmanager
    def listening(self) -> Iterator[Callable[[str], dict[str, Any]]]:
        """Read server-sent events meanwhile; the function given waits for one of a name."""
        arrived: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        with self._http.stream("GET", "/v1/push", headers=self._bearer(), timeout=None) as response:
            reader = threading.Thread(target=_read_events, args=(response, arrived.put), daemon=True)
            reader.start()

            def wait_for(name: str) -> dict[str, Any]:
                while True:
                    event, data = arrived.get(timeout=TIMEOUT_SECONDS)
                    if event == name:
                        return data

            wait_for("hello")
            yield wait_for


def _read_events(response: httpx.Response, arrived: Callable[[tuple[str, dict[str, Any]]], None]) -> None:
    """The part of the event-stream format that the API uses: `event:` and one `data:` line."""
    name = ""
    try:
        for line in response.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                arrived((name, json.loads(value)))
    except (httpx.StreamError, httpx.TransportError):
        return  # the listener closed the connection


def _body(response: httpx.Response) -> Any:
    """What JSON says; the octets of any other file."""
    if response.is_error:
        raise Refusal(response.json())
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    return response.json() if is_json else response.content


def refused(code: str, call: Callable[[], object]) -> dict[str, Any]:
    """Make a call that must be refused with a code.

    Returns:
        the problem.

    Raises:
        AssertionError: it was not refused, or for another reason.
    """
    try:
        call()
    except Refusal as refusal:
        if refusal.code == code:
            return refusal.problem
        msg = f"refused with {refusal.code}, not {code}"
        raise AssertionError(msg) from refusal
    msg = f"not refused with {code}"
    raise AssertionError(msg)


def expect(truth: object, otherwise: str) -> None:
    """Stop the story where something is not as it must be.

    Raises:
        AssertionError: it is not.
    """
    if not truth:
        raise AssertionError(otherwise)


def until(holds: Callable[[], Any], what: str, ask_again_seconds: float = ASK_AGAIN_SECONDS) -> Any:
    """Ask again until something holds: another person's view follows the log a moment later.

    Returns:
        what `holds` returned.

    Raises:
        AssertionError: it does not hold in time.
    """
    deadline = monotonic() + BACKGROUND_SECONDS
    while not (found := holds()):
        expect(monotonic() < deadline, what)
        sleep(ask_again_seconds)
    return found
