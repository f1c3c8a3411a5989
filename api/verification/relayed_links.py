"""The card on a phone as the decoder sees it, what a reading says, and what its failures are called."""

from base64 import b64encode
from dataclasses import dataclass
from threading import Event
from typing import ClassVar, Final

from api.verification.relay_mail import DecodersEnd, Failure, Relay, Said
from devices.card_evidence import TranscribedLink
from devices.card_ports import CardReadError, CardRemoved, DecoderRefused, RawDocument, UnknownCardKind

READ_FAILED: Final = frozenset({0x05, 0x31, 0x32, 0x33, 0x40, 0x41})
"""Refusals that are about the card; the others are between the operator and the service."""


class PhoneGone(CardRemoved):
    """The phone let the time for its answer pass, or the relay was ended from outside."""

    code: ClassVar[str] = "phone_gone"


@dataclass(frozen=True, slots=True)
class OfferedCard:
    """The card on the phone, and the challenge for which it is read."""

    challenge: str
    atqb: bytes
    uid: bytes


class RelayedLink:
    """A CardLink to the card on the phone."""

    def __init__(self, mail: DecodersEnd, relay: Relay, card: OfferedCard) -> None:
        self.atqb, self.uid = card.atqb, card.uid
        self.relay, self.turn = relay, 0
        self._mail, self._over = mail, Event()

    def exchange(self, apdu: bytes, timeout_seconds: float) -> bytes:
        """See CardLink.exchange; besides what it may raise, RedisError."""
        self._go_on()
        self.turn += 1
        self._mail.say(self.relay, self.turn, Said(apdu=apdu.hex()))
        self._go_on()  # a hang-up from here on is heard at this turn
        answer = self._mail.hear(self.relay, self.turn, timeout_seconds)
        self._go_on()
        if answer is None:
            raise PhoneGone("the phone did not answer in time")
        if not answer:
            raise CardRemoved("the phone has lost the card")
        return answer

    def end(self, said: Said) -> None:
        """Say the last word, which the phone finds at its next turn."""
        self._mail.say(self.relay, self.turn + 1, said)

    @property
    def is_over(self) -> bool:
        """Whether it was ended from outside; its thread may still wait for the decoder."""
        return self._over.is_set()

    def let_go(self) -> None:
        """Have the dialogue end, at the latest where it needs the card next."""
        self._over.set()

    def hang_up(self) -> None:
        """End it from outside, and say so: the first word at a turn is the one that counts."""
        self.let_go()
        self.end(Said(failure=Failure.GONE))
        self._mail.hang_up(self.relay, self.turn)

    def _go_on(self) -> None:
        if self.is_over:
            raise PhoneGone("the relay was ended from outside")


def claims_of(document: RawDocument, transcribed: TranscribedLink, challenge: str) -> dict[str, str]:
    """What a kiosk would sign."""
    return {
        "challenge": challenge,
        "kind": document.kind.value,
        "text": b64encode(document.text256).decode(),
        "photo": b64encode(document.photo1024).decode(),
        "decoder": document.decoder_id,
        "transcript_sha256": transcribed.evidence(document.decoder_id).transcript_sha256,
    }


def failure_of(error: CardReadError) -> Failure:
    """What the person can do about it: begin again, hold the card still, or come later."""
    match error:
        case PhoneGone():
            return Failure.GONE
        case CardRemoved() | UnknownCardKind():
            return Failure.UNREADABLE
        case DecoderRefused() if error.status_word in READ_FAILED:
            return Failure.UNREADABLE
    return Failure.UNAVAILABLE
