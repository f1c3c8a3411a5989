"""Hints come soon, not too many, and never at the cost of an append."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from jiazheng.embedded.valkey import EmbeddedValkey
from jiazheng.embedded.waiting import wait_until
from ledger.store.hints import COALESCE_SECONDS, IDLE_SECONDS, Hints

NEVER_SECONDS = 60.0
"""Longer than any of these tests."""


def _hears(listener: Hints, teller: Hints) -> bool:
    """Whether a listener that waits is woken; it may not listen yet at the first hint."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(listener.wait, Event())

        def woken() -> bool:
            teller.tell()
            return waiting.done()

        return wait_until(woken, 10)


def test_a_hint_ends_the_wait_of_another_process(own_valkey: EmbeddedValkey) -> None:
    teller, listener = Hints(own_valkey.url), Hints(own_valkey.url, NEVER_SECONDS)
    assert all(_hears(listener, teller) for _ in range(3))
    teller.close()
    listener.close()


def test_many_appends_give_few_hints(own_valkey: EmbeddedValkey) -> None:
    # given somebody who counts
    teller, counter = Hints(own_valkey.url), Hints(own_valkey.url, NEVER_SECONDS)
    assert _hears(counter, teller)
    subscription, counted = counter.subscription, 0
    # when appends come as fast as they can
    began = time.perf_counter()
    for _ in range(50_000):
        teller.tell()
    elapsed = time.perf_counter() - began
    teller.close()
    # then there were hints, and at most one in three milliseconds
    while subscription.get_message(timeout=0.5) is not None:
        counted += 1
    assert 0 < counted <= elapsed / COALESCE_SECONDS + 3
    counter.close()


def test_a_killed_server_costs_nothing_but_time_and_is_found_again(own_valkey: EmbeddedValkey) -> None:
    # given a server that is killed while hints go through it
    teller, listener = Hints(own_valkey.url), Hints(own_valkey.url)
    assert _hears(listener, teller)
    own_valkey.kill()
    # when they go on, then telling is quick and waiting ends by itself
    began = time.perf_counter()
    for _ in range(100):
        teller.tell()
    assert time.perf_counter() - began < IDLE_SECONDS
    for _ in range(3):
        listener.wait(Event())
    # and once the server is back, so are the hints
    own_valkey.start()
    patient = Hints(own_valkey.url, NEVER_SECONDS)
    assert _hears(patient, teller)
    for hints in (teller, listener, patient):
        hints.close()


def test_a_stop_ends_the_wait(own_valkey: EmbeddedValkey) -> None:
    own_valkey.kill()
    stop, hints = Event(), Hints(own_valkey.url)
    stop.set()
    began = time.perf_counter()
    hints.wait(stop)
    assert time.perf_counter() - began < 5
    hints.close()
