"""Looking up a host within a time, which the system's resolver does not keep."""

import socket
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any


@dataclass(frozen=True)
class Address:
    """One address of a host, as `socket.getaddrinfo` gives it."""

    family: int
    where: tuple[Any, ...]

    def connect(self, timeout_seconds: float) -> socket.socket:
        """Connect by TCP; raises OSError."""
        opened = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            opened.settimeout(timeout_seconds)
            opened.connect(self.where)
        except OSError:
            opened.close()
            raise
        return opened


class HostLookup:
    """Asks the resolver in a thread of its own, since nothing ends a question once it is asked.

    At most one is open: who comes meanwhile waits for the same answer, so that a resolver that is silent
    holds one thread, however many ask.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: Future[list[Address]] | None = None

    def addresses(self, host: str, port: int, timeout_seconds: float) -> list[Address]:
        """The addresses of one and the same service, at least one.

        Raises:
            OSError: there is no such host, the time is over (TimeoutError), or no thread is left.
            UnicodeError: the name is none.
        """
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = _begin_to_ask(host, port)
            asked = self._asked
        return asked.result(timeout_seconds)


def _begin_to_ask(host: str, port: int) -> Future[list[Address]]:
    asked: Future[list[Address]] = Future()
    try:
        Thread(target=_ask, args=(asked, host, port), name="host-lookup", daemon=True).start()
    except RuntimeError as error:  # the system has no thread left
        raise OSError(*error.args) from error
    return asked


def _ask(asked: Future[list[Address]], host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [Address(family, where) for family, _, _, _, where in found]
    except BaseException as error:  # noqa: BLE001 - it is raised in the threads that wait for the answer
        asked.set_exception(error)
    else:
        asked.set_result(addresses)
