"""Dialogues with the card decoder whose card lies on a phone: a thread each, at most so many in a process."""

import logging
from asyncio import gather
from collections.abc import Iterable, Iterator
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
        """Begin a relay; it ends the person's earlier one in this process, of which the phone has let go.

        One that lives in another process ends by its own bounds, after `DIALOGUE_SECONDS` at the latest.
        It is called on the event loop and takes its place before it waits: no two of them count at once.

        Returns:
            the relay, its first turn, and the first APDU.

        Raises:
            Problem: there is no decoder, or it refused; too many relays run in this process.
        """
        if self._decoder is None:
            raise Problem("card-decoder-unavailable", 503)
        earlier = self._let_go(owner)
        link = RelayedLink(self._mail, Relay(owner, uuid4()), card)
        self._start(link, self._decoder, card.challenge)
        with _reaching_valkey():
            await _hang_up(earlier)
        return link.relay, 1, await self._heard(link.relay, 1)

    def _let_go(self, owner: UUID) -> list[RelayedLink]:
        """The relays of a person, which hold no place from now on."""
        links = [link for link in self._running.copy() if link.relay.owner == owner]
        for link in links:
            link.let_go()
        return links

    def _start(self, link: RelayedLink, decoder: CardDecoder, challenge: str) -> None:
        if sum(not each.is_over for each in self._running.copy()) >= self._at_a_time:
            raise Problem("card-relay-busy", 503)
        work = (link, decoder, challenge)
        thread = self._running[link] = Thread(target=self._hold, args=work, name="card-relay", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system has no thread left
            del self._running[link]
            raise Problem("card-relay-busy", 503) from error

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
        """A whole dialogue, in a thread of its own; the phone is told its end, whatever that is."""
        said = Said(problem=UNAVAILABLE)
        try:
            said = self._read(link, decoder, challenge)
        except RedisError as error:
            log.warning("a card relay was lost: Valkey failed (%s)", type(error).__name__)
        finally:
            self._end(link, said)

    def _end(self, link: RelayedLink, said: Said) -> None:
        try:
            link.end(said)
        except RedisError as error:
            log.warning("a phone was not told how its card relay ended (%s)", type(error).__name__)
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
            await _hang_up(running)
        for thread in running.values():
            await run_in_threadpool(thread.join, HANG_UP_SECONDS / len(running))
        await run_in_threadpool(self._mail.close)
        await self._phones.aclose()


async def _hang_up(links: Iterable[RelayedLink]) -> None:
    """End relays side by side; where one fails the others are ended all the same."""
    ended = await gather(*(run_in_threadpool(link.hang_up) for link in links), return_exceptions=True)
    for error in ended:
        if error is not None:
            raise error


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
