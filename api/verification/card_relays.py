"""Reading the card on a phone with NFC (中继): its app carries APDUs between the card and our decoder."""

from typing import Annotated
from uuid import UUID

from fastapi import status
from pydantic import BaseModel, Field, StringConstraints

from api.http.act import Acting
from api.http.route import router
from api.verification.relay_mail import Relay, Said
from api.verification.relayed_links import OfferedCard
from domain.rejections import Reason, Refused
from ledger.sealing.tickets import IDENTITY_CHALLENGE

routes = router("worker")


class CardIn(BaseModel):
    """The card that the phone has activated, and the challenge for which it is to be read."""

    challenge: Annotated[str, Field(max_length=200)]
    atqb: Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-fA-F]{2}){12,32}$")]
    uid: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{16}$")]


class CardAnswerIn(BaseModel):
    """What the card answered to the APDU of a turn."""

    turn: Annotated[int, Field(ge=1, le=1000)]
    answer: Annotated[str | None, StringConstraints(pattern=r"^(?:[0-9a-fA-F]{2}){2,258}$")]


class RelayTurnOut(BaseModel):
    """The next APDU for the card, or at the end the reading: one of the two is `null`."""

    relay_id: UUID
    turn: int
    apdu: str | None
    card_reading: str | None


@routes.post("/card-relays", status_code=status.HTTP_201_CREATED)
async def begin_card_relay(act: Acting, card: CardIn) -> RelayTurnOut:
    """Begin to read the card on this phone; the answer has the first APDU for it.

    Send the APDU to the card as it is, and what the card answers to `POST …/answers`, within five seconds;
    so on for about twenty turns, until there is a `card_reading`. A relay lasts twenty seconds at most.
    """
    rules = act.parts.ledger.rules
    challenge = act.parts.ledger.tickets.read(
        IDENTITY_CHALLENGE, card.challenge, act.cause.at, rules.identity_challenge_ttl
    )
    if challenge.subject_id != act.caller:
        raise Refused(Reason.CHALLENGE_EXPIRED, field="challenge")
    offered = OfferedCard(card.challenge, bytes.fromhex(card.atqb), bytes.fromhex(card.uid))
    return _out(*await act.parts.card_relays.begin(act.caller, offered))


@routes.post("/card-relays/{relay_id}/answers")
async def hand_in_card_answer(act: Acting, relay_id: UUID, given: CardAnswerIn) -> RelayTurnOut:
    """Hand in what the card answered; the answer has the next APDU, or the reading.

    Repeated under its key it has the same. The relay is over after `card-unreadable`, `card-relay-lost`, and
    a `card-decoder-unavailable` without `Retry-After`; no other problem ends it.
    """
    relay, answer = Relay(act.caller, relay_id), bytes.fromhex(given.answer or "")
    return _out(*await act.parts.card_relays.answer(relay, given.turn, answer, act.cause.command_id))


def _out(relay: Relay, turn: int, said: Said) -> RelayTurnOut:
    return RelayTurnOut(relay_id=relay.relay_id, turn=turn, apdu=said.apdu, card_reading=said.card_reading)
