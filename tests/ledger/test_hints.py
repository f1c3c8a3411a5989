"""Hints come soon, not too many, and never at the cost of an append."""

import time
from concurrent.futures import ThreadPoolExecutor
from socket import create_server
from threading import Event

import pytest

from jiazheng.embedded.valkey import EmbeddedValkey
from jiazheng.embedded.waiting import wait_until
from ledger.store.hints import COALESCE_SECONDS, Hints
from ledger.store.metrics import HINTS_SENT
from tests.controls.relays import counted

NEVER_SECONDS = 60.0
"""Longer than any of these tests."""

TELLS, SOON_SECONDS = 400, 25.0
"""Would `tell` wait for a server that stalls, so many took four times as long."""


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is there is waited for, so that no hint is lost on a busy machine."""
    monkeypatch.setattr("ledger.store.hints.TIMEOUT_SECONDS", NEVER_SECONDS)


def _hears(listener: Hints, teller: Hints) -> bool:
    """Whether a listener that waits is woken; it may not listen yet at the first hint."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(listener.wait, Event())

        def woken() -> bool:
            teller.tell()
            return waiting.done()

        return wait_until(woken, NEVER_SECONDS / 2)


@pytest.mark.usefixtures("unhurried")
def test_a_hint_ends_the_wait_of_another_process(own_valkey: EmbeddedValkey) -> None:
    teller, listener = Hints(own_valkey.url), Hints(own_valkey.url, NEVER_SECONDS)
    assert all(_hears(listener, teller) for _ in range(3))
    teller.close()
    listener.close()


@pytest.mark.usefixtures("unhurried")
def test_many_appends_give_few_hints(own_valkey: EmbeddedValkey) -> None:
    # given appends that come as fast as they can
    teller, before, began = Hints(own_valkey.url), counted(HINTS_SENT), time.perf_counter()
    for _ in range(50_000):
        teller.tell()
    # when hints are sent
    assert wait_until(lambda: counted(HINTS_SENT) > before, NEVER_SECONDS)
    elapsed = time.perf_counter() - began
    teller.close()
    # then there is at most one in three milliseconds
    assert counted(HINTS_SENT) - before <= elapsed / COALESCE_SECONDS + 3


@pytest.mark.usefixtures("unhurried")
def test_a_killed_server_costs_nothing_but_time_and_is_found_again(own_valkey: EmbeddedValkey) -> None:
    # given a server that is killed while hints go through it
    teller, listener = Hints(own_valkey.url), Hints(own_valkey.url)
    assert _hears(listener, teller)
    own_valkey.kill()
    # when they go on, then telling is quick and waiting ends by itself
    began = time.perf_counter()
    for _ in range(TELLS):
        teller.tell()
    assert time.perf_counter() - began < SOON_SECONDS
    for _ in range(3):
        listener.wait(Event())
    # and once the server is back, so are the hints
    own_valkey.start()
    patient = Hints(own_valkey.url, NEVER_SECONDS)
    assert _hears(patient, teller)
    for hints in (teller, listener, patient):
        hints.close()


def test_a_server_that_stalls_holds_up_nobody_who_tells() -> None:
    # given a server that takes connections and answers nothing
    with create_server(("127.0.0.1", 0)) as stalled:
        teller, began = Hints(f"redis://127.0.0.1:{stalled.getsockname()[1]}/0"), time.perf_counter()
        # when something is appended again and again, then telling is quick
        for _ in range(TELLS):
            teller.tell()
        assert time.perf_counter() - began < SOON_SECONDS
    teller.close()


def test_a_stop_ends_the_wait(own_valkey: EmbeddedValkey) -> None:
    own_valkey.kill()
    stop, hints = Event(), Hints(own_valkey.url, NEVER_SECONDS)
    stop.set()
    began = time.perf_counter()
    hints.wait(stop)
    assert time.perf_counter() - began < NEVER_SECONDS / 2
    hints.close()
