"""Dialogues with the card decoder whose card lies on a phone: a thread each, at most so many in a process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Final
from uuid import UUID, uuid4

from fastapi.concurrency import run_in_threadpool
from redis import RedisError

from api.problems import Problem
from api.relay_mail import LOST, OUT_OF_TURN, DecodersEnd, PhonesEnd, Relay, Said
from api.relayed_links import UNAVAILABLE, OfferedCard, RelayedLink, claims_of, code_of
from api.relayed_readings import seal_reading
from devices.card_evidence import TranscribedLink
from devices.card_ports import CardDecoder, CardReadError

AT_A_TIME: Final = 16
DIALOGUE_SECONDS: Final = 20.0
"""A whole dialogue; a card is not held against a phone for longer."""
CARD_SECONDS: Final = 5.0
"""From an APDU to the card's answer, the way to the phone and back included."""
WAIT_SECONDS: Final = DIALOGUE_SECONDS + 2.0
"""For what comes next; only a dialogue whose process was killed lets it pass."""
HANG_UP_SECONDS: Final = 1.0

log = logging.getLogger(__name__)


class CardRelays:
    """Begins relays and carries them on; without a decoder it refuses."""

    def __init__(
        self,
        redis_url: str,
        key: bytes,
        decoder: CardDecoder | None,
        audience: str,
        *,
        at_a_time: int = AT_A_TIME,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        """Relays over a Valkey or Redis to a decoder; `key` seals what goes over it, and the readings."""
        self._key, self._decoder, self._audience = key, decoder, audience
        self._at_a_time, self._wait_seconds = at_a_time, wait_seconds
        self._mail, self._phones = DecodersEnd(redis_url, key), PhonesEnd(redis_url, key)
        self._running: dict[RelayedLink, Thread] = {}

    async def begin(self, owner: UUID, card: OfferedCard) -> tuple[Relay, int, Said]:
        """Begin a relay; it ends the person's earlier one, of which the phone has let go.

        It is called on the event loop, so that no two of them count at once.

        Returns:
            the relay, its first turn, and the first APDU.

        Raises:
            Problem: there is no decoder, or it refused; too many relays run in this process.
        """
        if self._decoder is None:
            raise Problem("card-decoder-unavailable", 503)
        with _reaching_valkey():
            await run_in_threadpool(self._hang_up, owner)
        if len(self._running) >= self._at_a_time:
            raise Problem("card-relay-busy", 503)
        link = RelayedLink(self._mail, Relay(owner, uuid4()), card)
        work = (link, self._decoder, card.challenge)
        self._running[link] = Thread(target=self._hold, args=work, name="card-relay", daemon=True)
        self._running[link].start()
        return link.relay, 1, await self._heard(link.relay, 1)

    async def answer(
        self, relay: Relay, turn: int, answer: bytes, command_id: UUID
    ) -> tuple[Relay, int, Said]:
        """Hand in the card's answer at a turn (empty: the card is gone), in whichever process it arrives.

        Returns:
            the relay, its next turn, and what is said there.

        Raises:
            Problem: the relay is over, unknown or another person's; it is not that turn; or the card could
                not be read.
        """
        with _reaching_valkey():
            taken = await self._phones.hand_in(relay, turn, answer, command_id)
        if taken == LOST:
            raise Problem("card-relay-lost", 404)
        if taken == OUT_OF_TURN:
            raise Problem("card-relay-out-of-turn", 409, "turn")
        return relay, turn + 1, await self._heard(relay, turn + 1)

    async def _heard(self, relay: Relay, turn: int) -> Said:
        with _reaching_valkey():
            said = await self._phones.hear(relay, turn, self._wait_seconds)
        if said is None:
            raise Problem("card-relay-lost", 404)
        if said.problem is not None:
            raise _problem_of(said.problem)
        return said

    def _hold(self, link: RelayedLink, decoder: CardDecoder, challenge: str) -> None:
        """A whole dialogue, in a thread of its own; without Valkey there is nobody to tell how it ended."""
        try:
            link.end(self._read(link, decoder, challenge))
        except RedisError as error:
            log.warning("a card relay was lost: Valkey failed (%s)", type(error).__name__)
        finally:
            del self._running[link]

    def _read(self, link: RelayedLink, decoder: CardDecoder, challenge: str) -> Said:
        transcribed = TranscribedLink(link)
        try:
            document = decoder.decode(transcribed)
        except CardReadError as error:
            code = code_of(error)
            if code == UNAVAILABLE:
                log.warning("the card decoder failed: %s", error)  # says where, never which bytes
            return Said(problem=code)
        claims = claims_of(document, transcribed, challenge) | {"aud": self._audience}
        return Said(card_reading=seal_reading(self._key, link.relay.owner, claims))

    async def aclose(self) -> None:
        """End what runs, so that no phone waits for it; a thread that waits for the decoder is left alone."""
        running = self._running.copy()
        with suppress(RedisError):
            await run_in_threadpool(self._hang_up)
        for thread in running.values():
            await run_in_threadpool(thread.join, HANG_UP_SECONDS / len(running))
        await self._phones.aclose()

    def _hang_up(self, owner: UUID | None = None) -> None:
        """End the relays of a person, or all."""
        for link in self._running.copy():
            if owner in (None, link.relay.owner):
                link.hang_up()


@contextmanager
def _reaching_valkey() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Problem("card-decoder-unavailable", 503) from error


def _problem_of(code: str) -> Problem:
    match code:
        case "card-unreadable":
            return Problem("card-unreadable", 422)
        case "card-relay-lost":
            return Problem("card-relay-lost", 404)
    return Problem("card-decoder-unavailable", 503)
