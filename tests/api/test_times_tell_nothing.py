"""Before the code is right nobody learns from the time of an answer whether phone or ID number is registered.

No time is asserted: answers about somebody and about nobody come in pairs, in an order drawn anew for each:
whatever else the machine does falls on both alike, and only their ranks are compared. What costs less than
the machine's own noise shows in the statements instead: `test_no_enumeration.py`.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest

from ledger.vault.passcodes import passcode_matches
from tests.controls.api import Api
from tests.controls.devices import with_passcode
from tests.controls.people import Person, new_person
from tests.controls.visitors import complete_worker, form

pytestmark = pytest.mark.slow

PAIRS = 30
UNTOLD = 0.35
"""How far from one half the share may be: 4.7 standard deviations of equal times (0.075 for 30 pairs)."""
WAIT = timedelta(hours=3)
"""After which a phone may get a code again: one a minute, ten a day."""

PATHS = ("/v1/sms-codes", "/v1/sessions", "/v1/workers", "/v1/consumers", "/v1/recovery-requests")

Send = Callable[[str, dict[str, str]], object]
Times = dict[str, list[float]]


def share_slower(some: Sequence[float], others: Sequence[float]) -> float:
    """The probability that one of the first took longer than one of the second (Mann and Whitney, 1947)."""
    pairs = [(one > other) + (one == other) / 2 for one in some for other in others]
    return sum(pairs) / len(pairs)


def by_phone(known: Person) -> tuple[dict[str, str], dict[str, str]]:
    """A stranger's own number, with the phone of somebody registered and of nobody."""
    asking = form(new_person(), "000000")
    return asking | {"phone": str(known.phone)}, asking | {"phone": str(new_person().phone)}


def by_id_number(known: Person) -> tuple[dict[str, str], dict[str, str]]:
    """A stranger's own phone, with the ID number of somebody registered and of nobody."""
    numbers = known.id_number, new_person().id_number
    one, other = (form(new_person(), "000000") | {"id_number": str(number)} for number in numbers)
    return one, other


def rounds(api: Api, bodies: Sequence[dict[str, str]], send: Send) -> Iterator[tuple[str, int, float]]:
    """Path, whose body it was and the seconds, for everything that can be asked before a code is right."""
    order = random.Random(7)  # noqa: S311 - not for a secret
    for _ in range(PAIRS):
        api.clock.advance(WAIT)
        for path in PATHS:
            for whose in order.sample(range(len(bodies)), len(bodies)):
                began = time.perf_counter()
                send(path, bodies[whose])
                yield path, whose, time.perf_counter() - began


def shares(api: Api, bodies: Sequence[dict[str, str]], send: Send) -> dict[str, float]:
    """For each path how often the answer about somebody registered took longer."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for path, whose, seconds in rounds(api, bodies, send):
        taken.setdefault(path, ([], []))[whose].append(seconds)
    return {path: share_slower(*both) for path, both in taken.items()}


@pytest.mark.parametrize("bodies", [by_phone, by_id_number])
def test_neither_answer_takes_longer(
    api: Api, bodies: Callable[[Person], tuple[dict[str, str], dict[str, str]]]
) -> None:
    # given somebody with everything that an answer could tell of: a passcode, a face, a verified identity
    known = with_passcode(api, complete_worker(api)).person
    # when a stranger has codes sent and guesses them, about this person and about nobody, in turns
    found = shares(api, bodies(known), lambda path, body: api.post(path, json=body))
    # then which of the two it was cannot be told from the time
    assert {path: share for path, share in found.items() if abs(share - 0.5) > UNTOLD} == {}


def test_a_passcode_tried_for_those_registered_would_be_seen(api: Api) -> None:
    # given answers that try the passcode of whoever is registered, as a second factor asked too early would
    visitor = with_passcode(api, complete_worker(api))
    known, unknown = by_phone(visitor.person)

    def send(path: str, body: dict[str, str]) -> None:
        if body is known:
            passcode_matches(api.parts.ledger, visitor.subject, "000000")
        api.post(path, json=body)

    # when the same is measured
    found = shares(api, (known, unknown), send)
    # then every path tells
    assert all(share > 0.5 + UNTOLD for share in found.values()), found
