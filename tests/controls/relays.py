"""Phones with NFC, and API processes of their own that relay their cards to a decoding service."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from socket import create_server
from typing import Any

import httpx
import pytest
from prometheus_client import Counter

from api.parts import Parts
from api.people.push import PushHub
from api.verification.relay_dialogues import CardRelays
from devices.card_decoders.remote_sam import RemoteSamDecoder
from devices.card_document import CardDocument
from devices.card_ports import CardDecoder
from jiazheng.demo.doubles.card_text import encode_card_text
from jiazheng.demo.doubles.id_card import ATQB, IdCard
from jiazheng.demo.doubles.sam_service import SamService
from tests.controls.api import Api, bearer, fresh_key, serving
from tests.controls.cards import portrait
from tests.controls.kiosks import card_of, challenge
from tests.controls.visitors import Visitor

ACTIVATION = bytes.fromhex("1d0000000000080108")
TURNS_OF_A_READ = 16


def found_at(service: SamService) -> dict[str, object]:
    """The settings by which an API finds a decoding service."""
    host, port = service.address
    return {"card_decoder_host": host, "card_decoder_port": port}


def decoder_at(
    service: SamService, deadline_seconds: float = 300.0, card_timeout_seconds: float = 30.0
) -> RemoteSamDecoder:
    """Its bounds are wider than any test takes, but for those that are given."""
    host, port = service.address
    return RemoteSamDecoder(host, port, deadline_seconds, card_timeout_seconds=card_timeout_seconds)


@contextmanager
def another_process(api: Api, redis_url: str, decoder: CardDecoder | None, **bounds: Any) -> Iterator[str]:
    """The address of another API process at the same databases; `bounds` are those of `CardRelays`.

    It would wait longer for a card than ours does: how long, the decoder of the test says.
    """
    parts = api.parts

    @asynccontextmanager
    async def open_parts() -> AsyncIterator[Parts]:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("api.verification.relay_mail.CARD_SECONDS", 60.0)
            relays = CardRelays(redis_url, parts.ledger.keyring.platform, decoder, parts.public_url, **bounds)
        async with aclosing(relays):
            push = PushHub(parts.ledger, parts.sessions, parts.clock)
            yield replace(parts, card_relays=relays, push=push)

    with (
        create_server(("127.0.0.1", 0)) as listening,
        serving(open_parts, listening, "127.0.0.1") as (_, served),
    ):
        yield f"http://localhost:{listening.getsockname()[1]}"
    assert not served.untold, "answered, but not in the OpenAPI document"


def counted(counter: Counter, *labels: str) -> float:
    """How often this process has counted that, of whichever test."""
    value: float = (counter.labels(*labels) if labels else counter)._value.get()
    return value


@dataclass(frozen=True)
class Phone:
    """A phone with a card on it, and whose session it has."""

    visitor: Visitor
    card: IdCard

    def begin(self, url: str, **changes: Any) -> httpx.Response:
        """Begin a relay, for a fresh challenge; `changes` replace what is sent."""
        self.card.reset()
        self.card.answer(ACTIVATION)
        body = {"atqb": ATQB.hex(), "uid": self.card.uid.hex()} | changes
        if "challenge" not in body:
            body["challenge"] = challenge(self.visitor.client)
        return self.post(f"{url}/v1/card-relays", body)

    def answer(
        self, url: str, told: dict[str, Any], key: str | None = None, **changes: Any
    ) -> httpx.Response:
        """Send what the card says to the APDU that was told; `changes` replace what is sent."""
        body = {"turn": told["turn"]} | changes
        if "answer" not in body:
            body["answer"] = (self.card.answer(bytes.fromhex(told["apdu"])) or b"").hex()
        return self.post(f"{url}/v1/card-relays/{told['relay_id']}/answers", body, key)

    def read(self, *urls: str, **begun: Any) -> httpx.Response:
        """Relay until there is a reading or a problem, each turn at the next address."""
        where = cycle(urls)
        answer = self.begin(next(where), **begun)
        while answer.is_success and answer.json()["apdu"] is not None:
            answer = self.answer(next(where), answer.json())
        return answer

    def reading(self, url: str, **begun: Any) -> str:
        """A `card_reading`."""
        answer = self.read(url, **begun)
        assert answer.is_success, answer.text
        return str(answer.json()["card_reading"])

    def post(self, url: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        """POST as the person."""
        headers = {"Idempotency-Key": key or fresh_key()} | bearer(self.visitor.token)
        return httpx.post(url, json=body, headers=headers, timeout=30.0, trust_env=False)


def phone_of(visitor: Visitor, document: CardDocument | None = None) -> Phone:
    """A phone with the person's own card on it, or another."""
    return Phone(visitor, IdCard(document or card_of(visitor.person), portrait()))


def traces_of(document: CardDocument, phone: Phone) -> list[str]:
    """What a readable document could be known by."""
    text = encode_card_text(document)
    octets = [text, text[:60], text[122:158], phone.card.portrait, phone.card.portrait[:100]]
    plain = [document.name, document.id_number, document.address]
    return plain + [form for part in octets for form in (part.hex(), b64encode(part).decode()[:-4])]
