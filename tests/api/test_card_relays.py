"""Reading the card on a phone: POST /v1/card-relays, POST /v1/card-relays/{relay_id}/answers."""

import json
from base64 import b64decode
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from limits import RateLimitItemPerHour

from api.http.request_limits import CARD_RELAYS
from jiazheng.demo.doubles.id_card import CardField
from jiazheng.demo.relaying import read_card_by_relay
from jiazheng.embedded.valkey import EmbeddedValkey
from ledger.sealing.fields import unseal
from tests.controls.api import Api
from tests.controls.kiosks import challenge
from tests.controls.problems import refusal
from tests.controls.relays import TURNS_OF_A_READ, Phone, another_process, phone_of
from tests.controls.routes import NOBODY_THERE
from tests.controls.visitors import Visitor, borrowing
from tests.controls.workers import choosing_worker

TEN_MINUTES, AN_INSTANT = timedelta(minutes=10), timedelta(microseconds=1)


@pytest.fixture
def phone(api: Api) -> Phone:
    """A worker's own, with the own card on it."""
    return phone_of(choosing_worker(api))


def test_a_phone_reads_the_card_turn_by_turn(api: Api, phone: Phone) -> None:
    # when each APDU is carried to the card and back
    told = [phone.begin(api.url)]
    while told[-1].json()["apdu"]:
        told.append(phone.answer(api.url, told[-1].json()))
    # then turns are counted, and the last one has the reading
    assert [answer.status_code for answer in told] == [201] + [200] * TURNS_OF_A_READ
    assert [answer.json()["turn"] for answer in told] == list(range(1, TURNS_OF_A_READ + 2))
    assert [answer.json()["card_reading"] is None for answer in told] == [True] * TURNS_OF_A_READ + [False]


def test_the_reference_client_reads_with_a_real_reader(phone: Phone) -> None:
    client = phone.visitor.client
    with CardField(phone.card) as field:
        assert read_card_by_relay(client, field.path, challenge(client)).startswith("relayed:")


def test_a_borrowed_phone_reads_the_card_too(api: Api, phone: Phone) -> None:
    borrower = Visitor(phone.visitor.subject, phone.visitor.person, borrowing(api, phone.visitor.subject))
    assert Phone(borrower, phone.card).read(api.url).json()["card_reading"]


