"""Dialogues with the card decoder whose card lies on a phone: a thread each, at most so many in a process."""

import logging
from asyncio import gather, timeout
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from threading import Thread
from typing import Final
from uuid import UUID, uuid4

from fastapi.concurrency import run_in_threadpool
from prometheus_client import Counter
from redis import RedisError

from api.http.problems import Problem
from api.verification.relay_mail import SCRIPT_SECONDS, DecodersEnd, Failure, PhonesEnd, Relay, Said
from api.verification.relayed_links import OfferedCard, RelayedLink, claims_of, failure_of
from api.verification.relayed_readings import seal_reading
from devices.card_evidence import TranscribedLink
from devices.card_ports import CardDecoder, CardReadError

AT_A_TIME: Final = 16
DIALOGUE_SECONDS: Final = 20.0
"""A whole dialogue; a card is not held against a phone for longer."""
WAIT_SECONDS: Final = DIALOGUE_SECONDS + 2.0
"""For what comes next; only a dialogue whose process was killed lets it pass. A Valkey that stalls has
`SCRIPT_SECONDS` more, and then the request is answered all the same."""
HANG_UP_SECONDS: Final = 1.0

BEGUN = Counter("jiazheng_card_relays_begun", "Card relays that were begun")
BUSY = Counter("jiazheng_card_relays_busy", "Card relays that were not begun, for want of a place")
ENDED = Counter("jiazheng_card_relays_ended", "Card relays that have ended, by how", ["how"])
"""`read`; the code of a `CardReadError`; `valkey_failed`; `broken`: a mistake of ours."""

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

        One that lives in another process ends by its own bounds, after `DIALOGUE_SECONDS` at the latest: it
        has a place there, and takes nothing from this one.
        It is called on the event loop and takes its place before it waits: no two of them count at once.

        Returns:
            the relay, its first turn, and the first APDU.

        Raises:
            Problem: there is no decoder, or it refused; too many relays run in this process.
        """
        if self._decoder is None:
            raise _problem_of(Failure.UNAVAILABLE)
        earlier = self._let_go(owner)
        link = RelayedLink(self._mail, Relay(owner, uuid4()), card)
        if not self._has_started(link, self._decoder, card.challenge, earlier):
            BUSY.inc()
            raise Problem("card-relay-busy", 503)
        BEGUN.inc()
        async with self._answering_in_time():
            return link.relay, 1, await self._heard(link.relay, 1)

    def _let_go(self, owner: UUID) -> list[RelayedLink]:
        """The relays of a person, which hold no place from now on."""
        links = [link for link in self._running.copy() if link.relay.owner == owner]
        for link in links:
            link.let_go()
        return links

    def _has_started(
        self, link: RelayedLink, decoder: CardDecoder, challenge: str, earlier: list[RelayedLink]
    ) -> bool:
        if sum(not each.is_over for each in self._running.copy()) >= self._at_a_time:
            return False
        work = (link, decoder, challenge, earlier)
        thread = self._running[link] = Thread(target=self._hold, args=work, name="card-relay", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system has no thread left
            del self._running[link]
            return False
        return True

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
        async with self._answering_in_time():
            failure = await self._phones.hand_in(relay, turn, answer, command_id)
            if failure is not None:
                raise _problem_of(failure)
            return relay, turn + 1, await self._heard(relay, turn + 1)

    async def _heard(self, relay: Relay, turn: int) -> Said:
        said = await self._phones.hear(relay, turn, self._wait_seconds)
        if said is None:
            raise _problem_of(Failure.GONE)
        if said.failure is not None:
            raise _problem_of(Failure(said.failure))
        return said

    @asynccontextmanager
    async def _answering_in_time(self) -> AsyncIterator[None]:
        """Whatever Valkey does, the request has an answer: where it fails or stalls, to repeat the same."""
        try:
            async with timeout(self._wait_seconds + SCRIPT_SECONDS):
                yield
        except (RedisError, TimeoutError) as error:
            raise replace(_problem_of(Failure.UNAVAILABLE), retry_after_seconds=1) from error

    def _hold(
        self, link: RelayedLink, decoder: CardDecoder, challenge: str, earlier: list[RelayedLink]
    ) -> None:
        """A whole dialogue, in a thread of its own; the phone is told its end, whatever that is."""
        said, how = Said(failure=Failure.UNAVAILABLE), "broken"
        try:
            for each in earlier:
                each.hang_up()
            said, how = self._read(link, decoder, challenge)
        except RedisError as error:
            how = "valkey_failed"
            log.warning("a card relay was lost: Valkey failed (%s)", type(error).__name__)
        finally:
            ENDED.labels(how).inc()
            self._end(link, said)

    def _end(self, link: RelayedLink, said: Said) -> None:
        try:
            link.end(said)
        except RedisError as error:
            log.warning("a phone was not told how its card relay ended (%s)", type(error).__name__)
        finally:
            del self._running[link]

    def _read(self, link: RelayedLink, decoder: CardDecoder, challenge: str) -> tuple[Said, str]:
        transcribed = TranscribedLink(link)
        try:
            document = decoder.decode(transcribed)
        except CardReadError as error:
            failure = failure_of(error)
            if failure is Failure.UNAVAILABLE:
                log.warning("the card decoder failed: %s", error)  # says where, never which bytes
            return Said(failure=failure), error.code
        claims = claims_of(document, transcribed, challenge) | {"aud": self._audience}
        return Said(card_reading=seal_reading(self._key, link.relay.owner, claims)), "read"

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


def _problem_of(failure: Failure) -> Problem:
    match failure:
        case Failure.UNREADABLE:
            return Problem("card-unreadable", 422)
        case Failure.GONE:
            return Problem("card-relay-lost", 404)
        case Failure.OUT_OF_TURN:
            return Problem("card-relay-out-of-turn", 409, "turn")
        case Failure.UNAVAILABLE:
            return Problem("card-decoder-unavailable", 503)
