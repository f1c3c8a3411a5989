"""A host is looked up within a time, and a resolver that is silent holds one thread."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from socket import create_server
from typing import NoReturn

import pytest

from devices.host_lookup import HostLookup
from jiazheng.demo.client import until
from tests.controls.resolvers import SilentResolver

HOST = "decoder.example"


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentResolver]:
    with SilentResolver(HOST, monkeypatch) as resolver:
        yield resolver


def test_a_resolver_that_is_silent_is_given_up_and_asked_once(silent: SilentResolver) -> None:
    lookup = HostLookup()
    # when many ask a resolver that is silent, at once and later
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(lookup.addresses, HOST, 1, 0.05) for _ in range(8)]
        # then each is told so
        assert all(isinstance(each.exception(), TimeoutError) for each in waiting)
    # and one question is open, for which a thread waits
    until(lambda: silent.asked > 0, "the resolver is asked")
    assert silent.asked == 1


def test_once_the_resolver_answers_again_the_host_is_found(silent: SilentResolver) -> None:
    lookup = HostLookup()
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(TimeoutError):
            lookup.addresses(HOST, port, 0.05)
        silent.answer()
        (found,) = lookup.addresses(HOST, port, 30.0)
        found.connect(30.0).close()


def test_each_connect_looks_the_host_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with SilentResolver(HOST, monkeypatch) as resolver:
        resolver.answer()
        lookup = HostLookup()
        for _ in range(2):
            assert lookup.addresses(HOST, 1, 30.0)[0].where == ("127.0.0.1", 1)
        assert resolver.asked == 2


def test_whatever_goes_wrong_is_told_and_the_next_look_up_is_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lookup = HostLookup()
    with monkeypatch.context() as broken:
        broken.setattr("socket.getaddrinfo", out_of_memory)
        with pytest.raises(MemoryError):
            lookup.addresses(HOST, 1, 30.0)
    assert lookup.addresses("127.0.0.1", 1, 30.0)[0].where == ("127.0.0.1", 1)


def out_of_memory(*_: object, **__: object) -> NoReturn:
    raise MemoryError