def test_each_turn_may_reach_another_process(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    # given two API processes, of which only one has a way to the decoder
    with another_process(api, valkey.url, None) as other:
        # when a relay begins at the one, and goes on at both
        read = phone.read(api.url, other)
        # then it comes to its end
        assert read.json()["card_reading"], read.text


def test_two_cards_are_read_at_once(api: Api, phone: Phone) -> None:
    # given two relays side by side
    other = phone_of(choosing_worker(api))
    first, second = phone.begin(api.url), other.begin(api.url)
    # when their turns alternate, then neither takes the other's answers
    while first.json()["apdu"]:
        first, second = phone.answer(api.url, first.json()), other.answer(api.url, second.json())
    assert first.json()["card_reading"]
    assert second.json()["card_reading"]


def test_a_phone_that_begins_again_has_let_go_of_the_first(api: Api, phone: Phone) -> None:
    first, second = phone.begin(api.url).json(), phone.begin(api.url).json()
    assert refusal(phone.answer(api.url, first, answer="9000")) == (404, "card-relay-lost", None)
    assert phone.answer(api.url, second).is_success


def test_somebody_else_s_relay_is_none(api: Api, phone: Phone) -> None:
    # given a relay that waits for an answer
    told = phone.begin(api.url).json()
    # when somebody else answers it, or one that never was, then they are not told apart
    stranger = phone_of(choosing_worker(api))
    answers = [
        stranger.answer(api.url, told, answer="9000"),
        stranger.answer(api.url, told | {"relay_id": NOBODY_THERE}, answer="9000"),
    ]
    assert [refusal(answer) for answer in answers] == [(404, "card-relay-lost", None)] * 2
    assert answers[0].text == answers[1].text
    # and it goes on
    assert phone.answer(api.url, told).is_success


def test_a_repeated_answer_gets_the_same_turn(api: Api, valkey: EmbeddedValkey, phone: Phone) -> None:
    with another_process(api, valkey.url, None) as other:
        told = phone.begin(api.url).json()
        answer = phone.card.answer(bytes.fromhex(told["apdu"]))
        assert answer is not None
        # when one and the same request comes three times, at either process
        again = [
            phone.answer(url, told, "one and the same key", answer=answer.hex())
            for url in (api.url, other, api.url)
        ]
        # then the card is asked one thing only
        assert {each.text for each in again} == {again[0].text}
        assert again[0].json()["turn"] == 2
        assert phone.answer(other, again[0].json()).json()["turn"] == 3


def test_the_last_answer_repeated_gets_the_same_reading(api: Api, phone: Phone) -> None:
    told = phone.begin(api.url).json()
    for _ in range(TURNS_OF_A_READ - 1):
        told = phone.answer(api.url, told).json()
    last = (phone.card.answer(bytes.fromhex(told["apdu"])) or b"").hex()
    send = partial(phone.answer, api.url, told, "the last of this relay", answer=last)
    first, again = send(), send()
    assert first.json()["card_reading"]
    assert again.text == first.text


def test_the_reading_is_not_kept_among_the_answers(api: Api, phone: Phone) -> None:
    # given a card that was read to its end
    assert phone.reading(api.url)
    # when the platform's key opens what is kept for repetitions, then there is the begin, and no reading
    actor, key = str(phone.visitor.subject), api.parts.ledger.keyring.platform
    query = "SELECT request_key, sealed FROM ops.answers WHERE actor = %s AND sealed IS NOT NULL"
    with api.parts.ledger.pool.connection() as connection:
        kept = connection.execute(query, (actor,)).fetchall()
    answers = [json.loads(unseal(key, sealed, f"answer/{actor}/{name}")) for name, sealed in kept]
    bodies = [b64decode(answer["body"]).decode() for answer in answers]
    assert any("relay_id" in body for body in bodies)
    assert not any("relayed:" in body for body in bodies)


def test_a_begin_repeated_is_the_same_relay(api: Api, phone: Phone) -> None:
    body = {"challenge": challenge(phone.visitor.client), "atqb": "50" * 12, "uid": "00" * 8}
    first, again = (phone.post(f"{api.url}/v1/card-relays", body, "begun once, sent twice") for _ in range(2))
    assert first.status_code == 201
    assert again.json() == first.json()


@pytest.mark.parametrize("turn", [1, 3])
def test_an_answer_out_of_turn_is_refused_and_changes_nothing(api: Api, phone: Phone, turn: int) -> None:
    # given a relay at its second turn
    told = phone.answer(api.url, phone.begin(api.url).json()).json()
    # when the first is answered again under a fresh key, or one that was not told yet
    answer = phone.answer(api.url, told | {"turn": turn}, answer="9000")
    # then it is refused, and the second can be answered
    assert refusal(answer) == (409, "card-relay-out-of-turn", "turn")
    assert phone.answer(api.url, told).json()["turn"] == 3


def test_a_relay_needs_an_own_fresh_challenge(api: Api, phone: Phone) -> None:
    # given a challenge of somebody else, one that is made up, and one that is too old
    strange, old = challenge(choosing_worker(api).client), challenge(phone.visitor.client)
    answers = [phone.begin(api.url, challenge=each) for each in (strange, "A" * 68)]
    api.clock.advance(TEN_MINUTES + AN_INSTANT)
    answers.append(phone.begin(api.url, challenge=old))
    # then none of them begins a relay
    assert [refusal(answer)[:2] for answer in answers] == [(410, "challenge-expired")] * 3


def test_an_account_reads_so_many_cards_an_hour(
    api: Api, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an account with two readings left
    limits: Any = api.parts.request_limits
    monkeypatch.setitem(limits._limits, CARD_RELAYS, RateLimitItemPerHour(2))
    assert phone.read(api.url).is_success
    assert phone.read(api.url).is_success
    # when it begins a third one, then it is told when to come again, and others are served
    refused = phone.begin(api.url)
    assert refusal(refused)[:2] == (429, "too-many-requests")
    assert int(refused.headers["retry-after"]) > 60
    assert phone_of(choosing_worker(api)).begin(api.url).is_success
