"""What phone and decoder say to each other in a relay, over Valkey: they may be at different API processes.

The dialogue with the decoder lives in the process in which it began; the phone's next request may reach any.
Each turn is a list of one text with an end of its own, so that the other side can wait for it, and a phone
that repeats a request reads the same text again. All is sealed for its place: owner, relay, direction, turn.
Texts stay in memory: the scripts keep them out of the file, to which Valkey writes each other change. Only
what copies the whole memory has them, too: a rewrite of that file, a snapshot, the full sync of a replica.
"""

import hmac
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from api.http.answers import ATTEMPT
from ledger.sealing.fields import fresh_nonce, seal, unseal

KEY_PREFIX: Final = "jiazheng:card-relays"
KEPT_MILLISECONDS: Final = int(ATTEMPT.total_seconds() * 1000)
"""As long as a client repeats a request for want of an answer."""
CARD_SECONDS: Final = 5.0
"""From an APDU to the card's answer, the way to the phone and back included."""
CONNECT_SECONDS, SCRIPT_SECONDS = 0.25, 2.0
"""How long Valkey may be silent: at the connect, and at a script or beyond a wait."""


class Failure(StrEnum):
    """Why a phone gets neither an APDU nor a reading."""

    UNREADABLE = "unreadable"
    UNAVAILABLE = "unavailable"
    GONE = "gone"
    OUT_OF_TURN = "out of turn"


_IN_MEMORY = "redis.set_repl(redis.REPL_NONE)\n"
_SAY = f"""{_IN_MEMORY}
    redis.call('RPUSH', KEYS[2], ARGV[1])
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
    if ARGV[3] == 'end' then redis.call('DEL', KEYS[1])
    else redis.call('SET', KEYS[1], '', 'PX', ARGV[2]) end
"""
_HAND_IN = f"""{_IN_MEMORY}
    local by = redis.call('GET', KEYS[3])
    if by == ARGV[1] then return end
    if redis.call('EXISTS', KEYS[1]) == 0 then return '{Failure.GONE}' end
    if by or redis.call('EXISTS', KEYS[2]) == 0 then return '{Failure.OUT_OF_TURN}' end
    redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[3])
    redis.call('RPUSH', KEYS[4], ARGV[2])
    redis.call('PEXPIRE', KEYS[4], ARGV[3])
"""


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay, and who began it: under another owner its id names nothing."""

    owner: UUID
    relay_id: UUID


@dataclass(frozen=True, slots=True)
class Said:
    """What the phone is told at a turn: an APDU in hexadecimal; at the end a reading or a `Failure`."""

    apdu: str | None = None
    card_reading: str | None = None
    failure: str | None = None


class _Places:
    """Names and seals; a name tells neither relay nor owner."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def name(self, relay: Relay, *parts: str | int) -> str:
        """The name in Valkey; the braces keep a relay's names in one slot of a cluster."""
        whose = hmac.digest(self._key, f"card-relay\x1f{relay.owner}/{relay.relay_id}".encode(), "sha256")
        return ":".join((KEY_PREFIX, f"{{{whose.hex()}}}", *map(str, parts)))

    def seal(self, relay: Relay, place: str, text: str) -> str:
        return seal(self._key, text, _address(relay, place), fresh_nonce())

    def unseal(self, relay: Relay, place: str, sealed: str) -> str:
        return unseal(self._key, sealed, _address(relay, place))


def _address(relay: Relay, place: str) -> str:
    return f"card-relay/{relay.owner}/{relay.relay_id}/{place}"


class DecodersEnd:
    """The decoder's end, for the threads of the dialogues."""

    def __init__(self, redis_url: str, key: bytes) -> None:
        self._places = _Places(key)
        self._client = _client(redis_url, SCRIPT_SECONDS)
        self._waiting = _client(redis_url, CARD_SECONDS + SCRIPT_SECONDS)
        self._say = self._client.register_script(_SAY)

    def say(self, relay: Relay, turn: int, said: Said) -> None:
        """Tell the phone; whatever is no APDU ends the relay."""
        names = [self._places.name(relay), self._places.name(relay, "phone", turn)]
        sealed = self._places.seal(relay, f"phone/{turn}", json.dumps(asdict(said)))
        self._say(keys=names, args=[sealed, KEPT_MILLISECONDS, "" if said.apdu else "end"])

    def hear(self, relay: Relay, turn: int, timeout_seconds: float) -> bytes | None:
        """Wait for the card's answer, at most `CARD_SECONDS`.

        Returns:
            the answer; empty: the phone has lost the card; None: nothing came in time.
        """
        found = self._waiting.blpop([self._places.name(relay, "decoder", turn)], timeout_seconds)
        if found is None:
            return None
        return bytes.fromhex(self._places.unseal(relay, f"decoder/{turn}", str(found[1])))

    def hang_up(self, relay: Relay, turn: int) -> None:
        """In the phone's place: the card is gone."""
        names = [self._places.name(relay), self._places.name(relay, "decoder", turn)]
        sealed = self._places.seal(relay, f"decoder/{turn}", "")
        self._say(keys=names, args=[sealed, KEPT_MILLISECONDS, "end"])

    def close(self) -> None:
        """Let the connections go, but for those that a thread uses."""
        for client in (self._client, self._waiting):
            client.connection_pool.disconnect(inuse_connections=False)


class PhonesEnd:
    """The phone's end, for the requests; waiting holds no thread, and who waits bounds it."""

    def __init__(self, redis_url: str, key: bytes) -> None:
        self._places = _Places(key)
        self._client = _async_client(redis_url, SCRIPT_SECONDS)
        self._waiting = _async_client(redis_url, None)
        self._hand_in = self._client.register_script(_HAND_IN)

    async def hand_in(self, relay: Relay, turn: int, answer: bytes, command_id: UUID) -> Failure | None:
        """Hand in the card's answer to the APDU of a turn, which one command may do.

        Returns:
            `GONE` (there is no such relay, or it is over), `OUT_OF_TURN`, or nothing, also if the same
            command has done so before.
        """
        steps = ((), ("phone", turn), ("command", turn), ("decoder", turn))
        names = [self._places.name(relay, *step) for step in steps]
        sealed = self._places.seal(relay, f"decoder/{turn}", answer.hex())
        failure = await self._hand_in(keys=names, args=[str(command_id), sealed, KEPT_MILLISECONDS])
        return None if failure is None else Failure(failure)

    async def hear(self, relay: Relay, turn: int, timeout_seconds: float) -> Said | None:
        """Wait for what is said at a turn, and leave it there; None, if nothing came in time.

        A Valkey that stalls keeps no time: only the caller's own bound ends that wait.
        """
        name = self._places.name(relay, "phone", turn)
        sealed = await self._waiting.blmove(
            name,
            name,
            timeout_seconds,  # type: ignore[arg-type] # seconds may have a fraction
            "LEFT",
            "LEFT",
        )
        if sealed is None:
            return None
        return Said(**json.loads(self._places.unseal(relay, f"phone/{turn}", str(sealed))))

    async def aclose(self) -> None:
        """Let the connections go."""
        await self._client.aclose()
        await self._waiting.aclose()


def _client(redis_url: str, timeout_seconds: float) -> redis.Redis:
    return redis.Redis.from_url(
        redis_url,
        decode_responses=True,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
    )


def _async_client(redis_url: str, timeout_seconds: float | None) -> redis.asyncio.Redis:
    return redis.asyncio.Redis.from_url(
        redis_url,
        decode_responses=True,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=timeout_seconds,
        retry=AsyncRetry(NoBackoff(), 0),
    )
