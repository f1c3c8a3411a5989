"""A resolver that is silent about one host, until it is let answer."""

import socket
from threading import Event
from typing import Any, Self

import pytest


class SilentResolver:
    """In place of the system's for one host, which is this machine; it answers at the end of the context."""

    def __init__(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self._host, self._resolver, self._may_answer = host, socket.getaddrinfo, Event()
        monkeypatch.setattr(socket, "getaddrinfo", self._find)

    def answer(self) -> None:
        """Answer from now on, and who waits, too."""
        self._may_answer.set()

    def _find(self, host: Any, *given: Any, **more: Any) -> Any:
        if host != self._host:
            return self._resolver(host, *given, **more)
        self.asked += 1
        self._may_answer.wait(30)
        return self._resolver("127.0.0.1", *given, **more)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.answer()
