"""What may be kept about a card read: enough to audit it later, nothing that identifies a person."""

import hashlib
import hmac
from dataclasses import dataclass

from devices.card_ports import CardLink


@dataclass(frozen=True)
class CardEvidence:
    """Evidence of one read.

    `transcript_sha256` covers every APDU and answer in order; the card's random challenges are among them, so
    it cannot be used to test guesses about the content. `uid_hash` is an HMAC under a key of the operator,
    for finding out whether two reads were of one chip; None if the operator keeps no such key.
    """

    atqb: str
    decoder_id: str
    apdu_count: int
    transcript_sha256: str
    uid_hash: str | None = None


class TranscribedLink:
    """A CardLink that hashes what passes through another one."""

    def __init__(self, link: CardLink) -> None:
        self._link = link
        self._digest = hashlib.sha256()
        self._count = 0
        self.atqb = link.atqb
        self.uid = link.uid

    def exchange(self, apdu: bytes, timeout_seconds: float) -> bytes:
        """See CardLink.exchange; a failed exchange is not in the transcript, its read is dropped."""
        answer = self._link.exchange(apdu, timeout_seconds)
        for part in (apdu, answer):
            self._digest.update(len(part).to_bytes(2) + part)
        self._count += 1
        return answer

    def evidence(self, decoder_id: str, uid_key: bytes | None = None) -> CardEvidence:
        """Evidence of the exchanges so far."""
        uid_hash = None if uid_key is None else hmac.new(uid_key, self.uid, hashlib.sha256).hexdigest()
        return CardEvidence(self.atqb.hex(), decoder_id, self._count, self._digest.hexdigest(), uid_hash)
